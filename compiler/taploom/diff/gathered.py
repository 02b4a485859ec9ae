"""Unites flow changes by which a guest, network or host gains or loses the use of many forwards.

A new guest of a large site may use each of its forwards, and a removed guest loses the use of each. These would be
thousands of changes that say nothing new about the guest. If there are more than `_FEW`, they are united into one
change with all packets and the entries that decide about them; its cause is the object that appears or disappears.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, replace
from operator import attrgetter

from taploom.diff.service_names import services_of
from taploom.diff.verdicts import Disposition, FlowChange, Region
from taploom.flows.algebra.spans import Interval, Spans, united
from taploom.flows.proof.intent.forwarded import ALL_PORTS
from taploom.plan.origin import Origin

_other_fields = attrgetter(*(f.name for f in fields(Region) if f.name not in ("services", "target")))
ServiceSpans = tuple[Spans | None, Spans | None]
_FEW = 3
"""Maximum number of forwards that are shown one by one."""
_PROTOCOLS: Spans = ((0, 255),)


def gathered(
    changes: Iterable[FlowChange], origins: tuple[Mapping[str, Origin], Mapping[str, Origin]]
) -> Iterator[FlowChange]:
    """All changes; those that several forwards cause alike for one new or removed object become one change.

    Args:
        changes: the changes, in any order.
        origins: the entries of guests, networks and hosts before and after, by `kind/name`.
    """
    groups: dict[object, list[FlowChange]] = {}
    for number, one in enumerate(changes):
        groups.setdefault(_alike(one) or number, []).append(one)
    for group in groups.values():
        if len({(one.before.by, one.after.by) for one in group}) > _FEW:
            yield _united(group, origins)
        else:
            yield from group


def _alike(one: FlowChange) -> object:
    """A key that is equal for changes that can be united; None for a change that stays by itself."""
    by = one.before.by or one.after.by
    if not one.inherited or one.exposed or one.readdressed or not by.startswith("forward/"):
        return None
    if "absent" not in (one.before.verdict, one.after.verdict):
        return None
    return (one.change, one.sources, _bare(one.before), _bare(one.after))


def _bare(one: Disposition) -> Disposition:
    return replace(one, by="", to="", port="")


def _united(group: list[FlowChange], origins: tuple[Mapping[str, Origin], Mapping[str, Origin]]) -> FlowChange:
    ordered = sorted(group, key=lambda one: (one.before.by, one.after.by))
    first = ordered[0]
    regions = _joined(region for one in ordered for region in one.regions)
    causes = (_cause(first, known) for known in origins)
    return replace(
        first,
        destinations=_all(one.destinations for one in ordered),
        services=services_of(tuple(_traffic(service for region in regions for service in region.services))),
        via=_all(one.via for one in ordered),
        hosts=_all(one.hosts for one in ordered),
        families=tuple(sorted({family for one in ordered for family in one.families})),
        before=_by_all([one.before for one in ordered]),
        after=_by_all([one.after for one in ordered]),
        before_cause=next(causes),
        after_cause=next(causes),
        regions=regions,
    )


def _cause(one: FlowChange, known: Mapping[str, Origin]) -> Origin | None:
    return next((known[name] for name in one.sources if name in known), None)


def _all(columns: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(sorted({name for column in columns for name in column}))


def _by_all(found: list[Disposition]) -> Disposition:
    names = sorted({one.by for one in found if one.by})
    return replace(_bare(found[0]), by=names[0], also=tuple(names[1:])) if names else found[0]


def _joined(regions: Iterable[Region]) -> tuple[Region, ...]:
    """Fewer regions with the same packets: regions that differ only in their services become one."""
    groups: dict[object, tuple[Region, list[ServiceSpans]]] = {}
    for region in regions:
        groups.setdefault(_other_fields(region), (region, []))[1].extend(region.services)
    found = groups.values()
    return tuple(replace(one, services=tuple(_traffic(services)), target=None) for one, services in found)


def _traffic(services: Iterable[ServiceSpans]) -> Iterator[tuple[Spans, Spans]]:
    """Services with the ports of each protocol as one set."""
    ports: dict[Spans, list[Interval]] = {}
    for protocols, numbers in services:
        ports.setdefault(protocols or _PROTOCOLS, []).extend(numbers or ALL_PORTS)
    return ((protocols, united(spans)) for protocols, spans in ports.items())
