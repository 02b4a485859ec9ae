// Sets of numbers as sorted, disjoint [first, last] pairs of BigInt, and addresses as text and number.
"use strict";
window.taploomReach = window.taploomReach || {};
(() => {
  const BITS = { ipv4: 32n, ipv6: 128n };
  const read = (text) => text === "" ? [] : text.split(",").map((part) => {
    const [first, last] = part.split("-");
    return [BigInt(`0x${first}`), BigInt(`0x${last ?? first}`)];
  });
  const single = (value) => [[value, value]];
  const less = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

  function united(spans) {
    const found = [];
    for (const [first, last] of [...spans].sort((a, b) => less(a[0], b[0]) || less(a[1], b[1]))) {
      const end = found[found.length - 1];
      if (end && first <= end[1] + 1n) end[1] = last > end[1] ? last : end[1];
      else found.push([first, last]);
    }
    return found;
  }

  function common(one, other) {
    const found = [];
    for (let i = 0, j = 0; i < one.length && j < other.length;) {
      const first = one[i][0] > other[j][0] ? one[i][0] : other[j][0];
      const last = one[i][1] < other[j][1] ? one[i][1] : other[j][1];
      if (first <= last) found.push([first, last]);
      if (one[i][1] < other[j][1]) i += 1; else j += 1;
    }
    return found;
  }

  function without(one, other) {
    const found = [];
    let j = 0;
    for (const [first, last] of one) {
      let start = first;
      while (j < other.length && other[j][1] < start) j += 1;
      for (let k = j; k < other.length && other[k][0] <= last; k += 1) {
        if (start < other[k][0]) found.push([start, other[k][0] - 1n]);
        start = other[k][1] + 1n;
      }
      if (start <= last) found.push([start, last]);
    }
    return found;
  }

  const holds = (spans, value) => spans.some(([first, last]) => first <= value && value <= last);
  const shifted = (spans, by) => spans && spans.map(([first, last]) => [first + by, last + by]);
  const same = (one, other) => one === other || (one && other && one.length === other.length &&
    one.every(([first, last], at) => first === other[at][0] && last === other[at][1]));

  // An address as in RFC 5952; one that embeds an IPv4 address has the dotted ending of inet_ntop(3).
  function printed(family, value) {
    if (family === "ipv4") return [24n, 16n, 8n, 0n].map((by) => (value >> by) & 255n).join(".");
    const words = [...Array(8).keys()].map((at) => Number((value >> BigInt(16 * (7 - at))) & 0xffffn));
    let start = -1, size = 1;
    for (let at = 0; at < 8; at += 1) {
      let end = at;
      while (end < 8 && words[end] === 0) end += 1;
      if (end - at > size) [start, size] = [at, end - at];
    }
    if (start === 0 && (size === 6 || (size === 5 && words[5] === 0xffff))) {
      return (size === 6 ? "::" : "::ffff:") + printed("ipv4", value & 0xffffffffn);
    }
    const hex = words.map((word) => word.toString(16));
    if (start < 0) return hex.join(":");
    return `${hex.slice(0, start).join(":")}::${hex.slice(start + size).join(":")}`;
  }

  function number4(text) {
    const parts = text.split(".");
    const fine = parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256);
    return fine ? parts.reduce((value, part) => value * 256n + BigInt(part), 0n) : null;
  }

  function number6(text) {
    const tail = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
    if (tail) {
      const low = number4(tail[2]);
      if (low === null) return null;
      return number6(`${tail[1]}${(low >> 16n).toString(16)}:${(low & 0xffffn).toString(16)}`);
    }
    const halves = text.split("::");
    if (halves.length > 2) return null;
    const [head, rest] = halves.map((half) => (half === "" ? [] : half.split(":")));
    const missing = 8 - head.length - (rest ? rest.length : 0);
    if (rest ? missing < 1 : missing !== 0) return null;
    const words = [...head, ...Array(rest ? missing : 0).fill("0"), ...(rest ?? [])];
    if (!words.every((word) => /^[0-9a-f]{1,4}$/i.test(word))) return null;
    return words.reduce((value, word) => (value << 16n) + BigInt(`0x${word}`), 0n);
  }

  // Reads an address or prefix; null if the text is neither, or a prefix with host bits.
  function prefix(text) {
    const [host, length, more] = text.split("/");
    const family = host.includes(":") ? "ipv6" : "ipv4";
    const value = family === "ipv6" ? number6(host) : number4(host);
    if (value === null || more !== undefined) return null;
    if (length === undefined) return { family, spans: single(value) };
    if (!/^\d{1,3}$/.test(length) || BigInt(length) > BITS[family]) return null;
    const size = 1n << (BITS[family] - BigInt(length));
    return value % size === 0n ? { family, spans: [[value, value + size - 1n]] } : null;
  }

  // The real addresses of a set, and its numbers that stand for learned addresses; these numbers follow the last real
  // address. The same as taploom's flows/packets/learned.py.
  const every = (family) => [[0n, (1n << BITS[family]) - 1n]];
  const real = (family, spans) => common(spans, every(family));
  function* learned(family, spans) {
    for (const [first, last] of without(spans, every(family))) {
      for (let value = first; value <= last; value += 1n) yield value;
    }
  }

  function range(family, [first, last]) {
    const size = last - first + 1n;
    if (size === 1n) return printed(family, first);
    if ((size & (size - 1n)) === 0n && first % size === 0n) {
      return `${printed(family, first)}/${BITS[family] - BigInt(size.toString(2).length - 1)}`;
    }
    return `${printed(family, first)}-${printed(family, last)}`;
  }

  taploomReach.spans = {
    BITS, read, single, united, common, without, holds, shifted, same, prefix, range, printed, every, real, learned,
  };
})();
