"""Findings that the spec accepts: marked as waived, and waivers that accept nothing are found themselves."""

from dataclasses import replace

from netloom.base.diagnostic import Diagnostic, Report
from netloom.base.rule import Severity
from netloom.passes import rules
from netloom.passes.pipeline import Passed
from netloom.plan.site import Plan, Waiver


def waive(passed: Passed, report: Report) -> tuple[Plan, tuple[Diagnostic, ...]]:
    """The plan with its waivers marked as used, and all findings in reading order.

    Errors are never waived: what cannot work does not work for a reason either.
    """
    by_key: dict[tuple[str, str], Waiver] = {(w.code, w.subject): w for w in passed.plan.waivers}
    used: set[tuple[str, str]] = set()
    found = []
    for diagnostic in report.sorted():
        key = (diagnostic.code, diagnostic.subject)
        waiver = by_key.get(key)
        if waiver is not None and diagnostic.severity is not Severity.ERROR:
            used.add(key)
            found.append(diagnostic.waived(waiver.reason))
        else:
            found.append(diagnostic)
    waivers = tuple(replace(w, used=(w.code, w.subject) in used) for w in passed.plan.waivers)
    idle = [_idle(waiver) for waiver in waivers if not waiver.used]
    return replace(passed.plan, waivers=waivers), Report([*found, *idle]).sorted()


def _idle(waiver: Waiver) -> Diagnostic:
    message = f"waiver `{waiver.name}` accepts {waiver.code} on `{waiver.subject}`, which was not found"
    return Diagnostic(
        rules.IDLE_WAIVER, message, waiver.origin.span, "remove the waiver", subject=f"waiver/{waiver.name}"
    )
