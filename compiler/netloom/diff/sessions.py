"""Connections that go on although nothing allows them any more, and the conntrack(8) commands that end them.

The first rule of a ruleset accepts what is established, and a translation once chosen is kept: whoever closes a way, or
leads a forward elsewhere, has not thrown anybody out.
"""

from collections.abc import Iterator

from netloom.base.address import Address, Family, Prefix
from netloom.diff.effects import Survivor
from netloom.diff.labels import LINK_SENDERS
from netloom.diff.verdicts import FlowChange, Region, Turn
from netloom.flows.learned import is_learned
from netloom.flows.packet import NAMES, WITH_PORTS
from netloom.flows.spans import Interval, Spans, holds, without

_MOST = 8
_NETWORK = 8
"""Addresses of the smallest network that is taken for one: those of a smaller one are told one by one."""


def survivors(flows: tuple[FlowChange, ...]) -> tuple[Survivor, ...]:
    """For each way that is closed or led elsewhere, who may still be on it."""
    found = []
    for flow in flows:
        if flow.inherited or not flow.before.by.startswith(("policy/", "forward/")) or not _closes(flow):
            continue
        for host in flow.hosts:
            regions = [region for region in flow.regions if region.host == host]
            commands = tuple(dict.fromkeys(command for region in regions for command in _commands(region)))
            told = f"{', '.join(flow.sources)} → {', '.join(flow.destinations)} {', '.join(flow.services)}"
            found.append(Survivor(host, told, flow.before.by, commands[:_MOST], max(len(commands) - _MOST, 0)))
    return tuple(dict.fromkeys(found))


def _closes(flow: FlowChange) -> bool:
    before, after = ((one.to, one.port) for one in (flow.before, flow.after))
    led_away = flow.turn is Turn.REDECIDED and bool(flow.before.to) and before != after
    return flow.turn is Turn.BLOCKED or led_away


def _commands(region: Region) -> Iterator[tuple[str, ...]]:
    head = ("conntrack", "-D", "-f", region.family.key)
    for protocols, ports in region.services:
        for words in _traffic(protocols, ports):
            for source in _ends("-s", without(region.sources, LINK_SENDERS), region.family):
                for destination in _goals(region):
                    if source or destination:  # without either it would end what has nothing to do with this
                        yield (*head, *words, *source, *destination)


def _goals(region: Region) -> list[tuple[str, ...]]:
    """Options for where they go: behind a translation the guest, whose replies give them away."""
    if region.target is not None:
        return [("--reply-src", str(Address(region.family, region.target)))]
    return _ends("-d", region.destinations, region.family)


def _traffic(protocols: Spans | None, ports: Spans | None) -> Iterator[tuple[str, ...]]:
    """Options for protocol and port; of ranges of ports, which conntrack does not know, the protocol alone."""
    numbers = [one for first, last in protocols or () for one in range(first, last + 1)]
    if not numbers or len(numbers) > 4:
        yield ()
        return
    for number in numbers:
        name = ("-p", NAMES.get(number, str(number)))
        if ports is None or not holds(WITH_PORTS, number) or any(first != last for first, last in ports):
            yield name
        else:
            yield from ((*name, "--dport", str(first)) for first, _ in ports)


def _ends(option: str, spans: Spans, family: Family) -> list[tuple[str, ...]]:
    """Options for one end: prefixes that make up the set; none where these are too many, or are not known."""
    found: list[tuple[str, ...]] = []
    for first, last in _filled(spans):
        if is_learned(last, family) or len(found) > _MOST:
            return [()]
        found += ((option, prefix.shortest) for prefix in _split(first, last, family))
    return found if len(found) <= _MOST else [()]


def _filled(spans: Spans) -> list[Interval]:
    """The same with the single addresses that a network lacks: its host's own, and the last, which nobody has."""
    found: list[Interval] = []
    for first, last in spans:
        if found and first == found[-1][1] + 2:
            found[-1] = (found[-1][0], last)
        else:
            found.append((first, last))
    return [(first, last + 1) if _lacks_the_last(first, last) else (first, last) for first, last in found]


def _lacks_the_last(first: int, last: int) -> bool:
    """Whether an interval is a network but for its broadcast address; a pair of hosts is none."""
    size = last - first + 2
    return size >= _NETWORK and not size & (size - 1) and not first % size


def _split(first: int, last: int, family: Family) -> Iterator[Prefix]:
    while first <= last:
        bits = min((first & -first).bit_length() - 1 if first else family.bits, (last - first + 1).bit_length() - 1)
        yield Address(family, first).prefix if bits == 0 else Prefix(family, first, family.bits - bits)
        first += 1 << bits
