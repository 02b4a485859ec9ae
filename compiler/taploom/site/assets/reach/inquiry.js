// Follows packets from their first host to the next hosts. A port of taploom's flows/reach/query.py and
// flows/reach/journey.py.
"use strict";
(() => {
  const { BITS, single, united, common, without, same, shifted } = taploomReach.spans;
  const { put, empty } = taploomReach;
  const DESTINATION = 0, SOURCE = 3, SELF = "self/", MOST = 5;
  const text = (_, value) => (typeof value === "bigint" ? String(value) : value);
  const LINK = { ipv4: [], ipv6: [[0xfe80n << 112n, (0xfec0n << 112n) - 1n]] };
  const key = (value) => JSON.stringify(value, text);

  // Merges boxes that differ in only one dimension, until there are no such boxes.
  function merged(boxes) {
    let found = boxes, before = 0;
    while (found.length !== before) {
      before = found.length;
      for (let level = 0; level < 4; level += 1) found = mergedAt(found, level);
    }
    return found;
  }

  function mergedAt(boxes, level) {
    const groups = new Map();
    for (const box of boxes) {
      const of = key(put(box, level, null));
      if (!groups.has(of)) groups.set(of, [box, []]);
      groups.get(of)[1].push(box[level]);
    }
    return [...groups.values()].map(([box, sets]) => put(box, level, sets.includes(null) ? null : united(sets.flat())));
  }

  // The paths that begin at one host, in one family; `to` has the receivers.
  class Journey {
    constructor(inquiry, host, family, to) {
      Object.assign(this, { inquiry, host, family, to, own: inquiry.ends.place(host, family) });
      this.hidden = this.own.hidden(to) ? to.uplink : null;
    }

    place(host) { return this.inquiry.ends.place(host, this.family); }

    // The paths of all packets of a selection whose first host is this one.
    async * paths(source, services) {
      const { own } = this;
      for (const [ingress, senders, within] of own.starts(source)) {
        const nowhere = own.nowhere(this.to, ingress);
        for (const [protocols, ports] of nowhere.length ? services : []) {
          await this.inquiry.host(this.host, this.family);
          const answer = { verdict: "drop", by: "implied/no-route", destination: null, source: null, limited: "", mark: "" };
          const hop = { host: this.host, ingress, way: null, answer, senders: null, to: null };
          const box = [nowhere, protocols ?? [[0n, 255n]], ports ?? [[0n, 65535n]], senders];
          yield { box, hops: [hop], unknown: [] };
        }
        for (const way of [null, ...own.defaults]) {
          const meant = this.goals(this.host, ingress, way);
          const goals = within === null ? meant : common(meant, within);
          if (goals.length && services.length) await this.inquiry.known(goals, this.family);
          for (const [some, sent] of this.sentBy(ingress, way, senders, goals)) {
            for (const [protocols, ports] of services) {
              const what = [protocols ?? [[0n, 255n]], ports ?? [[0n, 65535n]]];
              yield* this.first(ingress, way, [some, ...what, sent.senders], sent);
            }
          }
        }
      }
    }

    // The destinations in question that packets to a host can have. If the host has no uplink in any zone of the question,
    // the destinations of the next hosts are included.
    goals(host, ingress, way, hosts = 1) {
      const place = this.place(host), zones = this.to.outside, found = [...place.goals(this.to, ingress, way)];
      const further = zones.size && !Object.values(place.zones).some((zone) => zones.has(zone)) && hosts < MOST;
      const left = further ? without(place.outside, united(found)) : [];
      for (const [egress, some] of place.leaving(left, way)) {
        for (const [other, by, there] of place.led(egress, some)) {
          const goals = [null, ...this.place(other).defaults].flatMap((one) => this.goals(other, by, one, hosts + 1));
          found.push(...common(united(goals), there));
        }
      }
      return united(found);
    }

    // Destinations with their senders; packets of the host itself have the address of their egress interface.
    sentBy(ingress, way, senders, goals) {
      const { own } = this;
      if (ingress !== SELF) return goals.length ? [[goals, { senders, uplink: null }]] : [];
      return own.leaving(goals, way).map(([egress, some]) => {
        if (egress in own.learned) return [some, { senders: own.outside, uplink: egress }];
        const here = common(this.inquiry.ownAt(own, egress), senders);
        return [some, { senders: here.length ? here : senders, uplink: null }];
      });
    }

    // The paths of a box through this host and the hosts behind it.
    async * first(ingress, way, box, sent) {
      for (const [part, answer] of await this.parts(this.host, ingress, way, box)) {
        let left = part[DESTINATION] ?? [];
        const hop = { host: this.host, ingress, way: this.way(this.host, way, left), answer, senders: null, to: null };
        if (answer.verdict === "allow" && !answer.destination) {
          for (const [there, arriving, goals] of [...this.next(this.host, way, left)]) {
            left = without(left, goals);
            for await (const path of this.beyond(there, arriving, put(part, DESTINATION, goals), hop, sent)) {
              yield this.told(path, sent);
            }
          }
        }
        if (left.length) yield this.told({ box: put(part, DESTINATION, left), hops: [hop], unknown: [] }, sent);
      }
    }

    // The uplink by which a host sends to all given destinations; the given `way` if it uses several uplinks.
    way(host, way, goals) {
      const place = this.place(host), leaving = place.leaving(goals, way);
      return leaving.length === 1 && leaving[0][0] in place.zones ? leaving[0][0] : way;
    }

    // Adds to a path the unknown addresses that it depends on: its destination, and the sending host's address.
    told(path, sent) {
      const unknown = [...path.unknown];
      if (this.hidden) {
        unknown.push({ role: "destination", host: this.hidden[0], uplink: this.hidden[1], within: null });
      }
      if (sent.uplink && !unknown.some((each) => each.role === "sender")) {
        unknown.push({ role: "sender", host: this.host, uplink: sent.uplink, within: null });
      }
      return { ...path, unknown };
    }

    async parts(name, ingress, way, box) {
      const host = await this.inquiry.host(name, this.family);
      return host.outcome(ingress, way, box).filter(([, answer]) => answer.verdict !== "elsewhere")
        .map(([part, answer]) => [part, { ...answer, mark: "" }]);
    }

    // The paths through the next hosts, with the source and destination that the first host saw.
    async * beyond(there, ingress, box, hop, own) {
      const sent = this.rewritten(box, hop, own), at = this.place(there);
      const anywhere = sent.senders ?? at.outside, near = common(anywhere, at.strangers);
      const possible = !sent.uplink ? sent.senders : near.length ? near : anywhere;
      const seen = put(box, SOURCE, possible), rewritten = !same(possible, box[SOURCE]);
      for await (const [part, hops] of this.onward(there, ingress, seen, [hop], rewritten)) {
        const within = same(part[SOURCE], possible) ? null : part[SOURCE];
        const unknown = sent.uplink ? [{ role: "sender", host: this.host, uplink: sent.uplink, within }] : [];
        const first = sent.uplink ? box[SOURCE] : before(part[SOURCE], box[SOURCE], hop.answer.source);
        yield { box: put(part, SOURCE, first), hops, unknown };
      }
    }

    // The parts of a box that a further host receives, each with its hops. Hops have senders if `rewritten`.
    async * onward(host, ingress, box, so, rewritten) {
      const place = this.place(host), meant = box[DESTINATION] ?? [];
      const to = this.hidden && this.hidden[0] === host ? place.learned[this.hidden[1]] : null;
      const seen = to === null ? box : put(box, DESTINATION, single(to));
      for (const way of [null, ...place.defaults]) {
        if (way && !place.leaving(seen[DESTINATION] ?? [], way).length) continue;
        for (const [part, answer] of await this.parts(host, ingress, way, seen)) {
          let left = to === null ? part[DESTINATION] ?? [] : meant;
          const by = this.way(host, way, part[DESTINATION] ?? []);
          const hops = [...so, { host, ingress, way: by, answer, senders: rewritten ? part[SOURCE] : null, to }];
          if (answer.verdict === "allow" && !answer.destination && to === null && hops.length < MOST) {
            for (const [there, arriving, goals] of [...this.next(host, way, left)]) {
              left = without(left, goals);
              yield* this.onward(there, arriving, put(part, DESTINATION, goals), hops, rewritten);
            }
          }
          if (left.length) yield [put(part, DESTINATION, left), hops];
        }
      }
    }

    // The source addresses that the next host sees.
    rewritten(box, hop, own) {
      const { source } = hop.answer;
      if (!source) return { ...own, senders: box[SOURCE] };
      if (source.kind === "snat") return { senders: single(source.value), uplink: null };
      if (source.kind === "prefix") return { senders: shifted(box[SOURCE], source.value), uplink: null };
      return { senders: null, uplink: this.own.egress((box[DESTINATION] ?? [[0n, 0n]])[0][0]) || hop.way || "" };
    }

    // The next hosts of packets that leave a host, each with its receiving uplink and the destinations. These are the next
    // hops of routes; a destination without a next hop is handed to the host that has it.
    * next(host, way, goals) {
      const place = this.place(host);
      let left = goals;
      for (const [egress, some] of place.leaving(goals, way)) {
        for (const [other, by, there] of place.led(egress, some)) {
          left = without(left, there);
          yield [other, by, there];
        }
      }
      if (this.hidden) {
        const [other, uplink] = this.hidden, theirs = Object.entries(this.place(other).zones);
        for (const [egress, some] of place.leaving(left, way)) {
          const near = theirs.filter(([, zone]) => zone === place.zones[egress]).map(([by]) => by);
          for (const by of near.includes(uplink) ? [uplink] : near.slice(0, 1)) yield [other, by, some];
        }
      } else yield* this.behind(host, way, left);
    }

    // Other hosts that have destinations of packets that leave by an uplink, as `next` returns them.
    * behind(host, way, goals) {
      const place = this.place(host);
      for (const other of Object.keys(this.inquiry.ends.names.hosts)) {
        if (other === host) continue;
        const there = this.place(other);
        const theirs = common(goals, united([...there.behind, ...(place.peers[other] ?? [])]));
        for (const [egress, left] of place.leaving(theirs, way)) {
          const arriving = Object.keys(there.zones).filter((uplink) => there.zones[uplink] === place.zones[egress]);
          const listening = arriving.map((uplink) => [other, uplink, common(left, there.at[uplink])]);
          yield* listening.filter(([,, here]) => here.length);
          const rest = without(left, united(listening.flatMap(([,, here]) => here)));
          if (arriving.length && rest.length) yield [other, arriving[0], rest];
        }
      }
    }
  }

  // The senders before the first host's translation, given the senders that the second host sees.
  function before(seen, sent, source) {
    if (!source) return seen;
    return source.kind === "prefix" ? shifted(seen, -source.value) : sent;
  }

  class Inquiry {
    // `load` gives the lists of a host, `now` is in seconds since the epoch.
    constructor(names, load, now) {
      this.ends = new taploomReach.Ends(names);
      this.phase = names.moments.filter((moment) => moment <= now).length;
      this.load = load;
      this.hosts = new Map();
      this.lists = new Map();
    }

    async host(name, family) {
      const of = `${name} ${family}`;
      if (!this.lists.has(name)) this.lists.set(name, await this.load(name));
      if (!this.hosts.has(of)) {
        const place = this.ends.place(name, family);
        const host = new taploomReach.Host(place, this.lists.get(name), this.phase, () => this.ways(name, family));
        this.hosts.set(of, host);
      }
      return this.hosts.get(of);
    }

    ways(name, family) {
      const others = [...this.hosts.values()].filter(({ place }) => place.name !== name && place.family === family);
      return others.flatMap((host) => host.list("approaches", null));
    }

    // Loads the hosts that have these destinations, as the decision about a packet to them needs their forwards.
    async known(goals, family) {
      for (const [name, host] of Object.entries(this.ends.names.hosts)) {
        const fixed = taploomReach.spans.read(host[family].fixed);
        if (common(fixed, goals).length) await this.host(name, family);
      }
    }

    // The addresses of one interface; `at` has only addresses of uplinks, so addresses of bridges come from `addresses`.
    ownAt(place, device) {
      return place.at[device] ?? united([...(place.addresses[device] ?? []), ...LINK[place.family]]);
    }

    // All parts of an answer, in both families.
    async ask(from, to, service) {
      const source = this.ends.end(from), goal = this.ends.end(to), services = this.ends.services(service);
      const found = new Map();
      for (const family of Object.keys(BITS)) {
        for (const name of Object.keys(this.ends.names.hosts)) {
          for (const meant of this.meant(goal, name, family)) {
            const journey = new Journey(this, name, family, meant);
            for await (const { box, hops, unknown } of journey.paths(source, services[family])) {
              const of = key([family, hops, unknown]);
              if (!found.has(of)) found.set(of, { family, hops, unknown, boxes: [] });
              found.get(of).boxes.push(box);
            }
          }
        }
      }
      const replies = [...found.values()].flatMap(({ boxes, ...rest }) => merged(boxes).map((box) => ({ ...rest, box })));
      return new taploomReach.Words(this, narrowed(replies), from, to).answers();
    }

    // The receivers of a question, then one more receiver for each unknown address of the hosts among them. The address
    // of an uplink that taploom does not configure, such as a VPN's, is included only in its own zone.
    * meant(goal, name, family) {
      yield goal;
      const { hosts } = this.ends.names, ours = new Set(Object.values(hosts[name].zones));
      for (const other of [...goal.hosts].sort()) {
        for (const uplink of other === name ? [] : Object.keys(hosts[other][family].learned)) {
          if (hosts[other].lent.includes(uplink) && !ours.has(hosts[other].zones[uplink])) continue;
          yield { ...empty(), uplink: [other, uplink] };
        }
      }
    }
  }

  // Adds to each reply the values of a learned address for which the reply holds, unless it holds for all values.
  function narrowed(replies) {
    const whole = new Map();
    const of = (reply, each) => key([reply.family, each]);
    for (const reply of replies) {
      for (const each of reply.unknown.filter(({ role }) => role === "destination")) {
        whole.set(of(reply, each), [...(whole.get(of(reply, each)) ?? []), ...(reply.box[DESTINATION] ?? [])]);
      }
    }
    return replies.map((reply) => {
      const held = reply.box[DESTINATION] ?? [];
      const all = (each) => united(whole.get(of(reply, each)) ?? held);
      const unknown = reply.unknown.map((each) => (same(all(each), held) ? each : { ...each, within: held }));
      return { ...reply, unknown };
    });
  }

  taploomReach.Inquiry = Inquiry;
})();
