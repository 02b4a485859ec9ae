// The ends of a question: what a text selects, where its packets start, and what of it they may be for. The same as
// netloom's flows/endpoints.py, of which the tests hold the answers against these.
"use strict";
(() => {
  const { BITS, read, single, united, common, without, prefix } = netloomReach.spans;
  const KINDS = ["zone", "network", "host", "guest", "tag", "address"];
  const SECTIONS = {
    zone: "zones", network: "networks", host: "hosts", guest: "guests", tag: "tags", address: "addresses",
  };

  class Unknown extends Error {}

  const has = (record, name) => Object.prototype.hasOwnProperty.call(record, name);
  const empty = () => ({ everyone: false, networks: new Set(), guests: new Map(), literal: { ipv4: [], ipv6: [] },
    outside: new Set(), hosts: new Set(), uplink: null });

  class Ends {
    constructor(names) {
      this.names = names;
      this.kinds = new Map();
      for (const kind of ["address", "guest", "host", "network", "zone"]) {
        for (const name of Object.keys(names[SECTIONS[kind]])) this.kinds.set(name, kind);
      }
      this.memo = new Map();
    }

    // What a text selects; throws Unknown with a sentence for the reader.
    end(text) {
      const found = empty();
      const [kind, ...rest] = text.split("/");
      const name = rest.join("/");
      if (text.includes(":") || /^\d/.test(text)) {
        const known = prefix(text);
        if (!known) throw new Unknown(`“${text}” is no address and no prefix`);
        found.literal[known.family] = known.spans;
      } else if (rest.length && has(this.names.hosts, kind) && !KINDS.includes(kind)) {
        if (!has(this.names.hosts[kind].zones, name)) throw new Unknown(`“${text}” is none: host ${kind} has no uplink ${name}`);
        found.uplink = [kind, name];
      } else if (text === "any") found.everyone = true;
      else if (text === "hosts") Object.keys(this.names.hosts).forEach((host) => found.hosts.add(host));
      else if (rest.length && KINDS.includes(kind) && has(this.names[SECTIONS[kind]], name)) this.add(found, kind, name);
      else if (!rest.length && this.kinds.has(text)) this.add(found, this.kinds.get(text), text);
      else throw new Unknown(`the site has no “${text}”`);
      for (const family of Object.keys(BITS)) found.literal[family] = united(found.literal[family]);
      return found;
    }

    add(found, kind, name) {
      const { names } = this;
      if (kind === "zone") {
        found.outside.add(name);
        names.zones[name].forEach((network) => found.networks.add(network));
      } else if (kind === "network") found.networks.add(name);
      else if (kind === "host") found.hosts.add(name);
      else if (kind === "address") this.literals(found.literal, names.addresses[name]);
      else if (kind === "tag") {
        for (const member of names.tags[name]) this.add(found, ...member.split("/"));
      } else {
        for (const [network, sets] of Object.entries(names.guests[name])) {
          if (!found.guests.has(network)) found.guests.set(network, { ipv4: [], ipv6: [] });
          this.literals(found.guests.get(network), sets);
        }
      }
    }

    literals(into, sets) {
      for (const [family, text] of Object.entries(sets)) into[family].push(...read(text));
    }

    guestsIn(found, network, family) {
      return united(found.guests.has(network) ? found.guests.get(network)[family] : []);
    }

    // The services that a text means in each family, as [protocols, ports]; null in a set's place for all.
    services(text) {
      const { services, numbers, ported, types } = this.names;
      const sets = (parts) => parts.map((part) => part.map((set) => (set === -1 ? null : read(set))));
      const known = services[has(services, text || "any") ? text || "any" : ""];
      if (known) return { ipv4: sets(known.ipv4), ipv6: sets(known.ipv6) };
      const [protocol, ...rest] = text.split("/");
      const what = rest.join("/");
      const number = has(numbers, protocol) ? single(BigInt(numbers[protocol])) : null;
      const both = (ports) => ({ ipv4: [[number, ports]], ipv6: [[number, ports]] });
      const fits = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(what);
      const [first, last] = fits ? [BigInt(fits[1]), BigInt(fits[2] ?? fits[1])] : [];
      if (ported.includes(protocol) && !rest.length) return both(null);
      if (ported.includes(protocol) && fits && first <= last && last <= 65535n) {
        return both(first === 0n && last === 65535n ? null : [[first, last]]);
      }
      if (has(types, protocol)) {
        const type = has(types[protocol], what) ? BigInt(types[protocol][what]) : fits && !fits[2] ? first : null;
        const set = !rest.length ? [[0n, 65535n]] : type !== null && type < 256n ? this.type(type) : null;
        if (set) return protocol === "icmp" ? { ipv4: [[number, set]], ipv6: [] } : { ipv4: [], ipv6: [[number, set]] };
      }
      if (number && !rest.length) return protocol === "igmp" ? { ipv4: [[number, null]], ipv6: [] } : both(null);
      throw new Unknown(`“${text}” is neither a service of the site nor PROTOCOL/PORT such as tcp/443`);
    }

    type(type) { return [[type, type === 255n ? 65535n : type]]; }

    place(host, family) {
      const key = `${host} ${family}`;
      if (!this.memo.has(key)) this.memo.set(key, new Place(this, host, family));
      return this.memo.get(key);
    }
  }

  // A host in one family, as questions look at it.
  class Place {
    constructor(ends, name, family) {
      const { names } = ends, host = names.hosts[name], own = host[family];
      Object.assign(this, { ends, name, family, host, zones: host.zones, bridges: host.bridges });
      this.partition = own.partition.map(([span, egress]) => [read(span)[0], egress]);
      for (const key of ["taken", "sent", "own", "arriving", "fixed"]) this[key] = read(own[key]);
      for (const key of ["local", "missing", "uplinks"]) {
        this[key] = Object.fromEntries(Object.entries(own[key]).map(([device, text]) => [device, read(text)]));
      }
      this.learned = Object.fromEntries(Object.entries(own.learned).map(([u, text]) => [u, BigInt(`0x${text}`)]));
      this.defaults = own.defaults;
      this.peers = {};
      for (const other of Object.keys(Object.keys(this.zones).length ? names.hosts : {})) {
        const fixed = read(names.hosts[other][family].fixed);
        if (other !== name && fixed.length) this.peers[other] = fixed;
      }
      const site = Object.values(names.networks).flatMap((network) => read(network[family][0]));
      const inside = united([...site, ...Object.values(this.peers).flat()]);
      this.outer = without([[0n, (1n << BITS[family]) - 1n]], inside);
      this.outside = without(this.outer, united([...read(names.nobody[family]), ...this.taken]));
    }

    egress(value) {
      return this.partition.find(([span]) => value <= span[1])[1];
    }

    ownAt(uplink) {
      const learned = uplink in this.learned ? single(this.learned[uplink]) : [];
      return united([...(this.uplinks[uplink] ?? []), ...learned, ...read(this.ends.names.link[this.family])]);
    }

    // The interfaces by which packets of a selection first come to this host, with their senders.
    * starts(end) {
      for (const [device, network] of Object.entries(this.bridges)) {
        const here = this.local[device] ?? [];
        const whole = here.length && (end.everyone || end.networks.has(network));
        const some = [...this.ends.guestsIn(end, network, this.family), ...common(end.literal[this.family], here)];
        const spans = without(whole ? here : united(some), this.missing[device]);
        if (spans.length) yield [device, spans];
      }
      for (const [uplink, zone] of Object.entries(this.zones)) {
        const whole = end.everyone || end.outside.has(zone);
        const spans = whole ? this.outside : common(end.literal[this.family], this.outer);
        if (spans.length) yield [uplink, spans];
      }
      if (end.hosts.has(this.name) || (end.uplink && end.uplink[0] === this.name)) yield ["self/", this.sent];
    }

    // The destinations of a selection, as packets from one interface would have them.
    goals(end, ingress, way) {
      const spans = [...this.named(end)];
      for (const [span, egress] of this.partition) {
        const zone = this.zones[egress || way || ""];
        if (end.everyone || (zone !== undefined && end.outside.has(zone))) spans.push(...common([span], this.outside));
      }
      const goals = united(spans);
      return ingress in this.zones ? common(goals, this.arriving) : goals;
    }

    * named(end) {
      const { names } = this.ends;
      const networks = end.everyone ? Object.keys(names.networks) : end.networks;
      for (const name of networks) yield* read(names.networks[name][this.family][1]);
      for (const name of end.guests.keys()) yield* this.ends.guestsIn(end, name, this.family);
      yield* end.literal[this.family];
      if (end.hosts.has(this.name) || end.everyone) yield* this.own;
      for (const [host, spans] of Object.entries(this.peers)) if (end.hosts.has(host) || end.everyone) yield* spans;
      if (!end.uplink) return;
      const [host, uplink] = end.uplink;
      const fixed = read(names.hosts[host][this.family].uplinks[uplink] ?? "");
      if (fixed.length) yield* fixed;
      else if (host === this.name && uplink in this.learned) yield* single(this.learned[uplink]);
    }
  }

  Object.assign(netloomReach, { Ends, Unknown });
})();
