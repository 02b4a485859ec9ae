"""Addresses that are nobody's on one side of a comparison, cut out of products of packets.

A guest or network that is on one side only is absent on the other: its addresses may have been open there already, but
nobody of the site had them.
"""

from collections.abc import Iterator
from typing import NamedTuple

from taploom.base.frozen import dataclass
from taploom.base.memo import memo
from taploom.diff.regions import Product
from taploom.flows.algebra.spans import Spans, common, united, without
from taploom.flows.packets.answer import Answer
from taploom.flows.packets.packet import DESTINATION, SOURCE


class Difference(NamedTuple):
    """A product of packets with both answers."""

    product: Product
    before: Answer
    after: Answer


class Side(NamedTuple):
    """Some addresses, or all but these."""

    spans: Spans
    inside: bool

    def kept(self, spans: Spans) -> Spans:
        """What of a set is meant."""
        return common(spans, self.spans) if self.inside else without(spans, self.spans)


class Restriction(NamedTuple):
    """A product of destinations and sources."""

    destinations: Side
    sources: Side


class Nobody(NamedTuple):
    """Addresses that nobody has on one side.

    Attributes:
        destinations: as destinations, learned addresses of the other side among them.
        sources: as senders.
        others: addresses that somebody has on both sides, and each time somebody else; not among the others.
    """

    destinations: Spans
    sources: Spans
    others: Spans = ()

    @property
    def strangers(self) -> "Nobody":
        """Where none of those are whom the other side has: nobody at all, or somebody else."""
        return Nobody(united([*self.destinations, *self.others]), united([*self.sources, *self.others]))

    @property
    def rest(self) -> Restriction:
        """Where somebody is at both ends."""
        return Restriction(Side(self.destinations, inside=False), Side(self.sources, inside=False))

    @property
    def parts(self) -> tuple[Restriction, Restriction]:
        """Where nobody is at one end or the other, in two parts that have nothing in common."""
        return (
            Restriction(Side(self.destinations, inside=True), Side((), inside=False)),
            Restriction(Side(self.destinations, inside=False), Side(self.sources, inside=True)),
        )


@dataclass(frozen=True)
class Cut:
    """What of products lies in all of some restrictions; many products differ by their ports alone."""

    parts: tuple[Restriction, ...]

    def of(self, product: Product, pair: tuple[Answer, Answer]) -> Iterator[Difference]:
        """What of one product does, if anything."""
        destinations, sources = self._kept(product[DESTINATION], product[SOURCE])
        if destinations and sources:
            rest = product[DESTINATION + 1 : SOURCE]
            yield Difference((destinations, *rest, sources, *product[SOURCE + 1 :]), *pair)

    @memo
    def _kept(self, destinations: Spans, sources: Spans) -> tuple[Spans, Spans]:
        for part in self.parts:
            sources = part.sources.kept(sources)
            if not sources:  # true of most, where those who are new send, and cheaper to see than of destinations
                break
            destinations = part.destinations.kept(destinations)
        return destinations, sources
