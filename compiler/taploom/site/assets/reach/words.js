// The parts of an answer, as `taploom reach --format json` prints them. A port of taploom's report/reach.py.
"use strict";
(() => {
  const { united, common, holds, same, single, range, printed, real, learned, read } = taploomReach.spans;
  const DESTINATION = 0, PROTOCOL = 1, PORT = 2, SOURCE = 3, SHOWN = 4;
  const ROLES = { [SOURCE]: "sender", [DESTINATION]: "destination" };
  const ICMP = { ipv4: "icmp", ipv6: "icmpv6" };
  const few = (texts) => [...texts.slice(0, SHOWN), ...(texts.length > SHOWN ? [`and ${texts.length - SHOWN} more`] : [])];
  const moved = (spans, by) => (spans ?? []).map(([first, last]) => [first + by, last + by]);
  const numbers = (spans) => spans.map(([first, last]) => (first === last ? String(first) : `${first}-${last}`)).join(", ");
  const addresses = (family, spans) => (spans ?? []).map((span) => range(family, span));

  class Words {
    constructor(inquiry, replies, from, to) {
      Object.assign(this, { inquiry, replies, asked: { [SOURCE]: from, [DESTINATION]: to } });
    }

    answers() { return this.replies.map((reply) => this.told(reply)); }

    told(reply) {
      const { family, hops, box } = reply, last = hops[hops.length - 1], by = last.answer.by || "default";
      return {
        family, proto: this.protocols(box[PROTOCOL]), port: this.port(family, box), verdict: last.answer.verdict,
        decided_by: by, place: this.inquiry.lists.get(last.host).places[by] ?? [""],
        src: this.end(reply, SOURCE), dst: this.end(reply, DESTINATION),
        sources: this.texts(reply, SOURCE), destinations: this.texts(reply, DESTINATION),
        translated: this.translated(reply), limited: hops.some((hop) => hop.answer.limited),
        unknown: reply.unknown.map((each) => ({
          ...each, within: each.within && addresses(family, each.within),
        })),
        notes: this.notes(reply, by),
        hosts: hops.map((hop) => ({
          host: hop.host, ingress: hop.ingress.replace("/", ""), way: hop.way, ...this.change(reply, hop),
        })),
      };
    }

    // Notes on facts that the answer depends on but the plan does not know.
    notes(reply, by) {
      const last = reply.hops[reply.hops.length - 1];
      const found = reply.unknown.filter(({ within }) => within !== null)
        .map((each) => `only if ${each.host}/${each.uplink} has been given ${this.given(reply, each)}`);
      if (by === "implied/foreign-input") {
        found.push(`as far as taploom knows: ${last.host}'s own firewall decides about packets to the host`);
      }
      if (last.answer.verdict === "allow" && this.beginsNothing(reply)) {
        found.push("only as part of a known connection: a message of this type cannot begin one, and alone it is invalid");
      }
      if (last.answer.verdict === "allow") found.push(...reply.hops.flatMap((hop) => this.answering(reply, hop)));
      for (const [level, end] of Object.entries(this.asked)) found.push(...this.leased(reply, Number(level), end));
      if (last.answer.verdict === "allow" && last.way && !last.answer.destination) {
        found.push(`as far as ${last.way} of ${last.host}: the path beyond it is not known`);
      }
      return found;
    }

    // Whether a part has only ICMP types that conntrack considers invalid outside a connection, as in plan/services.py.
    beginsNothing({ hops, box }) {
      if (hops.every((hop) => hop.answer.by === "implied/bridge")) return false;
      const known = { 1: [8, 13, 15, 17], 58: [128, 130, 131, 132, 133, 134, 135, 136, 139, 143, 151, 152] };
      const [span, ...more] = box[PROTOCOL] ?? [], types = span && !more.length && span[0] === span[1] && known[span[0]];
      return Boolean(types) && !types.some((type) => (box[PORT] ?? [[0n, 255n]]).some(([a, z]) => a <= type && type <= z));
    }

    // The uplinks by which replies leave a host with several uplinks. A port of taploom's report/answering_uplinks.py.
    answering({ family, box }, { host, ingress, senders }) {
      const place = this.inquiry.ends.place(host, family), ways = place.preferred, anyway = "other/";
      if (place.defaults.length < 2 || !(ingress in place.zones) || !ways.length) return [];
      const spans = senders ?? box[SOURCE], from = spans?.length ? spans : place.strangers;
      if (!place.leaving(from, anyway).length) return [];
      let words = `answers ${ways.length === 1 ? "leave" : "may leave"} ${host} by ${ways.join(" or ")}`;
      if (ways.includes(ingress)) return [words];
      words += `, not by ${ingress}: a provider drops packets with a source address of another provider`;
      const near = place.leaving(from, null).filter(([device]) => device === ingress).flatMap(([, some]) => addresses(family, some));
      return [words + (near.length ? ` (but answers to ${near.slice(0, 2).join(", ")} leave by ${ingress})` : "")];
    }

    // Notes on a sender or receiver that may have any address of a DHCP pool.
    leased({ family, box }, level, text) {
      const { pools, tags, guests } = this.inquiry.ends.names, [kind, ...rest] = text.split("/"), name = rest.join("/");
      const named = kind === "tag" && rest.length ? (tags[name] ?? []).filter((one) => one.startsWith("guest/"))
        : [rest.length ? text : `guest/${text}`];
      const known = named.filter((one) => one.startsWith("guest/")).map((one) => one.slice(6)).filter((one) => one in guests);
      return known.flatMap((guest) => Object.values(family === "ipv4" ? pools[guest] ?? {} : {}).map((pool) => {
        const held = addresses(family, common(box[level] ?? [], read(pool)));
        return held.length ? `the address of ${guest} is learned by DHCP, one of ${held.join(", ")}` : null;
      })).filter(Boolean);
    }

    // The values of a learned address in words or, if the text is shorter, the values that it does not have.
    given({ family }, unknown) {
      const texts = addresses(family, unknown.within);
      const alike = ({ role, host, uplink }) => role === unknown.role && host === unknown.host && uplink === unknown.uplink;
      const rest = this.replies.filter((one) => one.family === family).flatMap((one) => one.unknown).filter(alike);
      const others = rest.filter(({ within }) => within && !same(within, unknown.within)).flatMap(({ within }) => within);
      const known = addresses(family, united(others));
      if (texts.length > SHOWN && SHOWN >= known.length && known.length) {
        return `an address outside of ${known.join(", ")}`;
      }
      return `an address of ${few(texts).join(", ")}`;
    }

    // The source, destination and port after the NAT of one host; in words if the plan does not know the address.
    change(reply, hop) {
      const { family, box } = reply, to = hop.answer.destination;
      const found = { source: this.source(reply, hop), destination: null, port: null };
      if (!to) return found;
      const before = hop.to === null ? box[DESTINATION] : single(hop.to);
      found.destination = to.address === null
        ? addresses(family, moved(before, to.shift)).join(", ") : printed(family, to.address);
      found.port = to.port ? numbers(moved(box[PORT], to.port)) : null;
      return found;
    }

    // The source after the NAT of one host; for masquerade, the address of the interface by which the packet leaves.
    source({ family, box }, hop) {
      const found = hop.answer.source;
      if (!found) return null;
      if (found.kind === "snat") return printed(family, found.value);
      if (found.kind === "prefix") return addresses(family, moved(hop.senders?.length ? hop.senders : box[SOURCE], found.value)).join(", ");
      const leaves = hop.way || hop.ingress;
      const [fixed] = this.inquiry.ends.place(hop.host, family).addresses[leaves] ?? [];
      return fixed ? printed(family, fixed[0]) : `the address of ${leaves}`;
    }

    translated(reply) {
      const found = reply.hops.map((hop) => this.change(reply, hop));
      const source = found.map((each) => each.source).reverse().find(Boolean) ?? null;
      const to = found.find((each) => each.destination);
      return source || to ? { src: source, dst: to?.destination ?? null, port: to?.port ?? null } : null;
    }

    texts({ family, hops, box, unknown }, level) {
      const [first] = hops;
      const hidden = unknown.find((each) => each.role === ROLES[level]
        && (level === DESTINATION || (first.ingress === "self/" && first.host === each.host)));
      if (hidden) return [`the address of ${hidden.host}/${hidden.uplink}`];
      const place = this.inquiry.ends.place(first.host, family), spans = box[level] ?? [];
      const uplinks = new Map(Object.entries(place.learned).map(([uplink, value]) => [value, uplink]));
      const named = [...learned(family, spans)].map((value) => `the address of ${uplinks.get(value)}`);
      return [...named, ...addresses(family, real(family, spans))];
    }

    // The senders or receivers of a part in words; the user's words if the part covers all addresses of the question.
    end(reply, level) {
      const mine = this.replies.filter((one) => one.family === reply.family);
      const texts = this.texts(reply, level);
      if (texts.length > 1 && same(reply.box[level], united(mine.flatMap((one) => one.box[level] ?? [])))) {
        return this.asked[level];
      }
      return few(texts).join(", ");
    }

    protocols(spans) {
      const known = Object.entries(this.inquiry.ends.names.numbers);
      const name = (number) => known.find(([, one]) => one === number)?.[0] ?? String(number);
      const all = [...Array(256).keys()], has = (number) => spans === null || holds(spans, BigInt(number));
      const found = all.filter(has);
      if (found.length === all.length) return "any";
      if (found.length > all.length / 2) return `any but ${all.filter((number) => !has(number)).map(name).join(", ")}`;
      return found.map(name).join(", ");
    }

    port(family, box) {
      const icmp = BigInt(this.inquiry.ends.names.numbers[ICMP[family]]);
      let spans = box[PORT] ?? [[0n, 65535n]];
      if (same(box[PROTOCOL], single(icmp))) {
        spans = common(spans, [[0n, 255n]]);
        if (same(spans, [[0n, 255n]])) return null;
      }
      if (same(spans, [[0n, 65535n]])) return null;
      const text = numbers(spans);
      return /^\d+$/.test(text) ? Number(text) : text;
    }
  }

  taploomReach.Words = Words;
})();
