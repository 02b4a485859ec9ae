// Decides about the packets of a box at one host, from the host's ordered lists, in the stages of taploom's
// flows/proof/packet_path.py. A box has sets of destinations, protocols, ports and senders; a set is null for all values.
"use strict";
(() => {
  const { read, single, united, common, shifted } = taploomReach.spans;
  const SELF = "self/";
  const DESTINATION = 0, PORT = 2;
  const PASS = { verdict: "allow", by: "", destination: null, source: null, limited: false, mark: "" };
  const ELSEWHERE = { ...PASS, verdict: "elsewhere" };
  const TOPS = { ipv4: 1n << 33n, ipv6: 1n << 129n };

  const put = (box, level, spans) => [...box.slice(0, level), spans, ...box.slice(level + 1)];
  const within = (one, other) => (one === null ? other : other === null ? one : common(one, other));

  // The box of the packets that are in both boxes; null if there are none.
  function meet(one, other) {
    const found = [];
    for (let level = 0; level < 4; level += 1) {
      const spans = within(one[level], other[level]);
      if (spans && !spans.length) return null;
      found.push(spans);
    }
    return found;
  }

  // Splits a box into parts, each with the answer of the first entry that holds it; in each dimension, slices with the same
  // entries become one part.
  function decided(entries, rest, box, tops) {
    const near = entries.map(([part, answer]) => [meet(part, box), answer]).filter(([part]) => part);
    const found = [];
    const cut = (level, over, at) => {
      if (!over.length || level === 4) return found.push([at, over.length ? near[over[0]][1] : rest]);
      const sets = over.map((index) => near[index][0][level]);
      const whole = at[level] ?? [[0n, tops[level]]];
      if (sets.every((set) => set === null || taploomReach.spans.same(set, whole))) return cut(level + 1, over, at);
      const starts = new Map();
      const note = (value, index, opens) => {
        if (!starts.has(value)) starts.set(value, []);
        if (index !== null) starts.get(value).push([index, opens]);
      };
      for (const [first, last] of whole) { note(first, null); note(last + 1n, null); }
      sets.forEach((set, index) => (set ?? whole).forEach(([first, last]) => {
        note(first, index, true);
        note(last + 1n, index, false);
      }));
      const order = [...starts.keys()].sort((a, b) => (a < b ? -1 : 1));
      const active = new Set(), groups = new Map();
      order.forEach((start, number) => {
        for (const [index, opens] of starts.get(start)) if (!opens) active.delete(index);
        for (const [index, opens] of starts.get(start)) if (opens) active.add(index);
        if (number + 1 === order.length) return;
        const indices = [...active].sort((a, b) => a - b);
        const key = indices.join(" ");
        if (!groups.has(key)) groups.set(key, [indices.map((index) => over[index]), []]);
        groups.get(key)[1].push([start, order[number + 1] - 1n]);
      });
      for (const [inside, spans] of groups.values()) {
        const left = common(united(spans), whole);
        if (left.length) cut(level + 1, inside, put(at, level, left));
      }
      return found;
    };
    cut(0, near.map((_, index) => index), box);
    return found;
  }

  class Host {
    constructor(place, lists, phase, approaches) {
      const own = lists[place.family];
      Object.assign(this, { place, own, phase, approaches });
      this.tops = [TOPS[place.family], 255n, 65535n, TOPS[place.family]];
      this.sets = own.spans.map(() => null);
      this.memo = new Map();
      this.answers = own.answers.map(([verdict, by, to, source, limited, mark]) => ({
        verdict, by, limited, mark, source: source && { kind: source[0], value: BigInt(source[1]) },
        destination: to && { address: to[0] === null ? null : BigInt(to[0]), shift: BigInt(to[1]), port: BigInt(to[2]) },
      }));
    }

    set(number) {
      if (number < 0) return null;
      this.sets[number] ??= read(this.own.spans[number]);
      return this.sets[number];
    }

    // One of the lists, without entries that have expired.
    list(name, key) {
      const memo = `${name} ${key}`;
      if (!this.memo.has(memo)) {
        const rows = key === null ? this.own[name] : this.own[name][key] ?? [];
        const fine = rows.filter((row) => row[5] === undefined || this.phase <= row[5]);
        this.memo.set(memo, fine.map((row) => [row.slice(0, 4).map((n) => this.set(n)), this.answers[row[4]]]));
      }
      return this.memo.get(memo);
    }

    decided(entries, rest, box) { return decided(entries, rest, box, this.tops); }

    // The outcomes of a box that comes in by an interface. `way` is the uplink of the default route, for packets that match no
    // other route; null for all other packets.
    outcome(ingress, way, box) {
      const early = ingress === SELF ? [[box, PASS]] : this.decided(this.list("early", ingress), PASS, box);
      return early.flatMap(([part, first]) => {
        const behind = this.behind(ingress, way, part);
        if (first.verdict === "allow") return behind;
        return behind.map(([left, answer]) => [left, answer.verdict === "elsewhere" ? answer : first]);
      });
    }

    behind(ingress, way, box) {
      const list = this.list("translated", ingress in this.place.zones ? ingress : SELF);
      return this.decided(list, PASS, box).flatMap(([part, first]) => (first.destination
        ? this.translated(ingress, way, part, first) : this.routed(ingress, way, "", part)));
    }

    routed(ingress, way, mark, box) {
      return this.place.partition.flatMap(([span, egress]) => {
        const spans = within(box[DESTINATION], [span]);
        return spans.length ? this.passed(ingress, way, egress, mark, put(box, DESTINATION, spans)) : [];
      });
    }

    passed(ingress, way, egress, mark, box) {
      if (Boolean(egress) === (way !== null)) return [[box, ELSEWHERE]];
      return this.judged(ingress, egress || way, mark, box);
    }

    translated(ingress, way, box, first) {
      const { address, shift, port } = first.destination;
      const moved = put(box, PORT, shifted(box[PORT], port));
      const found = address === null
        ? this.routed(ingress, way, first.mark, put(moved, DESTINATION, shifted(box[DESTINATION], shift)))
        : this.passed(ingress, way, this.place.egress(address), first.mark, put(moved, DESTINATION, single(address)));
      return found.map(([part, answer]) => {
        const to = address === null ? shifted(part[DESTINATION], -shift) : box[DESTINATION];
        const before = put(put(part, PORT, shifted(part[PORT], -port)), DESTINATION, to);
        const named = { ...answer, by: answer.by || first.by, destination: first.destination };
        return [before, answer.verdict === "allow" ? named : answer];
      });
    }

    judged(ingress, egress, mark, box) {
      const [entries, rest] = this.judgement(ingress, egress, mark);
      return this.decided(entries, rest, box).flatMap(([part, answer]) => {
        if (answer.verdict !== "allow") return [[part, answer]];
        if (mark && ingress === egress) return [[part, { ...answer, source: { kind: "masquerade", value: 0n } }]];
        return this.decided(this.list("rewritten", egress), PASS, part)
          .map(([left, to]) => [left, { ...answer, source: to.source }]);
      });
    }

    judgement(ingress, egress, mark) {
      const { bridges, zones, host } = this.place;
      const bare = (by, verdict = "allow") => ({ ...PASS, verdict, by });
      if (ingress === SELF) return [[], mark ? PASS : bare("implied/output")];
      if (egress === SELF && host.foreign) return [[], bare("implied/foreign-input")];
      const ours = (device) => device in bridges || device in zones;
      if (egress !== SELF && !(ours(ingress) && ours(egress)) && !(ingress in bridges) && !(egress in bridges)) {
        return [[], bare("implied/foreign")];
      }
      let rest = bare("default", "drop");
      if (ingress === egress && ingress in bridges && !mark) {
        rest = host.isolated.includes(ingress) ? bare("implied/isolated", "drop") : bare("implied/bridge");
      }
      if (mark === "forward") rest = PASS;
      const key = `${ingress}>${egress}`, entries = this.list("refused", key);
      if (mark === "forward" || (ingress === egress && ingress in bridges)) return [entries, rest];
      const ways = ingress in bridges && egress in zones ? this.waysFrom(ingress) : [];
      return [[...entries, ...ways, ...this.list("admitted", key)], rest];
    }

    // The entries that let guests of a network use the forwards of other hosts.
    waysFrom(bridge) {
      const here = this.place.local[bridge] ?? [];
      if (!here.length) return [];
      return this.approaches().map(([box, answer]) => [put(box, 3, within(box[3], here)), answer])
        .filter(([box]) => box[3].length);
    }
  }

  Object.assign(taploomReach, { Host, put });
})();
