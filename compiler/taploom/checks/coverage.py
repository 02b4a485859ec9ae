"""Whether regions of packets together cover another region: an exact test, which subtracts one region after another.

A region is a product of intervals: senders, destinations, protocols and ports. Only terms that overlap a region can
cover a part of it. Prefixes that overlap are nested, so an index by prefix finds these terms: their prefixes contain
the region's prefix or lie within it. The lookup uses senders or destinations, whichever yields fewer terms.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from itertools import product, tee
from operator import itemgetter

from taploom.base.address import Prefix
from taploom.base.frozen import dataclass
from taploom.base.protocol import NUMBERS, PORT_PROTOCOLS
from taploom.plan.policy import Service, Term

Interval = tuple[int, int]
IntervalProduct = tuple[Interval, Interval, Interval, Interval]

_DIMENSIONS = 4
_ALL_PROTOCOLS, _ALL_PORTS = (0, 255), (0, 65535)
_PATIENCE = 20_000
"""Maximum number of pieces into which a region is cut; a region that needs more counts as not covered."""


def regions(term: Term) -> Iterator[IntervalProduct]:
    """The regions of a term: one for each source, destination and service."""
    traffic, destinations = _traffics(term), [_span(to) for to in term.destinations]
    for source in map(_span, term.sources):
        for to in destinations:
            yield from ((source, to, protocol, ports) for protocol, ports in traffic)


def _traffics(term: Term) -> tuple[tuple[Interval, Interval], ...]:
    return tuple(map(_traffic, term.services)) or ((_ALL_PROTOCOLS, _ALL_PORTS),)


def _span(prefix: Prefix) -> Interval:
    return prefix.value, prefix.value + prefix.size - 1


def _traffic(service: Service) -> tuple[Interval, Interval]:
    number = NUMBERS[service.protocol]
    ranged = service.protocol in (*PORT_PROTOCOLS, "icmp", "icmpv6")
    return (number, number), (service.first, service.last) if ranged else _ALL_PORTS


@dataclass(frozen=True, slots=True)
class _TermIntervals:
    """A term with its intervals, which are sorted in each dimension.

    Attributes:
        hull: the smallest region that holds the whole term.
        single: whether the term is exactly its hull.
    """

    term: Term
    hull: IntervalProduct
    single: bool
    sources: tuple[Interval, ...]
    destinations: tuple[Interval, ...]
    traffic: tuple[tuple[Interval, Interval], ...]

    @staticmethod
    def of(term: Term) -> "_TermIntervals":
        """Compute the intervals of a term."""
        sources, destinations = _outermost(term.sources), _outermost(term.destinations)
        traffic = _traffics(term)
        protocols, ports = zip(*traffic, strict=True)
        hull = (_hull(sources), _hull(destinations), _hull(protocols), _hull(ports))
        single = len(sources) == len(destinations) == len(traffic) == 1
        return _TermIntervals(term, hull, single, sources, destinations, traffic)

    def parts(self, region: IntervalProduct) -> Sequence[IntervalProduct]:
        """The regions of the term that overlap a given region; the term's hull has to overlap it."""
        if self.single:
            return [self.hull]
        source, destination, protocol, ports = region
        traffic = [known for known in self.traffic if _overlap(known[0], protocol) and _overlap(known[1], ports)]
        destinations = _between(self.destinations, destination) if traffic else ()
        sources = _between(self.sources, source) if destinations else ()
        return [(one, other, *known) for one in sources for other in destinations for known in traffic]


def _outermost(prefixes: Iterable[Prefix]) -> tuple[Interval, ...]:
    """The prefixes that lie in no other prefix, as sorted and disjoint intervals."""
    found: list[Interval] = []
    for first, last in sorted(map(_span, prefixes), key=lambda span: (span[0], -span[1])):
        if not found or found[-1][1] < first:
            found.append((first, last))
    return tuple(found)


def _hull(spans: Sequence[Interval]) -> Interval:
    return min(first for first, _ in spans), max(last for _, last in spans)


def _overlap(one: Interval, other: Interval) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]


def _between(spans: tuple[Interval, ...], within: Interval) -> tuple[Interval, ...]:
    """The part of some sorted, disjoint intervals that overlaps the interval `within`."""
    return spans[bisect_left(spans, within[0], key=_last) : bisect_right(spans, within[1], key=_first)]


