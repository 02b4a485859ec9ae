"""Compares two plans in full: objects, flows, disruption, gates and files."""

from collections.abc import Mapping
from dataclasses import field

from taploom.base.frozen import dataclass
from taploom.base.parallel import beside
from taploom.diff.classes import Class
from taploom.diff.disruption import disruptions, locked_out, sorted_effects
from taploom.diff.effects import Disruption, Effect
from taploom.diff.facts import things
from taploom.diff.files import files_apart
from taploom.diff.flows import compare_flows
from taploom.diff.gates import NO_GATES, Gates, judge
from taploom.diff.model import Change, FileChange, GateResult, ObjectChange
from taploom.diff.object_changes import compare_objects
from taploom.diff.sessions import survivors
from taploom.diff.verdicts import FlowChange
from taploom.plan.site import Plan


@dataclass(frozen=True, slots=True)
class ComparedPlan:
    """One of the two revisions that are compared.

    Attributes:
        label: the name that the user sees, such as `main@91d07e3`.
        plan: its plan.
        sound: whether the plan compiles without an error.
        gates: the thresholds that its specs set.
        moves: the old `kind/name` of each object with `moved-from`; the key is the new one.
        waived: the reasons of waivers; a key is a gate, or a gate and an object.
    """

    label: str
    plan: Plan
    sound: bool = True
    gates: Gates = NO_GATES
    moves: Mapping[str, str] = field(default_factory=dict)
    waived: Mapping[str, str] = field(default_factory=dict)


def compare(before: ComparedPlan, after: ComparedPlan) -> Change:
    """Compare two plans in full: the result has every part of a change."""
    objects = compare_objects(things(before.plan), things(after.plan), after.moves)
    names = {one.was: one.name for one in objects if one.was}
    on_hosts = beside(lambda: _on_hosts(before.plan, after.plan, names))
    flows = compare_flows(before.plan, after.plan, names)
    files, effects, undo = on_hosts()
    disruption = sorted_effects([*effects, *locked_out(after.plan, flows)])
    return Change(
        before=before.label,
        after=after.label,
        sound=after.sound,
        notes=tuple(_notes(before, after)),
        hosts=tuple(host.name for host in after.plan.hosts),
        objects=objects,
        flows=flows,
        disruption=disruption,
        undo=undo,
        survivors=survivors(flows, before.plan, after.plan, names),
        gates=_judged(before, after, objects, flows, disruption),
        files=files if after.sound else (),
    )


def _on_hosts(
    before: Plan, after: Plan, names: Mapping[str, str]
) -> tuple[tuple[FileChange, ...], list[Disruption], Class]:
    """The files that differ, the disruption if they are installed, and the class of disruption if they are reverted."""
    files = files_apart(before, after)
    by_path = {file.path: file for file in files}
    back = {new: old for old, new in names.items()}
    undone = disruptions(after, before, back, by_path)
    undo = max((one.grade for one in undone if one.effect is not Effect.LEFT), default=Class.D0)
    return files, list(disruptions(before, after, names, by_path)), undo


def _judged(
    before: ComparedPlan,
    after: ComparedPlan,
    objects: tuple[ObjectChange, ...],
    flows: tuple[FlowChange, ...],
    disruption: tuple[Disruption, ...],
) -> tuple[GateResult, ...]:
    return judge(
        (before.gates, after.gates),
        after.waived,
        objects,
        flows,
        disruption,
        owners={
            **{f"policy/{entry.name}": entry.meta.owner for entry in after.plan.policy},
            **{f"forward/{forward.name}": forward.meta.owner for forward in after.plan.forwards},
        },
        entries=len(before.plan.policy) + len(before.plan.forwards),
    )


def _notes(before: ComparedPlan, after: ComparedPlan) -> list[str]:
    found = []
    if not before.sound:
        found.append("the base does not compile: it is compared as far as it is sound")
    if not after.sound:
        found.append("the head does not compile: it is compared as far as it is sound, and nothing can be rendered")
    if before.plan.name and after.plan.name not in ("", before.plan.name):
        found.append(f"the site was called `{before.plan.name}` before")
    return found
