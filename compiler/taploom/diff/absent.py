"""Removes the addresses that have no holder on one side of a comparison from products of packets.

A guest or network may exist on one side only. The side without it may let packets to its addresses pass, too, although
no object of the site has these addresses there.
"""

from collections.abc import Iterator
from typing import NamedTuple

from taploom.base.frozen import dataclass
from taploom.base.memo import memo
from taploom.diff.packet_sets import Product
from taploom.flows.algebra.spans import Spans, common, united, without
from taploom.flows.packets.answer import Answer
from taploom.flows.packets.packet import DESTINATION, SOURCE


class Difference(NamedTuple):
    """A product of packets with the answers of both sides."""

    product: Product
    before: Answer
    after: Answer


class AddressFilter(NamedTuple):
    """A set of addresses: all in `spans` if `inside`, else all outside of `spans`."""

    spans: Spans
    inside: bool

    def kept(self, spans: Spans) -> Spans:
        """The intersection of the given spans with this set."""
        return common(spans, self.spans) if self.inside else without(spans, self.spans)


class Restriction(NamedTuple):
    """A product of destinations and sources."""

    destinations: AddressFilter
    sources: AddressFilter


class AbsentAddresses(NamedTuple):
    """Addresses that have no holder on one side of the comparison.

    Attributes:
        destinations: the addresses as destinations, including learned addresses of the other side.
        sources: the addresses as sources of packets.
        others: addresses that have different holders on the two sides; the other two sets do not contain them.
    """

    destinations: Spans
    sources: Spans
    others: Spans = ()

    @property
    def unshared(self) -> "AbsentAddresses":
        """Addresses with no holder on this side, or with different holders on the two sides."""
        return AbsentAddresses(united([*self.destinations, *self.others]), united([*self.sources, *self.others]))

    @property
    def rest(self) -> Restriction:
        """The packets with a known holder at both ends."""
        return Restriction(AddressFilter(self.destinations, inside=False), AddressFilter(self.sources, inside=False))

    @property
    def parts(self) -> tuple[Restriction, Restriction]:
        """The packets whose destination or source has no holder, as two disjoint parts."""
        return (
            Restriction(AddressFilter(self.destinations, inside=True), AddressFilter((), inside=False)),
            Restriction(AddressFilter(self.destinations, inside=False), AddressFilter(self.sources, inside=True)),
        )


@dataclass(frozen=True)
class Cut:
    """Restricts products to the common part of several restrictions; cached, because many differ only in ports."""

    parts: tuple[Restriction, ...]

    def of(self, product: Product, pair: tuple[Answer, Answer]) -> Iterator[Difference]:
        """The part of one product that lies in all restrictions; nothing if it is empty."""
        destinations, sources = self._kept(product[DESTINATION], product[SOURCE])
        if destinations and sources:
            rest = product[DESTINATION + 1 : SOURCE]
            yield Difference((destinations, *rest, sources, *product[SOURCE + 1 :]), *pair)

    @memo
    def _kept(self, destinations: Spans, sources: Spans) -> tuple[Spans, Spans]:
        for part in self.parts:
            sources = part.sources.kept(sources)
            if not sources:  # true of most products of new senders, and cheaper to test than destinations
                break
            destinations = part.destinations.kept(destinations)
        return destinations, sources
