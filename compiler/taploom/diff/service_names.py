"""Names sets of protocols and ports in the words of the spec."""

import functools

from taploom.base.protocol import NUMBERS, PORT_PROTOCOLS
from taploom.flows.algebra.spans import Spans, common, complement, holds, united
from taploom.flows.packets.packet import NAMES
from taploom.plan.services import ICMP_TYPES

ANY = "any"
"""All of a family's packets, whatever their protocol."""

_ICMP = {NUMBERS["icmp"]: "icmp", NUMBERS["icmpv6"]: "icmpv6"}
_WITH_PORTS = {NUMBERS[name] for name in PORT_PROTOCOLS}
_FEW = 6
_BUT = "any but "


def few(names: list[str]) -> str:
    """The first names as one text, with the number of the others."""
    return ", ".join(names[:_FEW]) + (f" and {len(names) - _FEW} more" if len(names) > _FEW else "")


def size_of(spans: Spans) -> int:
    """Number of values in a set."""
    return sum(last - first + 1 for first, last in spans)


@functools.lru_cache(maxsize=16384)
def services_of(traffic: tuple[tuple[Spans, Spans], ...]) -> tuple[str, ...]:
    """Protocols and ports in words; cached, because many hosts forward the same ports."""
    found: dict[str, None] = {}
    most = {protocols for protocols, _ in traffic if 128 < size_of(protocols) < 256}
    for protocols, ports in traffic:
        if size_of(protocols) >= 256:
            found |= dict.fromkeys([ANY] if size_of(ports) >= 65536 else _numbered("any", ports))
        elif protocols in most:
            found[_all_but(protocols, traffic)] = None
        elif not any(_disjoint(protocols, each) for each in most):
            for protocol in (one for first, last in protocols for one in range(first, last + 1)):
                found |= dict.fromkeys(_service(protocol, ports))
    return simplified(tuple(found))


def simplified(services: tuple[str, ...]) -> tuple[str, ...]:
    """The services, or `any` alone if the list has `any`, or has both `any but NAME` and NAME."""
    whole = (one for one in services if one.startswith(_BUT))
    return (ANY,) if ANY in services or any(one.removeprefix(_BUT) in services for one in whole) else services


def _disjoint(protocols: Spans, most: Spans) -> bool:
    """Whether the sets have no protocol in common, so the text `any but …` of `most` already names all `protocols`."""
    return not common(protocols, most)


def _all_but(protocols: Spans, traffic: tuple[tuple[Spans, Spans], ...]) -> str:
    """The text `any but …` for a set of most protocols; it names protocols and ports that no set of `traffic` has."""
    missing: list[str] = []
    for protocol in (one for one in range(256) if not holds(protocols, one)):
        ports = united(span for others, known in traffic if holds(others, protocol) for span in known)
        left = complement(ports, 65536)
        missing += _service(protocol, left) if left else ()
    return f"{_BUT}{few(missing)}" if missing else ANY


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
