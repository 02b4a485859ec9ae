"""Small specs with huge results: their entries multiply, so a careless compiler would take minutes."""

from __future__ import annotations

import random
from collections.abc import Callable

_HEAD = """\
taploom: 1
site: {name: steep, domain: example.org, target: {systemd: 252, nftables: 1.0.6, nixos: "25.11"}}
"""
_UPLINKS = "uplinks: {eth0: {zone: internet, ipv4: 203.0.113.2/24, gateway4: 203.0.113.1}}"
_ADMIN = "  admin: {from: 198.51.100.0/24, to: hosts, allow: ssh}\n"
_ONE = (
    "networks: {lan: {ipv4: 10.0.0.1/24}}\n"
    f"hosts:\n  hv:\n    {_UPLINKS}\n    networks: {{lan: {{}}}}\n"
    "guests: {web: {host: hv, nics: {lan: {}}}}\n"
)


_TWO = (
    "networks:\n"
    '  a: {ipv4: 10.1.0.1/24, ipv6: "fd12::1/64"}\n  b: {ipv4: 10.2.0.1/24, ipv6: "fd12:0:0:1::1/64"}\n'
    f"hosts:\n  hv:\n    {_UPLINKS}\n    networks: {{a: {{}}, b: {{}}}}\nguests:\n"
)


def tags(size: int) -> str:
    """Guests with many tags, and entries with four tags as source, four as destination, and two port ranges."""
    return _tagged(size, limited=False)


def limits(size: int) -> str:
    """The specs of `tags`, with a different rate limit on each entry."""
    return _tagged(size, limited=True)


def _tagged(size: int, *, limited: bool) -> str:
    chance = random.Random(size)
    guests = []
    for number in range(size):
        own = ", ".join(f"t{tag}" for tag in range(8) if chance.random() < 0.6)
        guests.append(f"  g{number}: {{host: hv, tags: [{own}], nics: {{{'ab'[number % 2]}: {{}}}}}}\n")
    entries = []
    for number in range(size):
        ends = [", ".join(f"tag/t{tag}" for tag in chance.sample(range(8), 4)) for _ in range(2)]
        tcp, udp = chance.randrange(1, 65000), chance.randrange(1, 65000)
        services = f"tcp/{tcp}-{tcp + 500}, udp/{udp}-{udp + 500}"
        rate = f", limit: {number + 1}/second" if limited else ""
        entries.append(f"  p{number}: {{from: [{ends[0]}], to: [{ends[1]}], allow: [{services}]{rate}}}\n")
    return _HEAD + "".join((_TWO, *guests, f"policy:\n{_ADMIN}", *entries))


def ranges(size: int) -> str:
    """Entries with four overlapping port ranges each, and a different rate limit on each entry."""
    chance = random.Random(size)
    entries = []
    for number in range(size):
        firsts = [(chance.choice(("tcp", "udp")), chance.randrange(1, 60000)) for _ in range(4)]
        services = ", ".join(f"{name}/{first}-{first + chance.randrange(1, 5000)}" for name, first in firsts)
        sender = chance.choice(("internet", "any", f"192.{chance.randrange(256)}.0.0/16"))
        entries.append(f"  p{number}: {{from: {sender}, to: web, allow: [{services}], limit: {number + 1}/second}}\n")
    return _HEAD + "".join((_ONE, f"policy:\n{_ADMIN}", *entries))


def mesh(size: int) -> str:
    """Four entries per guest; each has four guests as source, four as destination, and its own rate limit."""
    chance = random.Random(size)
    guests = (f"  g{number}: {{host: hv, nics: {{{'ab'[number % 2]}: {{}}}}}}\n" for number in range(size))
    entries = []
    for number in range(4 * size):
        ends = [", ".join(f"g{guest}" for guest in chance.sample(range(size), 4)) for _ in range(2)]
        first = chance.randrange(1, 60000)
        ports = f"tcp/{first}-{first + chance.randrange(1, 3000)}"
        rate = f"limit: {number + 1}/second"
        entries.append(f"  p{number}: {{from: [{ends[0]}], to: [{ends[1]}], allow: {ports}, {rate}}}\n")
    return _HEAD + "".join((_TWO, *guests, f"policy:\n{_ADMIN}", *entries))


def networks(size: int) -> str:
    """Many networks on one host, with an entry from any to any."""
    names = [f"n{number}" for number in range(size)]
    own = (f"  {name}: {{ipv4: 10.0.{at}.1/24, ipv6: 'fd12:0:0:{at:x}::1/64'}}\n" for at, name in enumerate(names))
    host = f"  hv:\n    {_UPLINKS}\n    networks: {{{', '.join(f'{name}: {{}}' for name in names)}}}\n"
    guests = (f"  g-{name}: {{host: hv, nics: {{{name}: {{}}}}}}\n" for name in names)
    entry = "  all: {from: any, to: any, allow: https}\n"
    return _HEAD + "".join(("networks:\n", *own, f"hosts:\n{host}guests:\n", *guests, f"policy:\n{_ADMIN}{entry}"))


def services(size: int) -> str:
    """A chain of services, each of which consists of one port and the next service."""
    chain = (f"  s{number}: [tcp/{2 * number + 1}, s{number + 1}]\n" for number in range(size))
    entry = "  web: {from: internet, to: web, allow: s0}\n"
    return _HEAD + "".join((_ONE, "services:\n", *chain, f"  s{size}: tcp/9\npolicy:\n{_ADMIN}{entry}"))


def nested(size: int) -> str:
    """Entries from prefixes of increasing length, with port ranges that grow as the prefixes shrink."""
    entries = []
    for number in range(size):
        length = 8 + number * 24 // size
        value = (192 << 24 | number * 7919 % (1 << length - 8) << 32 - length) & 0xFFFFFFFF
        prefix = ".".join(str(value >> shift & 255) for shift in (24, 16, 8, 0))
        ports = f"tcp/{30000 - number * 3}-{30000 + number * 3}"
        entries.append(f"  p{number}: {{from: {prefix}/{length}, to: web, allow: {ports}}}\n")
    return _HEAD + "".join((_ONE, f"policy:\n{_ADMIN}", *entries))


STEEP: tuple[tuple[Callable[[int], str], int], ...] = (
    (tags, 90),
    (limits, 90),
    (ranges, 200),
    (mesh, 150),
    (networks, 130),
    (services, 2500),
    (nested, 1100),
)
"""Functions that return specs, each with a size at which these stay below 100 kB."""
