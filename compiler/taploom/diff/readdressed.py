"""Finds flows of which only the addresses change, such as the flows to a guest that gets a new address.

Such a change has two differences, since packets to the old address are blocked and packets to the new one are allowed.
A reader sees one flow that does not change. Two differences count as one flow only if the same entry decides both with
the same outcome. The packets must also have the same protocols and ports, and arrive on the same interface or on
interfaces of the same network. And both differences must concern equally many addresses in the site's networks.
"""

from collections.abc import Mapping, Sequence
from functools import cache

from taploom.diff.describe import FlowWords
from taploom.diff.verdicts import Region, VerdictChange
from taploom.flows.algebra.spans import Spans, common


def readdressed(
    parts: Sequence[tuple[FlowWords, Region]],
    inner: tuple[Spans, Spans],
    networks: tuple[Mapping[str, str], Mapping[str, str]],
    names: Mapping[str, str],
) -> list[bool]:
    """For each part of a difference, whether it has a counterpart that differs in nothing but addresses.

    Args:
        parts: all differences of one host and family, each in words and with its exact packets.
        inner: the addresses of the site's networks in this family, before and after.
        networks: for each of the host's interfaces that belongs to a network, this `network/name`, before and after.
        names: the new `kind/name` of each renamed object; the key is the old one.
    """

    @cache
    def ours(spans: Spans, side: int) -> int:
        return sum(last - first + 1 for first, last in common(spans, inner[side]))

    def key_of(words: FlowWords, region: Region) -> tuple[object, ...]:
        """A key that both differences of an unchanged flow share: new names, outcome, counts of site addresses."""
        side = 1 if words.change is VerdictChange.ALLOWED else 0
        ends = (tuple(sorted(names.get(name, name) for name in each)) for each in (words.sources, words.destinations))
        outcome = (words.before, words.after)[side]
        sizes = (ours(spans, side) for spans in (region.sources, region.destinations))
        network = networks[side].get(region.ingress, region.ingress)
        return (
            names.get(network, network),
            region.way,
            *ends,
            outcome.verdict,
            outcome.by,
            names.get(outcome.to, outcome.to),
            outcome.limited,
            *sizes,
        )

    traffic: dict[tuple[object, ...], tuple[set[object], set[object]]] = {}
    keys = [key_of(*part) if _starts_or_ends(part[0]) else None for part in parts]
    for key, (words, region) in zip(keys, parts, strict=True):
        if key is not None:
            traffic.setdefault(key, (set(), set()))[words.change is VerdictChange.ALLOWED].add(_traffic(region))
    same = {key for key, (old, new) in traffic.items() if old == new}
    return [words.readdressed or key in same for key, (words, _) in zip(keys, parts, strict=True)]


def _starts_or_ends(words: FlowWords) -> bool:
    return words.inherited and words.change is not VerdictChange.REDECIDED


def _traffic(region: Region) -> tuple[object, ...]:
    return (region.services, region.sender_ports, region.hop_limits, region.times)
