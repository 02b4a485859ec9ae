"""Compares hosts with their plan: all hosts about which there are facts."""

from collections.abc import Iterator, Mapping

from taploom.backends.targets import artifacts_of
from taploom.drift.compare import compare, plan_hash
from taploom.drift.facts.model import Facts
from taploom.drift.model import Drift
from taploom.drift.view import Planned
from taploom.plan.site import Plan


def compare_all(plan: Plan, known: Mapping[str, Facts], before: Plan | None = None) -> tuple[Drift, ...]:
    """The comparisons of all hosts in `known`, in the order of the plan.

    Args:
        plan: the plan that hosts should have.
        known: facts by host.
        before: an older plan that hosts may have taken up.
    """
    older = {each.host.name: each for each in _planned(before, known)} if before else {}
    return tuple(compare(each, known[each.host.name], older.get(each.host.name)) for each in _planned(plan, known))


def _planned(plan: Plan, known: Mapping[str, Facts]) -> Iterator[Planned]:
    """Each host of a plan that is in `known`, with its rendered files."""
    digest = plan_hash(plan)
    for host in plan.hosts:
        if host.name in known:
            yield Planned(plan, digest, host, tuple(artifacts_of(host)))
