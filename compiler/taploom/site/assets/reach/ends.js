// Reads the texts of a question: sender, receiver and service. A port of taploom's flows/reach/endpoints.py; tests
// compare the answers of the two implementations.
"use strict";
(() => {
  const { BITS, read, single, united, prefix } = taploomReach.spans;
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

    // The senders or receivers that a text selects; throws Unknown with a sentence for the user.
    end(text) {
      const found = empty();
      const [kind, ...rest] = text.split("/");
      const name = rest.join("/");
      if (text.includes(":") || /^\d/.test(text)) {
        const known = prefix(text);
        if (!known) throw new Unknown(`“${text}” is neither an address nor a prefix`);
        found.literal[known.family] = known.spans;
      } else if (rest.length && has(this.names.hosts, kind) && !KINDS.includes(kind)) {
        if (!has(this.names.hosts[kind].zones, name)) throw new Unknown(`host “${kind}” has no uplink “${name}”`);
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

    // The services that a text means in each family, as [protocols, ports]; a set is null for all values.
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
      if (!this.memo.has(key)) this.memo.set(key, new taploomReach.Place(this, host, family));
      return this.memo.get(key);
    }
  }

  Object.assign(taploomReach, { Ends, Unknown, empty });
})();
