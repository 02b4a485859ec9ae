"""Converts a change to findings, for code scanning and for annotations at the causing lines of the spec."""

from collections.abc import Iterator

from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule
from taploom.diff.classes import Class
from taploom.diff.codes import EXPOSED, GATE, STILL_ALLOWED, WAY_IN
from taploom.diff.model import Change, GateVerdict
from taploom.plan.origin import Origin
from taploom.report.plan import flow_words
from taploom.report.plan.effect_json import cause


def findings(change: Change) -> tuple[Diagnostic, ...]:
    """The findings: failed or waived gates, exposed flows, cuts of the management path, and flows that stay allowed."""
    return (*_gates(change), *_exposed(change), *_ways_in(change), *_still(change))


def _gates(change: Change) -> Iterator[Diagnostic]:
    places = {one.name: one.after or one.before for one in change.objects}
    for one in change.gates:
        if one.verdict is not GateVerdict.PASS:
            waiver = one.reason if one.verdict is GateVerdict.WAIVED else ""
            yield _one(GATE, f"gate `{one.gate}`: {one.message}", places.get(one.object), one.object, waiver)


def _exposed(change: Change) -> Iterator[Diagnostic]:
    for flow in change.flows:
        if flow.exposed:
            yield _one(EXPOSED, f"newly exposed: {flow_words.ends(flow)}", flow.after_cause, flow.after.by)


def _ways_in(change: Change) -> Iterator[Diagnostic]:
    for one in change.disruption:
        if one.grade is Class.D6:
            yield _one(WAY_IN, f"{one.host}: {one.effect.value} ({cause(one)})", one.origin, one.object)


def _still(change: Change) -> Iterator[Diagnostic]:
    for flow in flow_words.still_open(change):
        message = f"without `{flow.before.by}`, this entry still allows {flow_words.ends(flow)}"
        yield _one(STILL_ALLOWED, message, flow.after_cause, flow.before.by)


def _one(rule: DiagnosticRule, message: str, cause_of_it: Origin | None, subject: str, waiver: str = "") -> Diagnostic:
    span = cause_of_it.span if cause_of_it else None
    return Diagnostic(rule, message, span, subject=subject, waiver=waiver)