_first, _last = itemgetter(0), itemgetter(1)


@dataclass(frozen=True, slots=True)
class _Axis:
    """An index of terms by their intervals in one dimension; the intervals are nested or disjoint, like prefixes.

    Attributes:
        firsts: the starts of the intervals of all terms, sorted.
        numbers: for each entry of `firsts`, the number of the term that has the interval.
        sizes: the distinct sizes of the intervals, sorted.
        holding: maps the start and size of an interval to the numbers of the terms that have the interval.
    """

    firsts: Sequence[int]
    numbers: Sequence[int]
    sizes: Sequence[int]
    holding: Mapping[Interval, Sequence[int]]

    @staticmethod
    def of(spans: Iterable[Sequence[Interval]]) -> "_Axis":
        """Index the intervals of each term; the number of a term is its position in `spans`."""
        found = sorted((first, last - first + 1, at) for at, each in enumerate(spans) for first, last in each)
        holding: dict[Interval, list[int]] = {}
        for first, size, number in found:
            holding.setdefault((first, size), []).append(number)
        sizes = sorted({size for _, size, _ in found})
        return _Axis([first for first, _, _ in found], [number for _, _, number in found], sizes, holding)

    def near(self, span: Interval) -> list[Sequence[int]]:
        """The terms that may overlap an interval: terms that start within it, and terms that may contain it."""
        first, last = span
        within = self.numbers[bisect_left(self.firsts, first) : bisect_right(self.firsts, last)]
        return [within, *(self.holding.get((first - first % size, size), ()) for size in self.sizes if first % size)]


@dataclass(frozen=True, slots=True)
class Cover:
    """An index of the terms of one family between two sides, for the test whether they cover another term."""

    _terms: tuple[_TermIntervals, ...]
    _axes: tuple[_Axis, _Axis]
    _hulls: tuple[tuple[Sequence[int], Sequence[int]], ...]

    @staticmethod
    def of(terms: Iterable[Term]) -> "Cover":
        """Index terms, given in any order, by descending size of their hulls."""
        intervals = sorted(map(_TermIntervals.of, terms), key=_largest_first)
        axes = _Axis.of(known.sources for known in intervals), _Axis.of(known.destinations for known in intervals)
        hulls = ([[one.hull[at][end] for one in intervals] for end in (0, 1)] for at in range(_DIMENSIONS))
        return Cover(tuple(intervals), axes, tuple((firsts, lasts) for firsts, lasts in hulls))

    def around(self, term: Term, counts: Callable[[Term], bool]) -> tuple[str, ...]:
        """The entries that cover a term, in the order of the term's regions; () if a packet of the term is not covered.

        If one entry alone covers a region, only the largest such entry is named. Otherwise the entries that together
        cover the region are named, large ones first.

        Args:
            term: the term that may be covered.
            counts: decides whether another term may cover the given one.
        """
        names: dict[str, None] = {}
        for region in regions(term):
            covering = self._covering(region, counts)
            if not covering:
                return ()
            names |= dict.fromkeys(covering)
        return tuple(names)

    def _covering(self, region: IntervalProduct, counts: Callable[[Term], bool]) -> Sequence[str]:
        """The entries that cover a region; () if a packet is not covered. Corners, which show most gaps, come first."""
        corner, *corners = _corners(region)
        near = self._near(corner)
        if not any(counts(self._terms[one].term) and self._terms[one].parts(corner) for one in near):
            return ()
        around = self._parts(self._around(near, region), region, counts)
        alone = next((name for part, name in around if _holds(part, region)), None)
        if alone is not None:
            return (alone,)
        meeting = (one for one in sorted(self._candidates(region)) if _meet(self._terms[one].hull, region))
        (parts,) = tee(enumerate(self._parts(meeting, region, counts)), 1)
        if not all(any(_meet(part, corner) for _, (part, _) in copy(parts)) for corner in corners):
            return ()
        return _together(region, parts)

    def _parts(
        self, numbers: Iterable[int], region: IntervalProduct, counts: Callable[[Term], bool]
    ) -> Iterator[tuple[IntervalProduct, str]]:
        """The regions of terms that overlap a region, each with the name of its entry."""
        for one in map(self._terms.__getitem__, numbers):
            if counts(one.term):
                yield from ((part, one.term.entry) for part in one.parts(region))

    def _candidates(self, region: IntervalProduct) -> set[int]:
        """The numbers of the terms that may overlap a region, from the axis that yields fewer terms."""
        near = (axis.near(region[at]) for at, axis in enumerate(self._axes))
        return set[int]().union(*min(near, key=lambda runs: sum(map(len, runs))))

    def _near(self, region: IntervalProduct) -> list[int]:
        """The numbers of the terms whose hulls overlap a region."""
        numbers: Collection[int] = self._candidates(region)
        for (first, last), (lows, highs) in zip(region[::-1], self._hulls[::-1], strict=True):  # ports exclude most
            numbers = [number for number in numbers if lows[number] <= last and first <= highs[number]]
        return sorted(numbers)

    def _around(self, numbers: list[int], region: IntervalProduct) -> list[int]:
        """The members of `numbers` whose terms have a hull that contains a region."""
        for (first, last), (lows, highs) in zip(region, self._hulls, strict=True):
            numbers = [number for number in numbers if lows[number] <= first and last <= highs[number]]
        return numbers


