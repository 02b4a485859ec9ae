"""Whether regions of packets cover another one, exactly: products of intervals, subtracted one by one.

A region is sender, destination, protocol and port, each as an interval. Of many regions only those that meet another
one can matter for it; prefixes nest or are apart, so these are found by the prefixes above and below it.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from netloom.base.address import Prefix
from netloom.base.protocol import NUMBERS, PORT_PROTOCOLS
from netloom.plan.policy import Service, Term

Interval = tuple[int, int]
Region = tuple[Interval, Interval, Interval, Interval]

_ALL_PROTOCOLS, _ALL_PORTS = (0, 255), (0, 65535)
_PATIENCE = 20_000
"""Pieces of one region that are looked at before it is given up as not covered: no site comes near it."""


def regions(term: Term) -> Iterator[Region]:
    """The packets of a term."""
    traffic = [_traffic(service) for service in term.services] or [(_ALL_PROTOCOLS, _ALL_PORTS)]
    for source in term.sources:
        for to in term.destinations:
            yield from ((_span(source), _span(to), protocol, ports) for protocol, ports in traffic)


def _span(prefix: Prefix) -> Interval:
    return prefix.value, prefix.value + prefix.size - 1


def _traffic(service: Service) -> tuple[Interval, Interval]:
    number = NUMBERS[service.protocol]
    told = service.protocol in (*PORT_PROTOCOLS, "icmp", "icmpv6")
    return (number, number), (service.first, service.last) if told else _ALL_PORTS


@dataclass(slots=True)
class Cover:
    """Regions with the name of who says so, between two sides and in one family."""

    _found: list[tuple[int, int, Region, str]] = field(default_factory=list)
    _sorted: bool = True
    _widest: set[int] = field(default_factory=set)

    def add(self, term: Term) -> None:
        """Take the regions of a term."""
        for region in regions(term):
            first, last = region[1]
            self._found.append((first, -last, region, term.rule))
            self._widest.add(last - first + 1)
            self._sorted = False

    def around(self, term: Term, without: frozenset[str] = frozenset()) -> tuple[str, ...]:
        """Who covers a term, in the order of its parts; () where a packet of it is left.

        Args:
            term: what may be covered.
            without: whose regions do not count.
        """
        names: dict[str, None] = {}
        for region in regions(term):
            known = [(cover, name) for cover, name in self._meeting(region) if name not in without]
            if _left(region, [cover for cover, _ in known]):
                return ()
            names |= dict.fromkeys(name for _, name in known)
        return tuple(names)

    def _meeting(self, region: Region) -> Iterator[tuple[Region, str]]:
        """The regions that have a packet in common with another one."""
        if not self._sorted:
            self._found.sort()
            self._sorted = True
        (first, last), seen = region[1], set()
        for at in sorted({first, *(first - first % size for size in self._widest)}):
            end = last if at == first else at
            position = bisect_left(self._found, (at,))
            while position < len(self._found) and self._found[position][0] <= end:
                _, _, cover, name = self._found[position]
                if position not in seen and _meet(cover, region):
                    seen.add(position)
                    yield cover, name
                position += 1


def _meet(one: Region, other: Region) -> bool:
    return all(a[0] <= b[1] and b[0] <= a[1] for a, b in zip(one, other, strict=True))


def _left(region: Region, covers: Iterable[Region]) -> bool:
    """Whether a packet of a region is in none of the others."""
    stack = [(region, list(covers))]
    for _ in range(_PATIENCE):
        if not stack:
            return False
        piece, known = stack.pop()
        known = [cover for cover in known if _meet(cover, piece)]
        if not known:
            return True
        first, *rest = known
        stack += [(part, rest) for part in _outside(piece, first)]
    return True


def _outside(piece: Region, cover: Region) -> Iterator[Region]:
    """A piece without a region that meets it, as disjoint pieces."""
    for axis in range(len(piece)):
        (first, last), (begin, end) = piece[axis], cover[axis]
        if first < begin:
            yield _cut(piece, axis, (first, begin - 1))
        if end < last:
            yield _cut(piece, axis, (end + 1, last))
        piece = _cut(piece, axis, (max(first, begin), min(last, end)))


def _cut(piece: Region, axis: int, span: Interval) -> Region:
    found = list(piece)
    found[axis] = span
    a, b, c, d = found
    return a, b, c, d
