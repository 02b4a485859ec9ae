"""Whether regions of packets cover another one, exactly: products of intervals, subtracted one by one.

A region is sender, destination, protocol and port, each as an interval. Of many regions only those that meet another
one can matter for it; prefixes nest or are apart, so these are found by the prefixes above and below it, of the senders
or of the destinations, whichever are fewer.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from math import prod

from taploom.base.address import Prefix
from taploom.base.protocol import NUMBERS, PORT_PROTOCOLS
from taploom.plan.policy import Service, Term

Interval = tuple[int, int]
Region = tuple[Interval, Interval, Interval, Interval]

_SOURCE, _DESTINATION = 0, 1
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
class _Axis:
    """Regions by where they begin in one dimension in which they nest or are apart, as prefixes do."""

    at: int
    regions: list[tuple[int, Region, str]] = field(default_factory=list)
    sizes: set[int] = field(default_factory=set)
    ordered: bool = True

    def add(self, region: Region, name: str) -> None:
        """Take a region."""
        first, last = region[self.at]
        self.regions.append((first, region, name))
        self.sizes.add(last - first + 1)
        self.ordered = False

    def near(self, region: Region) -> list[tuple[int, int]]:
        """The runs of regions that may meet another one: those within it, and those that begin where it may lie in."""
        if not self.ordered:
            self.regions.sort()
            self.ordered = True
        first, last = region[self.at]
        starts = sorted({first, *(first - first % size for size in self.sizes)})
        runs = ((at, last if at == first else at) for at in starts)
        return [(bisect_left(self.regions, (at,)), bisect_left(self.regions, (end + 1,))) for at, end in runs]


@dataclass(slots=True)
class Cover:
    """Regions with the name of who says so, between two sides and in one family."""

    _axes: tuple[_Axis, _Axis] = field(default_factory=lambda: (_Axis(_SOURCE), _Axis(_DESTINATION)))

    def add(self, term: Term) -> None:
        """Take the regions of a term."""
        for region in regions(term):
            for axis in self._axes:
                axis.add(region, term.rule)

    def around(self, term: Term, without: frozenset[str] = frozenset()) -> tuple[str, ...]:
        """Who covers a term, in the order of its parts; () where a packet of it is left.

        Of several that cover a part each by itself, the first one is named.

        Args:
            term: what may be covered.
            without: whose regions do not count.
        """
        names: dict[str, None] = {}
        for region in regions(term):
            known = [(cover, name) for cover, name in self._meeting(region) if name not in without]
            alone = next((name for cover, name in known if _holds(cover, region)), None)
            if alone is None and _left(region, [cover for cover, _ in known]):
                return ()
            names |= dict.fromkeys([name for _, name in known] if alone is None else [alone])
        return tuple(names)

    def _meeting(self, region: Region) -> list[tuple[Region, str]]:
        """The regions that have a packet in common with another one, by the dimension that leaves fewer to look at."""
        near = [(axis, axis.near(region)) for axis in self._axes]
        axis, runs = min(near, key=lambda found: sum(end - begin for begin, end in found[1]))
        found = [each for begin, end in runs for each in axis.regions[begin:end] if _meet(each[1], region)]
        return [(cover, name) for _, cover, name in sorted(found, key=_by_destination)]


def _by_destination(found: tuple[int, Region, str]) -> tuple[object, ...]:
    _, region, name = found
    first, last = region[_DESTINATION]
    return (first, -last, region, name)


def _meet(one: Region, other: Region) -> bool:
    """Whether two regions have a packet in common, written out as this is asked a million times."""
    (a, b, c, d), (e, f, g, h) = one, other
    return (
        a[0] <= e[1]
        and e[0] <= a[1]
        and d[0] <= h[1]
        and h[0] <= d[1]
        and b[0] <= f[1]
        and f[0] <= b[1]
        and c[0] <= g[1]
        and g[0] <= c[1]
    )


def _holds(cover: Region, region: Region) -> bool:
    return all(a[0] <= b[0] and b[1] <= a[1] for a, b in zip(cover, region, strict=True))


def _left(region: Region, covers: Iterable[Region]) -> bool:
    """Whether a packet of a region is in none of the others."""
    stack = [(region, sorted(covers, key=_size, reverse=True))]  # what large ones leave is in fewer pieces
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


def _size(region: Region) -> int:
    return prod(last - first + 1 for first, last in region)


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