def _largest_first(intervals: _TermIntervals) -> tuple[object, ...]:
    return (-_size(intervals.hull), intervals.hull, intervals.term.entry)


def _meet(one: IntervalProduct, other: IntervalProduct) -> bool:
    """Whether two regions share a packet; the comparison is unrolled, since it runs a million times."""
    (a, b, c, d), (e, f, g, h) = one, other
    return (
        d[0] <= h[1]
        and h[0] <= d[1]
        and a[0] <= e[1]
        and e[0] <= a[1]
        and b[0] <= f[1]
        and f[0] <= b[1]
        and c[0] <= g[1]
        and g[0] <= c[1]
    )


def _holds(cover: IntervalProduct, region: IntervalProduct) -> bool:
    """Whether the region `cover` contains all packets of `region`."""
    return all(a[0] <= b[0] and b[1] <= a[1] for a, b in zip(cover, region, strict=True))


def _together(region: IntervalProduct, covers: Iterator[tuple[int, tuple[IntervalProduct, str]]]) -> Sequence[str]:
    """The entries that together cover a region; none if some packet of the region is in no region of `covers`.

    Large regions come first, since they leave fewer pieces; mostly the first few regions are enough. So `covers` comes
    from `tee`: each copy continues at its own place, and a region is computed only when the first copy reaches it.
    """
    stack, taken = [(region, copy(covers))], dict[int, str]()
    for _ in range(_PATIENCE):
        if not stack:
            return [taken[at] for at in sorted(taken)]
        piece, left = stack.pop()
        found = next(((at, cover, name) for at, (cover, name) in left if _meet(cover, piece)), None)
        if found is None:
            return ()
        at, cover, taken[at] = found
        stack += [(part, copy(left)) for part in _outside(piece, cover)]
    return ()


def _corners(region: IntervalProduct) -> Iterator[IntervalProduct]:
    """Packets at corners of a region: a quick test, as most uncovered regions have an uncovered corner."""
    source, (to, _), (protocol, _), ports = region
    for sender, port in product(source[::-1], ports[::-1]):
        yield (sender, sender), (to, to), (protocol, protocol), (port, port)


def _size(region: IntervalProduct) -> int:
    (a, b), (c, d), (e, f), (g, h) = region
    return (b - a + 1) * (d - c + 1) * (f - e + 1) * (h - g + 1)


def _outside(piece: IntervalProduct, cover: IntervalProduct) -> Iterator[IntervalProduct]:
    """The part of a piece that is not in `cover`, as disjoint pieces; the piece and `cover` overlap."""
    for axis in range(len(piece)):
        (first, last), (begin, end) = piece[axis], cover[axis]
        if first < begin:
            yield _cut(piece, axis, (first, begin - 1))
        if end < last:
            yield _cut(piece, axis, (end + 1, last))
        piece = _cut(piece, axis, (max(first, begin), min(last, end)))


def _cut(piece: IntervalProduct, axis: int, span: Interval) -> IntervalProduct:
    found = list(piece)
    found[axis] = span
    a, b, c, d = found
    return a, b, c, d
