"""Compares a table of taploom with the table in a kernel, object by object."""

from collections.abc import Iterator

from taploom.backends.nftables.tree import Table
from taploom.drift.listing.tables import ListedTable
from taploom.drift.model import Subject
from taploom.drift.ruleset.chains import chains
from taploom.drift.ruleset.divergence import Divergence
from taploom.drift.ruleset.elements import sets
from taploom.plan.origin import Origin


def divergences(wanted: Table, found: ListedTable | None) -> Iterator[Divergence]:
    """The differences of one table of taploom.

    Args:
        wanted: the rendered table.
        found: the table in the kernel, or None.
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
            Subject.UNKNOWN, place, f"taploom cannot read {name}, which is in this table", "", name, _origin_of(wanted)
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
            yield Divergence(Subject.SET, f"{place}, limit {one.name}", "the rate is different", text, live, one.origin)
