// One host's part in a question: the interfaces at which packets enter it, and their possible destinations. A port of
// taploom's flows/reach/place.py.
"use strict";
(() => {
  const { read, single, united, common, without, every } = taploomReach.spans;
  const has = (record, name) => Object.prototype.hasOwnProperty.call(record, name);

  class Place {
    constructor(ends, name, family) {
      const { names } = ends, host = names.hosts[name], own = host[family];
      Object.assign(this, { ends, name, family, host, zones: host.zones, bridges: host.bridges });
      this.partition = own.partition.map(([span, egress]) => [read(span)[0], egress]);
      for (const key of ["taken", "reachable", "behind"]) this[key] = read(own[key]);
      for (const key of ["local", "missing", "addresses", "at", "astray", "claimed", "carried"]) {
        this[key] = Object.fromEntries(Object.entries(own[key]).map(([device, text]) => [device, read(text)]));
      }
      this.next = Object.fromEntries(Object.entries(own.led).map(([uplink, found]) => (
        [uplink, found.map(([text, ...at]) => [read(text), at])])));
      this.learned = Object.fromEntries(Object.entries(own.learned).map(([u, text]) => [u, BigInt(`0x${text}`)]));
      Object.assign(this, { defaults: own.defaults, preferred: own.preferred });
      this.fixed = united(Object.values(this.addresses).flat());
      this.own = united([...this.fixed, ...Object.values(this.learned).flatMap(single)]);
      this.here = united([...this.own, ...this.behind]);
      this.peers = {};
      for (const other of Object.keys(Object.keys(this.zones).length ? names.hosts : {})) {
        const fixed = read(names.hosts[other][family].fixed);
        if (other !== name && fixed.length) this.peers[other] = fixed;
      }
      const site = Object.values(names.networks).flatMap((network) => read(network[family][0]));
      const inside = united([...site, ...Object.values(this.peers).flat()]);
      this.outer = without(every(family), inside);
      this.outside = without(this.outer, united([...read(names.nobody[family]), ...this.taken]));
      this.strangers = common(this.outside, this.reachable);
    }

    egress(value) {
      return this.partition.find(([span]) => value <= span[1])[1];
    }

    // The interfaces at which packets of a selection first enter this host, with their senders and destinations; null
    // for all destinations.
    * starts(end) {
      const literal = end.literal[this.family];
      for (const [device, network] of Object.entries(this.bridges)) {
        const here = this.local[device] ?? [];
        const whole = here.length && (end.everyone || end.networks.has(network));
        const some = [...this.ends.guestsIn(end, network, this.family), ...common(literal, here)];
        const spans = without(whole ? here : united(some), this.missing[device]);
        if (spans.length) yield [device, spans, null];
      }
      for (const [uplink, zone] of Object.entries(this.zones)) {
        const whole = end.everyone || end.outside.has(zone);
        const rightly = without(this.outside, this.astray[uplink]);
        const spans = whole ? rightly : without(common(literal, this.outer), this.fixed);
        if (spans.length) yield [uplink, spans, null];
        const claimed = common(this.ofSite(end), this.claimed[uplink]);
        if (claimed.length) yield [uplink, claimed, this.here];
      }
      const some = common(literal, this.fixed);
      if (end.hosts.has(this.name) || (end.uplink && end.uplink[0] === this.name)) {
        yield ["self/", this.fixed.length ? this.fixed : every(this.family), null];
      } else if (some.length) yield ["self/", some, null];
    }

    // The site's own addresses in a selection of senders; for `any`, those of the site's networks.
    ofSite(end) {
      const { names } = this.ends;
      const networks = end.everyone ? Object.keys(names.networks) : [...end.networks];
      const prefixes = networks.flatMap((name) => read(names.networks[name][this.family][0]));
      const guests = [...end.guests.keys()].flatMap((name) => this.ends.guestsIn(end, name, this.family));
      const hosts = [...end.hosts].flatMap((name) => read(names.hosts[name][this.family].fixed));
      return united([...prefixes, ...guests, ...hosts, ...end.literal[this.family]]);
    }

    // The destinations of a selection that packets from an interface may have; default routes leave by `way`.
    goals(end, ingress, way) {
      const spans = [...this.named(end)], hidden = this.zonesOfHidden(end);
      for (const [span, egress] of this.partition) {
        const zone = this.zones[egress || way || ""];
        const anywhere = !egress && this.hidden(end);
        const there = anywhere || (zone !== undefined && (end.outside.has(zone) || hidden.includes(zone)));
        if (end.everyone || there) spans.push(...common([span], this.outside));
      }
      const goals = united(spans);
      return ingress in this.zones ? common(goals, this.arriving(ingress)) : goals;
    }

    // The destinations that packets from an uplink may have: `here`, `outside`, and `carried` for this uplink.
    arriving(uplink) {
      return united([...this.here, ...this.outside, ...this.carried[uplink]]);
    }

    // The destinations of a selection to which the host has no route; none for packets from an uplink.
    nowhere(end, ingress) {
      if (ingress in this.zones || this.defaults.length) return [];
      const beyond = end.everyone || Object.values(this.zones).some((zone) => end.outside.has(zone));
      const meant = united([...this.named(end), ...(beyond ? this.outside : [])]);
      return common(meant, united(this.partition.filter(([, egress]) => !egress).map(([span]) => span)));
    }

    // Destinations by egress interface: those of specific routes, or if `way` is set, of the default route.
    leaving(goals, way) {
      const found = new Map();
      for (const [span, egress] of this.partition) {
        if (Boolean(egress) !== (way === null)) continue;
        const device = egress || way;
        found.set(device, [...(found.get(device) ?? []), ...common([span], goals)]);
      }
      return [...found].map(([device, spans]) => [device, united(spans)]).filter(([, spans]) => spans.length);
    }

    // Other hosts that are next hops beyond an uplink: their name, their uplink and the destinations.
    led(uplink, goals) {
      return (this.next[uplink] ?? []).map(([spans, at]) => [...at, common(spans, goals)]).filter(([,, some]) => some.length);
    }

    // Whether the receiver is a learned address of another host.
    hidden(end) {
      if (!end.uplink || end.uplink[0] === this.name) return false;
      return has(this.ends.names.hosts[end.uplink[0]][this.family].learned, end.uplink[1]);
    }

    zonesOfHidden(end) {
      if (!this.hidden(end)) return [];
      const zone = this.ends.names.hosts[end.uplink[0]].zones[end.uplink[1]], ours = Object.values(this.zones);
      return ours.includes(zone) ? [zone] : ours;
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
      const fixed = read(names.hosts[host][this.family].addresses[uplink] ?? "");
      if (fixed.length) yield* fixed;
      else if (host === this.name && uplink in this.learned) yield* single(this.learned[uplink]);
    }
  }

  taploomReach.Place = Place;
})();
