"""Builds the conntrack(8) commands that end a set of connections and no others.

conntrack (1.4.7) matches one protocol, one port, and an address or a prefix for each end. So a set is split into such
parts, with one command for each part; for many parts, a shell loop runs the command. The source of replies is the
translated destination (`--reply-src`); the first packet has the original destination (`--orig-dst`, `--orig-port-dst`).
"""

import shlex
from collections.abc import Iterator
from itertools import product
from math import prod

from taploom.base.address import Address, Family, prefixes_of
from taploom.base.frozen import dataclass
from taploom.base.protocol import NUMBERS
from taploom.flows.algebra.spans import Spans, common, holds
from taploom.flows.packets.packet import LAST_TYPE, WITH_PORTS

CommandLine = tuple[str, ...]
_FEW, _MOST = 4, 4096
"""Maximum number of commands that are written one by one, and of commands that nested loops run."""
_BY_NAME = {NUMBERS[name]: name for name in ("tcp", "udp", "sctp", "dccp", "gre", "icmp", "icmpv6") if name in NUMBERS}
"""conntrack's own names of protocols; it looks up other names in /etc/protocols, which a minimal host lacks."""
_TYPES = {NUMBERS["icmp"]: "--icmp-type", NUMBERS["icmpv6"]: "--icmpv6-type"}


@dataclass(frozen=True, slots=True)
class ConntrackMatch:
    """A set of connections of one host, described by their first packets.

    Attributes:
        protocols: numbers; None for all.
        ports: destination ports or ICMP types; None for all.
        sources: real addresses; None for all.
        source_uplinks: uplinks whose learned address is a source too.
        destinations: real addresses, before any translation; None for all.
        uplinks: uplinks whose learned address is a destination too.
        target: the address that answers if the destination is translated; else None.
    """

    family: Family
    protocols: Spans | None
    ports: Spans | None
    sources: Spans | None
    source_uplinks: tuple[str, ...]
    destinations: Spans | None
    uplinks: tuple[str, ...]
    target: int | None


@dataclass(frozen=True, slots=True)
class _Axis:
    """One option of conntrack with the values that it takes.

    Attributes:
        option: the option of conntrack.
        name: the name of the loop's variable.
        words: the values as the words of a shell loop.
        runs: number of values.
        singles: the values one by one; () if there are many, or if only the host knows them.
    """

    option: str
    name: str
    words: tuple[str, ...]
    runs: int
    singles: tuple[str, ...]


def commands(match: ConntrackMatch) -> tuple[CommandLine, ...]:
    """Argument vectors that end these connections; () if there are none, or too many to run."""
    axes = [axis for axis in _axes(match) if axis]
    runs = prod(axis.runs for axis in axes)
    end: CommandLine = ("--reply-src", str(Address(match.family, match.target))) if match.target is not None else ()
    if not 0 < runs <= _MOST or not (axes or end):  # without options, the command would end all connections
        return ()
    head = ("conntrack", "-D", "-f", match.family.key)
    if runs <= _FEW and all(axis.singles for axis in axes):
        values = [[(axis.option, word) for word in axis.singles] for axis in axes]
        return tuple((*head, *(word for pair in pairs for word in pair), *end) for pairs in product(*values))
    return (("sh", "-c", _looped(head, axes, end)),)


def _looped(head: CommandLine, axes: list[_Axis], end: CommandLine) -> str:
    """The command inside its loops, as a script for sh(1)."""
    words, opened = list(head), []
    for axis in axes:
        alone = len(axis.singles) == 1
        words += [axis.option, axis.singles[0] if alone else f"${axis.name}"]
        if not alone:
            opened.append(f"for {axis.name} in {' '.join(axis.words)}; do ")
    return "".join(opened) + " ".join([*words, *end]) + "; done" * len(opened)


def _axes(match: ConntrackMatch) -> Iterator[_Axis | None]:
    yield _numbers("-p", "protocol", match.protocols)
    yield _ends("--orig-src", "source", match.family, match.sources, match.source_uplinks)
    yield _ends("--orig-dst", "destination", match.family, match.destinations, match.uplinks)
    yield _ports(match)


def _ports(match: ConntrackMatch) -> _Axis | None:
    if match.ports is None or match.protocols is None or any(first != last for first, last in match.protocols):
        return None
    (number, _), *others = match.protocols
    if number in _TYPES and not others:
        return _numbers(_TYPES[number], "type", common(match.ports, ((0, LAST_TYPE),)))
    if all(holds(WITH_PORTS, first) for first, _ in match.protocols):
        return _numbers("--orig-port-dst", "port", match.ports)
    return None


def _numbers(option: str, name: str, spans: Spans | None) -> _Axis | None:
    if spans is None:
        return None
    known = _BY_NAME if option == "-p" else {}
    words = (known.get(a, str(a)) if a == b else f"$(seq {a} {b})" for a, b in spans)
    runs = sum(last - first + 1 for first, last in spans)
    each = (known.get(n, str(n)) for first, last in spans for n in range(first, last + 1)) if runs <= _FEW else ()
    return _Axis(option, name, tuple(words), runs, tuple(each))


def _ends(option: str, name: str, family: Family, spans: Spans | None, uplinks: tuple[str, ...]) -> _Axis | None:
    if spans is None:
        return None
    known = tuple(prefix.shortest for first, last in spans for prefix in prefixes_of(first, last, family))
    substitutions = tuple(_address_of(uplink, family) for uplink in uplinks)
    return _Axis(option, name, known + substitutions, len(known + substitutions), () if substitutions else known)


def _address_of(uplink: str, family: Family) -> str:
    """The command substitution with which sh asks ip(8) for an uplink's learned address."""
    version = "-4" if family is Family.IPV4 else "-6"
    shown = f"ip {version} -o address show dev {shlex.quote(uplink)} scope global"
    return f'$({shown} | awk "{{print \\$4}}" | cut -d/ -f1)'
