// Asks the hosts, one behind the other, and tells the parts of the answer as `netloom reach --format json` does.
"use strict";
(() => {
  const { BITS, single, united, common, without, same, shifted, range, printed } = netloomReach.spans;
  const { put } = netloomReach;
  const DESTINATION = 0, PROTOCOL = 1, PORT = 2, SOURCE = 3, SHOWN = 4;
  const ICMP = { ipv4: "icmp", ipv6: "icmpv6" };
  const text = (_, value) => (typeof value === "bigint" ? String(value) : value);

  // Boxes that differ in one dimension alone become one, as long as there are any.
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
      const key = JSON.stringify(put(box, level, null), text);
      if (!groups.has(key)) groups.set(key, [box, []]);
      groups.get(key)[1].push(box[level]);
    }
    return [...groups.values()].map(([box, sets]) => put(box, level, sets.includes(null) ? null : united(sets.flat())));
  }

  class Inquiry {
    // `load` gives the lists of a host, `now` is in seconds since the epoch.
    constructor(names, load, now) {
      this.ends = new netloomReach.Ends(names);
      this.phase = names.moments.filter((moment) => moment <= now).length;
      this.load = load;
      this.hosts = new Map();
      this.lists = new Map();
    }

    async host(name, family) {
      const key = `${name} ${family}`;
      if (!this.lists.has(name)) this.lists.set(name, await this.load(name));
      if (!this.hosts.has(key)) {
        const place = this.ends.place(name, family);
        const host = new netloomReach.Host(place, this.lists.get(name), this.phase, () => this.ways(name, family));
        this.hosts.set(key, host);
      }
      return this.hosts.get(key);
    }

    ways(name, family) {
      const others = [...this.hosts.values()].filter(({ place }) => place.name !== name && place.family === family);
      return others.flatMap((host) => host.list("approaches", null));
    }

    // Hosts whose forwards something may be for have to be there before it is judged.
    async known(goals, family) {
      for (const [name, host] of Object.entries(this.ends.names.hosts)) {
        const fixed = netloomReach.spans.read(host[family].fixed);
        if (common(fixed, goals).length) await this.host(name, family);
      }
    }

    async ask(from, to, service) {
      const source = this.ends.end(from), goal = this.ends.end(to), services = this.ends.services(service);
      const found = new Map();
      for (const family of Object.keys(BITS)) {
        for (const name of Object.keys(this.ends.names.hosts)) {
          for await (const [box, hops] of this.from(name, family, source, goal, services[family])) {
            const key = JSON.stringify([family, hops], text);
            if (!found.has(key)) found.set(key, { family, hops, boxes: [] });
            found.get(key).boxes.push(box);
          }
        }
      }
      const replies = [...found.values()].flatMap(({ family, hops, boxes }) =>
        merged(boxes).map((box) => ({ family, hops, box })));
      return replies.map((reply) => this.told(reply, replies, from, to));
    }

    async * from(name, family, source, goal, services) {
      const place = this.ends.place(name, family);
      for (const [ingress, senders] of place.starts(source)) {
        const ways = ingress in place.zones ? [] : place.defaults;
        for (const way of [null, ...ways]) {
          const goals = place.goals(goal, ingress, way);
          if (!goals.length || !services.length) continue;
          await this.known(goals, family);
          for (const [protocols, ports] of services) {
            yield* this.at(name, family, ingress, way, [goals, protocols, ports, senders], []);
          }
        }
      }
    }

    async * at(name, family, ingress, way, box, before) {
      const host = await this.host(name, family);
      for (const [part, answer] of host.outcome(ingress, way, box)) {
        if (answer.verdict === "elsewhere") continue;
        const hops = [...before, { host: name, ingress, way, answer: { ...answer, mark: "" } }];
        let left = part[DESTINATION] ?? [];
        if (answer.verdict === "allow" && !answer.destination && !before.length) {
          for (const [there, arriving, goals] of this.behind(host.place, way, left)) {
            left = without(left, goals);
            yield* this.beyond(there, family, arriving, put(part, DESTINATION, goals), hops);
          }
        }
        if (left.length) yield [put(part, DESTINATION, left), hops];
      }
    }

    // What the next host makes of it, told with the senders that the first one saw.
    async * beyond(name, family, ingress, box, hops) {
      const { source } = hops[hops.length - 1].answer;
      const sent = !source ? box[SOURCE] : source.kind === "snat" ? single(source.value)
        : source.kind === "prefix" ? shifted(box[SOURCE], source.value) : null;
      for await (const [part, path] of this.at(name, family, ingress, null, put(box, SOURCE, sent), hops)) {
        yield [put(part, SOURCE, same(sent, box[SOURCE]) ? part[SOURCE] : box[SOURCE]), path];
      }
    }

    // Other hosts that have what leaves by an uplink: by which of their uplinks, and what of it.
    * behind(place, way, goals) {
      for (const other of Object.keys(this.ends.names.hosts)) {
        if (other === place.name) continue;
        const there = this.ends.place(other, place.family);
        const theirs = common(goals, united([...Object.values(there.local).flat(), ...(place.peers[other] ?? [])]));
        const zones = new Set(theirs.map(([first]) => place.zones[place.egress(first) || way || ""]));
        const arriving = Object.keys(there.zones).filter((uplink) => zones.has(there.zones[uplink]));
        const listening = arriving.filter((uplink) => common(there.ownAt(uplink), theirs).length);
        const [first] = listening.length ? listening : arriving;
        if (first !== undefined) yield [other, first, theirs];
      }
    }

    told(reply, replies, from, to) {
      const { family, hops, box } = reply, last = hops[hops.length - 1].answer;
      const by = last.by || "default", mine = replies.filter((one) => one.family === family);
      const rewritten = hops.map((hop) => hop.answer.source).find(Boolean);
      const changed = hops.map((hop) => hop.answer.destination).find(Boolean);
      const words = (level) => this.words(reply, box[level]);
      return {
        family, proto: this.protocols(box), port: this.ports(family, box), verdict: last.verdict, decided_by: by,
        place: this.lists.get(hops[hops.length - 1].host).places[by] ?? [""],
        src: this.end(words(SOURCE), mine, box, SOURCE, from), dst: this.end(words(DESTINATION), mine, box, DESTINATION, to),
        sources: words(SOURCE), destinations: words(DESTINATION), limited: hops.some((hop) => hop.answer.limited),
        translated: rewritten || changed ? {
          src: rewritten ? this.source(family, rewritten) : null,
          dst: changed ? this.destination(family, changed) : null,
        } : null,
        hosts: hops.map(({ host, ingress, way, answer }) => ({
          host, ingress: ingress.replace("/", ""), way, source: answer.source && this.source(family, answer.source),
          destination: answer.destination && this.destination(family, answer.destination),
        })),
      };
    }

    words({ family, hops }, spans) {
      const { learned } = this.ends.place(hops[0].host, family);
      const names = new Map(Object.entries(learned).map(([uplink, value]) => [value, uplink]));
      return (spans ?? []).map((span) => (names.has(span[0]) ? `the address of ${names.get(span[0])}` : range(family, span)));
    }

    // In words: as asked where the part is all of it.
    end(words, mine, box, level, asked) {
      const whole = united(mine.flatMap((one) => one.box[level] ?? []));
      if (words.length > 1 && same(box[level], whole)) return asked;
      return words.slice(0, SHOWN).join(", ") + (words.length > SHOWN ? ` and ${words.length - SHOWN} more` : "");
    }

    source(family, { kind, value }) {
      if (kind === "snat") return printed(family, value);
      return kind === "prefix" ? "the same address in the outer prefix" : "the address of the interface that it leaves by";
    }

    destination(family, { address, port }) {
      if (address === null) return "the same address in the inner prefix";
      return printed(family, address) + (port ? ` with ${port > 0n ? "+" : ""}${port} to its port` : "");
    }

    protocols(box) {
      const name = (number) => Object.entries(this.ends.names.numbers).find(([, n]) => n === number)?.[0] ?? String(number);
      const spans = box[PROTOCOL] ?? [[0n, 255n]];
      const has = (number) => netloomReach.spans.holds(spans, BigInt(number));
      const all = [...Array(256).keys()], numbers = all.filter(has);
      if (numbers.length === 256) return "any";
      if (numbers.length > 128) return `any but ${all.filter((number) => !has(number)).map(name).join(", ")}`;
      return numbers.map(name).join(", ");
    }

    ports(family, box) {
      const icmp = BigInt(this.ends.names.numbers[ICMP[family]]);
      let spans = box[PORT] ?? [[0n, 65535n]];
      if (same(box[PROTOCOL], single(icmp))) {
        spans = common(spans, [[0n, 255n]]);
        if (same(spans, [[0n, 255n]])) return null;
      }
      if (same(spans, [[0n, 65535n]])) return null;
      if (spans.length === 1 && spans[0][0] === spans[0][1]) return Number(spans[0][0]);
      return spans.map(([first, last]) => (first === last ? String(first) : `${first}-${last}`)).join(", ");
    }
  }

  netloomReach.Inquiry = Inquiry;
})();
