"""Protocols and ports in the words of the spec."""

import functools

from taploom.base.protocol import NUMBERS, PORT_PROTOCOLS
from taploom.flows.packet import NAMES
from taploom.flows.spans import Spans, holds
from taploom.plan.services import ICMP_TYPES

ANY = "any"
"""All of a family's packets, whatever their protocol."""

_ICMP = {NUMBERS["icmp"]: "icmp", NUMBERS["icmpv6"]: "icmpv6"}
_WITH_PORTS = {NUMBERS[name] for name in PORT_PROTOCOLS}
_FEW = 6


def few(names: list[str]) -> str:
    """The first names, and how many more there are."""
    return ", ".join(names[:_FEW]) + (f" and {len(names) - _FEW} more" if len(names) > _FEW else "")


def size_of(spans: Spans) -> int:
    """How many values a set has."""
    return sum(last - first + 1 for first, last in spans)


@functools.lru_cache(maxsize=16384)
def services_of(traffic: tuple[tuple[Spans, Spans], ...]) -> tuple[str, ...]:
    """Protocols and ports in words; kept, as hosts have the same ports forwarded."""
    found: dict[str, None] = {}
    for protocols, ports in traffic:
        if size_of(protocols) >= 256:
            found |= dict.fromkeys([ANY] if size_of(ports) >= 65536 else _numbered("any", ports))
        elif size_of(protocols) > 128:
            missing = [one for one in range(256) if not holds(protocols, one)]
            found[f"any but {few([NAMES.get(one, str(one)) for one in missing])}"] = None
        else:
            for protocol in (one for first, last in protocols for one in range(first, last + 1)):
                found |= dict.fromkeys(_service(protocol, ports))
    return tuple(found)


def _service(protocol: int, ports: Spans) -> list[str]:
    name = NAMES.get(protocol, str(protocol))
    if size_of(ports) >= 65536 or not (protocol in _WITH_PORTS or protocol in _ICMP):
        return [name]
    if protocol in _ICMP:
        known = {number: word for word, number in ICMP_TYPES[_ICMP[protocol]].items()}
        return [
            f"{name}/{known.get(first, first)}" if first == last else f"{name}/{first}-{last}" for first, last in ports
        ]
    return _numbered(name, ports)


def _numbered(name: str, ports: Spans) -> list[str]:
    if size_of(ports) > 60000:
        gaps = [first - 1 for first, _ in ports[1:]] + ([0] if ports[0][0] else [])
        return [f"{name} except {few([str(gap) for gap in sorted(gaps)])}"] if len(gaps) < _FEW else [name]
    return [f"{name}/{first}" if first == last else f"{name}/{first}-{last}" for first, last in ports]
