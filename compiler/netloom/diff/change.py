"""Two plans compared, in the order in which people ask: what, who reaches whom, what it disturbs, which bytes."""

from collections.abc import Mapping
from dataclasses import dataclass

from netloom.backends.artifact import Artifact
from netloom.diff.disruption import disruptions
from netloom.diff.facts import things
from netloom.diff.files import compare_files
from netloom.diff.flows import compare_flows
from netloom.diff.model import Change
from netloom.diff.objects import compare_objects
from netloom.diff.sessions import survivors
from netloom.plan.site import Plan


@dataclass(frozen=True, slots=True)
class Side:
    """One of two revisions.

    Attributes:
        label: what the user calls it, such as `main@91d07e3`.
        plan: its plan.
        artifacts: its files, those left out that are the same on both sides.
        sound: whether it compiles without an error.
    """

    label: str
    plan: Plan
    artifacts: tuple[Artifact, ...]
    sound: bool = True


def compare(before: Side, after: Side, moves: Mapping[str, str]) -> Change:
    """What a change does.

    Args:
        before: the base.
        after: the head.
        moves: for objects of the head that were renamed, their `kind/name` before.
    """
    objects = compare_objects(things(before.plan), things(after.plan), moves)
    names = {one.was: one.name for one in objects if one.was}
    flows = compare_flows(before.plan, after.plan, names)
    files = compare_files(before.artifacts, after.artifacts)
    disruption = disruptions(before.plan, after.plan, names, flows)
    return Change(
        before=before.label,
        after=after.label,
        notes=tuple(_notes(before, after)),
        hosts=tuple(host.name for host in after.plan.hosts),
        objects=objects,
        flows=flows,
        disruption=disruption,
        survivors=survivors(flows),
        files=files,
    )


def _notes(before: Side, after: Side) -> list[str]:
    found = []
    if not before.sound:
        found.append("the base does not compile: it is compared as far as it is sound")
    if not after.sound:
        found.append("the head does not compile: it is compared as far as it is sound, and nothing can be rendered")
    if before.plan.name != after.plan.name:
        found.append(f"the site was called `{before.plan.name}` before")
    return found
