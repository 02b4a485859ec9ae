"""Flows that a change opens, closes, or moves to another deciding entry, merged into as few rows as possible.

The first step finds exact boxes of packets, united per host, family and interface. The second step puts each box into
words; boxes with equal words, on several hosts and interfaces and in both families, become one change with several
regions.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field, replace
from itertools import chain, groupby
from typing import Literal

from taploom.base.address import FAMILIES, Family
from taploom.base.frozen import dataclass
from taploom.base.parallel import spread
from taploom.diff.absent import Difference
from taploom.diff.describe import Describer, FlowWords, side_of
from taploom.diff.gathered import gathered
from taploom.diff.labels import AddressLabels
from taploom.diff.packet_sets import united_boxes
from taploom.diff.readdressed import readdressed
from taploom.diff.relation import HostPair, pairs
from taploom.diff.sampling import Sample
from taploom.diff.service_names import simplified
from taploom.diff.verdicts import FlowChange, Region, VerdictChange
from taploom.flows.proof.packet_path import MapContext
from taploom.plan.interfaces import inside
from taploom.plan.origin import Origin
from taploom.plan.site import Plan

WORTH_A_PROCESS = 200
"""Number of bridge ports whose comparison takes longer than a process takes to start."""


@dataclass(slots=True)
class _Found:
    """The data of one change, collected from its regions."""

    via: dict[str, None] = field(default_factory=dict)
    hosts: dict[str, None] = field(default_factory=dict)
    families: dict[Family, None] = field(default_factory=dict)
    regions: list[Region] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)

    def take(self, other: "_Found") -> None:
        """Add the data of another part of the change."""
        self.via |= other.via
        self.hosts |= other.hosts
        self.families |= other.families
        self.regions += other.regions
        self.samples += other.samples


_Part = tuple[FlowWords, _Found]


def compare_flows(before: Plan, after: Plan, names: Mapping[str, str]) -> tuple[FlowChange, ...]:
    """All changed flows, exposures to the outside first; several processes compare a large site.

    Args:
        before: the base.
        after: the head.
        names: the new `kind/name` of each renamed object; the key is the old one.
    """
    return flows_of(before, after, names, pairs(before, after, names))


def flows_of(
    before: Plan, after: Plan, names: Mapping[str, str], compared: Iterable[HostPair]
) -> tuple[FlowChange, ...]:
    """The changed flows of some pairs, in the order of `compare_flows`.

    Args:
        before: the plan whose names describe the first side of each pair.
        after: the plan whose names describe the second side.
        names: as for `compare_flows`.
        compared: the pairs of hosts with their `differences`.
    """
    known = {
        family: (AddressLabels(before, family, after), AddressLabels(after, family, before)) for family in FAMILIES
    }

    def parts(pair: HostPair) -> list[_Part]:
        # A copy of the pair, so that its cached maps are freed afterwards: for a large site, they take gigabytes.
        return _parts(replace(pair), known[pair.family], names)

    weights = ((pair, pair.weight) for pair in compared)
    return _united(before, after, names, chain.from_iterable(spread(parts, weights, WORTH_A_PROCESS)))


def _united(before: Plan, after: Plan, names: Mapping[str, str], found: Iterable[_Part]) -> tuple[FlowChange, ...]:
    """The differences of all hosts, merged into as few changes as possible."""
    causes = (_causes(before), _causes(after))
    back = {new: old for old, new in names.items()}
    merged = _merged(_merged(_merged(found, "sources"), "destinations"), "services")
    changes = (_change(words, one, causes, back) for words, one in merged)
    return tuple(sorted(gathered(changes, (_origins(before), _origins(after))), key=_order))


def _parts(pair: HostPair, known: tuple[AddressLabels, AddressLabels], names: Mapping[str, str]) -> list[_Part]:
    """The differences of one host in one family, each marked if nothing but addresses differs."""
    found = _of_pair(pair, known)
    inner = (known[0].inner, known[1].inner)
    same = readdressed([(words, one.regions[0]) for words, one in found], inner, _networks(pair), names)
    return [
        (words._replace(readdressed=is_same, exposed=words.exposed and not is_same), one)
        for (words, one), is_same in zip(found, same, strict=True)
    ]


def _networks(pair: HostPair) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """The network of each interface that belongs to one, before and after."""
    before, after = (
        {each.device: f"network/{each.network}" for each in (inside(host) if host else ())} for host in pair.hosts
    )
    return before, after


def _of_pair(pair: HostPair, known: tuple[AddressLabels, AddressLabels]) -> list[_Part]:
    """The differences of one host in one family."""
    found: list[_Part] = []
    for context, group in groupby(_sorted(pair.differences()), key=lambda item: item[0]):
        found += _described(Describer(pair, context, known), [difference for _, difference in group])
    return found


def _sorted(found: Iterator[tuple[MapContext, Difference]]) -> list[tuple[MapContext, Difference]]:
    return sorted(found, key=lambda item: (item[0].ingress, item[0].way or "", repr(item[1][1:])))


def _described(describer: Describer, differences: list[Difference]) -> Iterator[_Part]:
    for (before, after), group in groupby(differences, key=lambda one: (one.before, one.after)):
        side = side_of(after)
        boxes = united_boxes(one.product for one in group)
        for part in filter(None, (describer.sent(box, before, after) for box in boxes)):
            words = describer.words(part, before, after)
            yield (
                words,
                _Found(
                    dict.fromkeys(describer.via(part, before, after)),
                    {describer.host.name: None},
                    {describer.pair.family: None},
                    [describer.region(part, before, after)],
                    [describer.sampler.sample(part, side, exposed=words.exposed)],
                ),
            )


Dimension = Literal["sources", "destinations", "services"]


def _merged(found: Iterable[_Part], column: Dimension) -> list[_Part]:
    """The parts, united where their words differ only in the given column."""
    groups: dict[FlowWords, tuple[dict[str, None], _Found]] = {}
    for words, one in found:
        taken, whole = groups.setdefault(_with(words, column, ()), ({}, _Found()))
        taken |= dict.fromkeys(getattr(words, column))
        whole.take(one)
    return [(_with(key, column, _widest(taken)), whole) for key, (taken, whole) in groups.items()]


def _widest(names: Mapping[str, None]) -> tuple[str, ...]:
    """The names in order; `NAME except …` is left out if plain NAME is there too, such as from the other family."""
    parted = (
        name for name in names if name.partition(" except ")[0] == name or name.partition(" except ")[0] not in names
    )
    return tuple(sorted(parted, key=_wide))


def _wide(name: str) -> tuple[bool, str]:
    """Sort key: zones first, as they are the largest."""
    return (not name.startswith("zone/"), name)


def _with(words: FlowWords, column: Dimension, found: tuple[str, ...]) -> FlowWords:
    match column:
        case "sources":
            return words._replace(sources=found)
        case "destinations":
            return words._replace(destinations=found)
        case "services":
            return words._replace(services=found)


def _change(
    words: FlowWords, found: _Found, causes: tuple[Mapping[str, Origin], Mapping[str, Origin]], back: Mapping[str, str]
) -> FlowChange:
    return FlowChange(
        change=words.change,
        exposed=words.exposed,
        inherited=words.inherited,
        readdressed=words.readdressed,
        sources=words.sources,
        destinations=words.destinations,
        services=simplified(words.services),
        via=tuple(sorted(found.via)),
        hosts=tuple(sorted(found.hosts)),
        families=tuple(sorted(found.families)),
        before=words.before,
        after=words.after,
        example=min(found.samples, key=lambda sample: sample.oddness).example,
        before_cause=causes[0].get(back.get(words.before.by, words.before.by)),
        after_cause=causes[1].get(words.after.by),
        regions=tuple(found.regions),
    )


def _causes(plan: Plan) -> Mapping[str, Origin]:
    """The origins of the entries that can decide, by stable name."""
    policy = {f"policy/{entry.name}": entry.origin for entry in plan.policy}
    return policy | {f"forward/{forward.name}": forward.origin for forward in plan.forwards}


def _origins(plan: Plan) -> Mapping[str, Origin]:
    """The origins of guests, networks and hosts, by `kind/name`."""
    kinds = (("guest", plan.guests), ("network", plan.networks), ("host", plan.hosts))
    return {f"{kind}/{one.name}": one.origin for kind, entries in kinds for one in entries}


def _order(one: FlowChange) -> tuple[object, ...]:
    order = (VerdictChange.ALLOWED, VerdictChange.BLOCKED, VerdictChange.REDECIDED)
    return (
        not one.exposed,
        one.implied,
        one.inherited,
        order.index(one.change),
        one.destinations,
        one.sources,
        one.services,
        one.before.by,
        one.after.by,
    )
