"""Flows that stay what they are, but for the addresses: allowed at the new ones, as they were at the old ones.

Exactly these are two differences, since packets to the old address pass no longer and others do. To a person it is one
thing that does not change. It is taken for that only where both sides say the same, by the same entry and of as much:
of the same traffic on the same interface, or that of the same network, and of as many addresses of the site.
"""

from collections.abc import Mapping, Sequence
from functools import cache

from taploom.diff.describe import Words
from taploom.diff.verdicts import Region, Turn
from taploom.flows.algebra.spans import Spans, common


def readdressed(
    parts: Sequence[tuple[Words, Region]],
    inner: tuple[Spans, Spans],
    networks: tuple[Mapping[str, str], Mapping[str, str]],
    names: Mapping[str, str],
) -> list[bool]:
    """For each part of a difference, whether it has a counterpart that differs in nothing but addresses.

    Args:
        parts: all differences of one host and family, each in words and with its exact packets.
        inner: the addresses of the site's networks in this family, before and after.
        networks: the `network/name` beyond each interface of the host that has one, before and after.
        names: `kind/name` before and after of renamed objects.
    """

    @cache
    def ours(spans: Spans, side: int) -> int:
        return sum(last - first + 1 for first, last in common(spans, inner[side]))

    def said(words: Words, region: Region) -> tuple[object, ...]:
        """A key of a difference: its names as in the head, its outcome where it passes, and the number of addresses."""
        side = 1 if words.turn is Turn.ALLOWED else 0
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
    keys = [said(*part) if _comes_or_goes(part[0]) else None for part in parts]
    for key, (words, region) in zip(keys, parts, strict=True):
        if key is not None:
            traffic.setdefault(key, (set(), set()))[words.turn is Turn.ALLOWED].add(_traffic(region))
    same = {key for key, (old, new) in traffic.items() if old == new}
    return [words.readdressed or key in same for key, (words, _) in zip(keys, parts, strict=True)]


def _comes_or_goes(words: Words) -> bool:
    return words.inherited and words.turn is not Turn.REDECIDED


def _traffic(region: Region) -> tuple[object, ...]:
    return (region.services, region.sender_ports, region.hop_limits, region.times)
