"""Differences of two rulesets in form: the objects that somebody added to our tables or removed from them."""

from collections.abc import Iterator

from taploom.backends.nftables.tree import Table
from taploom.drift.listing.tables import ListedTable
from taploom.drift.model import Subject
from taploom.drift.ruleset.chains import chains
from taploom.drift.ruleset.divergence import Divergence
from taploom.drift.ruleset.elements import sets
from taploom.plan.origin import Origin


def divergences(wanted: Table, found: ListedTable | None) -> Iterator[Divergence]:
    """The differences of one table of ours.

    Args:
        wanted: the table as it is rendered.
        found: the table as the kernel has it, or None.
    """
    place = f"{wanted.family} {wanted.name}"
    if found is None:
        yield Divergence(Subject.TABLE, place, "the table is not loaded", place, "", _origin_of(wanted))
        return
    yield from sets(place, wanted, found.table)
    yield from _limits(place, wanted, found.table)
    yield from chains(place, wanted, found)
    for name in found.unknown:
        yield Divergence(
            Subject.UNKNOWN, place, f"taploom cannot read {name}, which is in our table", "", name, _origin_of(wanted)
        )


def _origin_of(table: Table) -> Origin | None:
    origins = (*(chain.origin for chain in table.chains), *(one.origin for one in table.sets))
    return next((origin for origin in origins if origin), None)


def _limits(place: str, wanted: Table, found: Table) -> Iterator[Divergence]:
    there = {one.name: one for one in found.limits}
    for one in wanted.limits:
        text = f"{one.rate}/{one.unit} burst {one.burst}"
        now = there.get(one.name)
        if now is None or (now.rate, now.unit, now.burst) != (one.rate, one.unit, one.burst):
            live = f"{now.rate}/{now.unit} burst {now.burst}" if now else ""
            yield Divergence(Subject.SET, f"{place}, limit {one.name}", "the rate is another", text, live, one.origin)
