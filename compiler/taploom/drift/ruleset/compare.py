"""Compares taploom's tables in a kernel with the rendered ones: the differences, and their consequences for packets."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from taploom.backends.nftables import ruleset
from taploom.backends.nftables.tree import Ruleset, Table
from taploom.base.frozen import dataclass
from taploom.drift.listing.tables import ListedTable
from taploom.drift.model import Consequence, Row, Word
from taploom.drift.ruleset.consequences import Effects, Known, gravest_first, uncertain
from taploom.drift.ruleset.divergence import Divergence
from taploom.drift.ruleset.marked import PREFIX, Assumption, Marks, marked, marks_of
from taploom.drift.ruleset.readable import readable
from taploom.drift.ruleset.tables import divergences
from taploom.drift.view import View
from taploom.plan.host import Host
from taploom.plan.site import Plan

_NOW = "this change"
"""The words that replace the internal name of a difference in the consequences of its own row."""
Key = tuple[str, str]
"""Family and name of a table."""


@dataclass(frozen=True, slots=True)
class Compared:
    """Rows about taploom's tables, and consequences that no single row causes."""

    rows: tuple[Row, ...]
    more: tuple[Consequence, ...]


def wanted_tables(host: Host) -> dict[Key, Table]:
    """The tables that a host has after loading its rendered ruleset, by family and name."""
    tables = ruleset(host).tables
    return {(table.family, table.name): table for table in tables if table.chains or not table.kept}


def compare_ruleset(view: View, listed: Sequence[ListedTable], word: Word) -> Compared:
    """The differences of taploom's tables, and their consequences for packets.

    Args:
        view: the host with its plan and facts.
        listed: all tables of its kernel.
        word: the cause for each row.
    """
    wanted = wanted_tables(view.host)
    there = {(one.table.family, one.table.name): one for one in listed}
    found = [(key, one) for key, table in wanted.items() for one in divergences(table, there.get(key))]
    if not found:
        return Compared((), ())
    named = [(f"{PREFIX}{at}", key, one) for at, (key, one) in enumerate(found)]
    known = list(_known(view.plan, view.host, wanted, there, named))
    return _joined(view, named, known, word)


Named = tuple[str, Key, Divergence]


def _known(
    plan: Plan, host: Host, wanted: dict[Key, Table], there: dict[Key, ListedTable], named: list[Named]
) -> Iterator[Known]:
    """The consequences; only families whose tables differ are evaluated."""
    effects = Effects(plan, host)
    differing = {key[0] for _, key, _ in named}
    marks = {key: marks_of((name, one) for name, of, one in named if of == key) for key in wanted}
    added = {key: _added(there[key], marks[key]) for key in wanted if key in there}
    there = {key: readable(there[key], host, handles) for key, handles in added.items()}
    assumed = tuple(dict.fromkeys(_ruleset(there, marks, wanted, assumption) for assumption in Assumption))
    for family, ask in (("inet", effects.of_packets), ("bridge", effects.of_frames)):
        if family in differing:
            yield from uncertain([ask(live) for live in assumed])


def _added(listed: ListedTable, marks: Marks) -> frozenset[tuple[str, int]]:
    """Chain and handle of each rule that was added to a table."""
    chains = (one for name in marks.chains for one in listed.rules.get(name, ()))
    return frozenset((*marks.rules, *((one.chain, one.handle) for one in chains)))


def _ruleset(
    there: dict[Key, ListedTable], marks: dict[Key, Marks], wanted: dict[Key, Table], assumption: Assumption
) -> Ruleset:
    return Ruleset(tuple(marked(there[key], marks[key], assumption) for key in wanted if key in there))


def _joined(view: View, named: list[Named], known: list[Known], word: Word) -> Compared:
    """The rows, each with the consequences that it causes, and the consequences without a single cause."""
    mine: dict[str, list[Consequence]] = {name: [] for name, _, _ in named}
    more: list[Consequence] = []
    for one in known:
        causes = _causes(one, named)
        host = one.consequence.host.replace(f"by {one.after}", f"by {_NOW}") if one.after in mine else ""
        consequence = replace(one.consequence, host=host) if host else one.consequence
        for name in causes:
            mine[name].append(consequence)
        more += [] if causes else [consequence]
    rows = [_row(view, one, tuple(mine[name]), word) for name, _, one in named]
    if len(rows) == 1:
        whole = gravest_first((*rows[0].consequences, *more))
        return Compared((replace(rows[0], consequences=whole),), ())
    return Compared(tuple(rows), gravest_first(more))


def _causes(one: Known, named: list[Named]) -> list[str]:
    """Names of the differences that cause a consequence: the deciding one, else all that may disable `one.before`."""
    if one.after.startswith(PREFIX):
        return [one.after]
    return [name for name, _, each in named if one.before in each.names]


def _row(view: View, one: Divergence, consequences: tuple[Consequence, ...], word: Word) -> Row:
    row = view.row(word, one.subject, one.place, one.message, one.origin, one.expected, one.found, _note(one))
    return replace(row, consequences=gravest_first(consequences))


def _note(one: Divergence) -> str:
    """Why a divergence may have further consequences that are not known; else ""."""
    if one.unread:
        return f"taploom cannot read {one.unread}, so its effect is not known"
    return (
        "taploom does not evaluate the hook of this chain, so the effect on packets is not known" if one.outside else ""
    )
