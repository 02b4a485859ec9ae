"""Compares the facts about one host with its plan, aspect by aspect."""

from collections.abc import Callable, Iterable

from taploom.drift.aspects import addresses, dhcp, files, foreign, gaps, links, sysctls, units
from taploom.drift.aspects.ruleset import compared
from taploom.drift.facts.model import Facts
from taploom.drift.model import Drift, Row, Subject, Word
from taploom.drift.ruleset.compare import Compared
from taploom.drift.view import Planned, View
from taploom.plan.json import plan_digest
from taploom.plan.site import Plan

ASPECTS: tuple[Callable[[View], Iterable[Row]], ...] = (
    gaps.rows,
    files.rows,
    sysctls.rows,
    units.rows,
    links.rows,
    addresses.rows,
    dhcp.rows,
    foreign.rows,
)
"""All aspects except taploom's tables; `aspects.ruleset` compares the tables, because their rows share consequences."""


def plan_hash(plan: Plan) -> str:
    """The hash of a plan's `plan.json`, in the form that manifests use."""
    return f"sha256:{plan_digest(plan)}"


def compare(planned: Planned, facts: Facts, before: Planned | None = None) -> Drift:
    """The comparison of a host with its plan, with the gravest difference first.

    Args:
        planned: the host in the plan.
        facts: the facts about the host.
        before: the host in an older plan. If the host has taken up the older plan, it is compared with that plan, and
            one row states that the newer plan was not taken up.
    """
    taken = facts.taken
    head = (
        planned.host.name,
        facts.collected,
        planned.hash,
        taken.plan if taken else "",
        taken.serial if taken else 0,
    )
    view = View(planned, facts)
    if _untouched(view):
        message = "the host has no file and no table of taploom: it has not taken up a bundle"
        return Drift(*head, (view.row(Word.PENDING, Subject.BUNDLE, "bundle", message, None, planned.hash),))
    if view.older and taken and before and before.hash == taken.plan:
        found = _compared(View(before, facts))
        return Drift(*head, _sorted([*found.rows, _newer(planned, before)]), found.more)
    found = _compared(view)
    return Drift(*head, _sorted(found.rows), found.more)


def _compared(view: View) -> Compared:
    ours = compared(view)
    return Compared((*ours.rows, *(row for aspect in ASPECTS for row in aspect(view))), ours.more)


def _newer(planned: Planned, before: Planned) -> Row:
    """The row about a newer plan that was not taken up; `before` is the host in the older plan."""
    old, new = ({one.install: one.text for one in each.artifacts if one.install} for each in (before, planned))
    changed = sorted(path for path in old.keys() | new.keys() if old.get(path) != new.get(path))
    note = f"it changes {', '.join(changed)}" if changed else "it changes no file of this host"
    message = "a newer plan was not taken up"
    origin = planned.host.origin
    return Row(Word.PENDING, Subject.BUNDLE, "bundle", message, planned.hash, before.hash, origin, note=note)


def _sorted(rows: Iterable[Row]) -> tuple[Row, ...]:
    words = list(Word)
    return tuple(sorted(rows, key=lambda row: (-words.index(row.word), -len(row.consequences))))


def _untouched(view: View) -> bool:
    """Whether a host has nothing of taploom: no bundle, no file and no table."""
    facts = view.facts
    if facts.taken is not None or not facts.files.keys().isdisjoint(view.installed):
        return False
    return not any(one.table.name.startswith("taploom") for one in facts.ruleset or ())
