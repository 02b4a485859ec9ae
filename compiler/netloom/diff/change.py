"""Two plans compared, in the order in which people ask: what, who reaches whom, what it disturbs, which bytes."""

from collections.abc import Iterable, Mapping
from dataclasses import field
from itertools import chain

from netloom.base.frozen import dataclass
from netloom.base.parallel import shares, spread
from netloom.diff.classes import Class
from netloom.diff.disruption import disruptions
from netloom.diff.effects import Disruption, Effect
from netloom.diff.facts import things
from netloom.diff.files import Machine, files_apart, machines_apart
from netloom.diff.flows import Flows, Part
from netloom.diff.gates import NO_GATES, Gates, judge
from netloom.diff.model import Change, FileChange, GateResult, ObjectChange
from netloom.diff.objects import compare_objects
from netloom.diff.relation import Pair
from netloom.diff.sessions import survivors
from netloom.diff.verdicts import FlowChange
from netloom.plan.site import Plan

WORTH_A_PROCESS = 200
"""Ports whose comparison takes longer than a process takes to start."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of two revisions.

    Attributes:
        label: what the user calls it, such as `main@91d07e3`.
        plan: its plan.
        sound: whether it compiles without an error.
        gates: the thresholds that it sets.
        moves: for objects that say so, their `kind/name` after and before.
        waived: reasons by gate, or by gate and object.
    """

    label: str
    plan: Plan
    sound: bool = True
    gates: Gates = NO_GATES
    moves: Mapping[str, str] = field(default_factory=dict)
    waived: Mapping[str, str] = field(default_factory=dict)


def compare(before: Side, after: Side) -> Change:
    """What a change does."""
    objects = compare_objects(things(before.plan), things(after.plan), after.moves)
    names = {one.was: one.name for one in objects if one.was}
    flows, files = _compared(before.plan, after.plan, names)
    by_path = {file.path: file for file in files}
    disruption = disruptions(before.plan, after.plan, names, flows, by_path)
    back = {new: old for old, new in names.items()}
    undone = disruptions(after.plan, before.plan, back, (), by_path)
    return Change(
        before=before.label,
        after=after.label,
        sound=after.sound,
        notes=tuple(_notes(before, after)),
        hosts=tuple(host.name for host in after.plan.hosts),
        objects=objects,
        flows=flows,
        disruption=disruption,
        undo=max((one.grade for one in undone if one.effect is not Effect.LEFT), default=Class.D0),
        survivors=survivors(flows),
        gates=_judged(before, after, objects, flows, disruption),
        files=files if after.sound else (),
    )


def _compared(
    before: Plan, after: Plan, names: Mapping[str, str]
) -> tuple[tuple[FlowChange, ...], tuple[FileChange, ...]]:
    """What takes long on a large site: who reaches whom, and the files, one host after the other."""
    flows = Flows(before, after, names)

    def work(share: Iterable[tuple[int, Pair | Machine]]) -> tuple[list[tuple[int, list[Part]]], list[FileChange]]:
        parts: list[tuple[int, list[Part]]] = []
        files: list[FileChange] = []
        for place, item in share:
            if isinstance(item, Machine):
                files += files_apart(item)
            else:
                parts.append((place, flows.parts(item)))
        return parts, files

    items: list[Pair | Machine] = [*flows.pairs, *machines_apart(before, after)]
    answers = spread(work, shares([((place, item), item.weight) for place, item in enumerate(items)], WORTH_A_PROCESS))
    parts = sorted(chain.from_iterable(found for found, _ in answers), key=lambda part: part[0])
    files = sorted(chain.from_iterable(found for _, found in answers), key=lambda file: file.path)
    return flows.told(part for _, found in parts for part in found), tuple(files)


def _judged(
    before: Side,
    after: Side,
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
            **{f"policy/{rule.name}": rule.meta.owner for rule in after.plan.rules},
            **{f"forward/{forward.name}": forward.meta.owner for forward in after.plan.forwards},
        },
        rules=len(before.plan.rules) + len(before.plan.forwards),
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
