"""The input of all formats of `taploom drift`: the comparisons of some hosts at one time."""

from collections.abc import Iterable, Mapping

from taploom.base.frozen import dataclass
from taploom.drift.compare import plan_hash
from taploom.drift.every import compare_all
from taploom.drift.facts.model import Facts
from taploom.drift.model import Drift
from taploom.plan.site import Plan

_UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


@dataclass(frozen=True, slots=True)
class Drifts:
    """The comparisons of some hosts with one plan.

    Attributes:
        plan: hash of the plan.
        now: current time in seconds since the epoch.
        hosts: comparisons, sorted by host.
        missing: names of hosts without facts, sorted.
    """

    plan: str
    now: int
    hosts: tuple[Drift, ...]
    missing: tuple[str, ...] = ()


def drifts(
    plan: Plan, known: Mapping[str, Facts], names: Iterable[str], now: int, before: Plan | None = None
) -> Drifts:
    """Compare hosts with a plan.

    Args:
        plan: the plan that hosts should have.
        known: facts by host.
        names: names of the hosts to compare.
        now: current time in seconds since the epoch.
        before: an older plan that hosts may have taken up.
    """
    found = compare_all(plan, known, before)
    return Drifts(plan_hash(plan), now, found, tuple(sorted(set(names) - known.keys())))


def age(seconds: int) -> str:
    """A duration in its largest unit, such as `3 hours`; a negative duration is `0 seconds`."""
    seconds = max(seconds, 0)
    size, name = next((one for one in _UNITS if seconds >= one[0]), _UNITS[-1])
    number = seconds // size
    return f"{number} {name}{'' if number == 1 else 's'}"
