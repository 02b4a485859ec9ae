"""Gates: limits on the effects of a change, which a waiver in the specs can lift.

The thresholds of both sides apply, so that a change cannot loosen its own gate. Waivers are read from the head, where a
reviewer sees them appear.
"""

from collections.abc import Iterable, Iterator, Mapping

from taploom.base.frozen import dataclass
from taploom.diff.classes import Class
from taploom.diff.effects import Disruption, Effect
from taploom.diff.model import ChangeAction, GateResult, GateVerdict, ObjectChange
from taploom.diff.verdicts import FlowChange

EXPOSURE, DISRUPTION, REMOVAL, MANAGEMENT = "exposure-owner", "max-class", "max-removed", "management"


@dataclass(frozen=True, slots=True)
class Gates:
    """The thresholds of one side.

    Attributes:
        owned: whether an entry that exposes something to the outside must name its owner.
        worst: the highest class that passes, or None for any.
        removed: the share of policy entries and forwards that one change may remove, in percent, or None for any.
        management: whether the management access to hosts must stay as it is.
    """

    owned: bool = False
    worst: Class | None = None
    removed: int | None = None
    management: bool = False


NO_GATES = Gates()


def judge(
    gates: Iterable[Gates],
    waived: Mapping[str, str],
    objects: tuple[ObjectChange, ...],
    flows: tuple[FlowChange, ...],
    disruption: tuple[Disruption, ...],
    *,
    owners: Mapping[str, str],
    entries: int,
) -> tuple[GateResult, ...]:
    """The verdict of every gate that is set, failures first.

    Args:
        gates: the thresholds of both sides.
        waived: reasons by `gate` or `gate/kind/name`.
        objects: the changes of objects.
        flows: the changes of flows.
        disruption: the effects of the change.
        owners: owner of each policy entry and forward of the head.
        entries: number of policy entries and forwards of the base.
    """
    found: list[GateResult] = []
    for each in dict.fromkeys(gates):
        found += _exposure(flows, owners) if each.owned else ()
        found += _class(disruption, each.worst) if each.worst is not None else ()
        found += _removal(objects, entries, each.removed) if each.removed is not None else ()
        found += _management(disruption) if each.management else ()
    results = (_waived(one, waived) for one in dict.fromkeys(found))
    order = (GateVerdict.DENY, GateVerdict.WAIVED, GateVerdict.PASS)
    return tuple(sorted(results, key=lambda one: (order.index(one.verdict), one.gate, one.object)))


def _exposure(flows: tuple[FlowChange, ...], owners: Mapping[str, str]) -> Iterator[GateResult]:
    exposing = sorted({flow.after.by for flow in flows if flow.exposed})
    for name in exposing:
        owner = owners.get(name, "")
        message = f"{name} exposes something{f'; its owner is {owner}' if owner else ' and has no owner'}"
        yield GateResult(EXPOSURE, name, GateVerdict.PASS if owner else GateVerdict.DENY, message, "")
    if not exposing:
        yield GateResult(EXPOSURE, "", GateVerdict.PASS, "nothing is newly exposed", "")


def _class(disruption: tuple[Disruption, ...], worst: Class) -> Iterator[GateResult]:
    above = [one for one in disruption if one.grade > worst]
    for one in above:
        message = f"{one.grade.name} on {one.host} ({one.device}), but the gate allows at most {worst.name}"
        yield GateResult(DISRUPTION, one.object, GateVerdict.DENY, message, "")
    if not above:
        yield GateResult(DISRUPTION, "", GateVerdict.PASS, f"no effect is above {worst.name}", "")


def _removal(objects: tuple[ObjectChange, ...], entries: int, most: int) -> Iterator[GateResult]:
    gone = sum(one.action is ChangeAction.REMOVE and one.kind in ("policy", "forward") for one in objects)
    passes = gone * 100 <= most * entries
    message = f"{gone} of {entries} policy entries and forwards removed; the gate allows at most {most} %"
    yield GateResult(REMOVAL, "", GateVerdict.PASS if passes else GateVerdict.DENY, message, "")


def _management(disruption: tuple[Disruption, ...]) -> Iterator[GateResult]:
    closed = [one for one in disruption if one.effect in (Effect.LOCKED_OUT, Effect.WAY_IN)]
    for one in closed:
        message = f"{one.host}: {one.effect.value} ({one.detail or one.device})"
        yield GateResult(MANAGEMENT, one.object, GateVerdict.DENY, message, "")
    if not closed:
        yield GateResult(MANAGEMENT, "", GateVerdict.PASS, "every management path stays as it is", "")


def _waived(one: GateResult, waived: Mapping[str, str]) -> GateResult:
    reason = waived.get(f"{one.gate}/{one.object}") or waived.get(one.gate)
    if one.verdict is not GateVerdict.DENY or not reason:
        return one
    return GateResult(one.gate, one.object, GateVerdict.WAIVED, one.message, reason)
