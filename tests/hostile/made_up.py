"""Random mutations of specs, determined by a seed; some are what an attacker who knows taploom would write."""

import random
from collections.abc import Mapping

MARKS = (
    "\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x00", "\x1b[31m", "\u202e", "\ufeff", "\ud800", "\r", "\t", "\xa0",
    "../../x", "/etc/passwd", '"; flush ruleset; "', "${builtins.readFile /x}", "''", "<script>alert(1)</script>",
    "]](javascript:x)", "| a | b |", "::error::x", "##[error]x", "$(reboot)", "`reboot`", "%s%n", "{{ x }}", "{% x %}",
    "&a", "*a", "!x", "<<", "? ", "- ", ": ", "#", "{", "}", "[", "]", "'", '"', "|", ">", "%YAML 1.1\n---\n",
    "\n---\n", "0", "-1", "4294967296", "1e999", "0x10", "1_000", "22:22", "~", "null", "no", "1.10", "9" * 400,
    "\u0661", "0.0.0.0/0", "::/0", "255.255.255.255/32", "ff02::1/128", "fe80::1/64", "127.0.0.1/8", "10.0.0.1/31",
    "fd00::/127", "any", "hosts", "zone/internet", "tag/public", "network/dmz", "address/office", "host/hv1",
    "guest/web",
)  # fmt: skip
"""Texts with a special meaning in YAML, in the language of specs, or in an output format."""


def mutated(texts: Mapping[str, str], seed: int) -> dict[str, bytes]:
    """The files of a site after one to six random changes."""
    chance = random.Random(seed)
    found = {path: text.encode() for path, text in texts.items()}
    for _ in range(chance.randint(1, 6)):
        path = chance.choice(sorted(found))
        found[path] = chance.choice(_WAYS)(found[path], chance, found)
    return found


def _inserted(raw: bytes, chance: random.Random, _: Mapping[str, bytes]) -> bytes:
    at = chance.randint(0, len(raw))
    return raw[:at] + _mark(chance) + raw[at:]


def _value(raw: bytes, chance: random.Random, _: Mapping[str, bytes]) -> bytes:
    """Replaces a value by a random mark."""
    places = [at for at in range(len(raw)) if raw[at : at + 2] == b": "]
    if not places:
        return raw
    at = chance.choice(places) + 2
    ends = [end for end in (raw.find(sign, at) for sign in (b",", b"}", b"\n", b"]")) if end >= 0]
    return raw[:at] + _mark(chance) + raw[min(ends, default=len(raw)) :]


def _word(raw: bytes, chance: random.Random, of: Mapping[str, bytes]) -> bytes:
    """Replaces a word by another word of the site."""
    words = raw.split(b" ")
    words[chance.randrange(len(words))] = chance.choice(chance.choice(sorted(of.values())).split(b" "))
    return b" ".join(words)


def _line(raw: bytes, chance: random.Random, of: Mapping[str, bytes]) -> bytes:
    """Inserts a copy of a random line of the site."""
    lines = raw.split(b"\n")
    lines.insert(chance.randint(0, len(lines)), chance.choice(chance.choice(sorted(of.values())).split(b"\n")))
    return b"\n".join(lines)


def _dropped(raw: bytes, chance: random.Random, _: Mapping[str, bytes]) -> bytes:
    lines = raw.split(b"\n")
    del lines[chance.randrange(len(lines))]
    return b"\n".join(lines)


def _shifted(raw: bytes, chance: random.Random, _: Mapping[str, bytes]) -> bytes:
    lines = raw.split(b"\n")
    at = chance.randrange(len(lines))
    lines[at] = b" " * chance.randint(1, 4) + lines[at] if chance.random() < 0.5 else lines[at].lstrip()
    return b"\n".join(lines)


def _byte(raw: bytes, chance: random.Random, _: Mapping[str, bytes]) -> bytes:
    at = chance.randint(0, len(raw))
    return raw[:at] + bytes([chance.randrange(256)]) + raw[at + chance.randint(0, 1) :]


def _cut(raw: bytes, chance: random.Random, _: Mapping[str, bytes]) -> bytes:
    at, length = chance.randint(0, len(raw)), chance.choice((1, 3, 40))
    return raw[:at] + raw[at + length :]


def _deep(raw: bytes, chance: random.Random, _: Mapping[str, bytes]) -> bytes:
    depth, sign = chance.choice((70, 5000)), chance.choice((b"[", b"{a: ", b"- "))
    return raw + b"\ndeep: " + sign * depth


def _repeated(raw: bytes, chance: random.Random, _: Mapping[str, bytes]) -> bytes:
    """Appends YAML aliases that expand to exponentially many values."""
    rows = [b"a0: &a0 [x, x]"] + [b"a%d: &a%d [%s]" % (n, n, b", ".join([b"*a%d" % (n - 1)] * 9)) for n in range(1, 12)]
    return raw + b"\n" + b"\n".join(rows[: chance.randint(2, 12)]) + b"\n"


def _mark(chance: random.Random) -> bytes:
    return chance.choice(MARKS).encode("utf-8", "surrogatepass")


_WAYS = (_inserted, _value, _value, _word, _word, _word, _line, _dropped, _shifted, _byte, _cut, _deep, _repeated)
