"""Marks the findings that waivers accept, and reports waivers that accept no finding."""

from collections.abc import Container
from dataclasses import replace

from taploom.base.diagnostic import Diagnostic, Report
from taploom.base.diagnostic_rule import Severity
from taploom.passes import codes
from taploom.passes.pipeline import PassResults
from taploom.plan.origin import SECTIONS
from taploom.plan.site import Plan, Waiver
from taploom.spec.document import Document


def waive(passed: PassResults, report: Report) -> tuple[Plan, tuple[Diagnostic, ...]]:
    """The plan with its waivers marked as used, and all findings in reading order.

    Errors are never waived: a reason does not make a broken site work. While there is an error, other findings may be
    missing, so only waivers of errors, and of subjects that the site does not have, are reported as idle.
    """
    by_key: dict[tuple[str, str], Waiver] = {(w.code, w.subject): w for w in passed.plan.waivers}
    used: set[tuple[str, str]] = set()
    vain: set[tuple[str, str]] = set()
    findings = []
    for diagnostic in report.sorted():
        key = (diagnostic.code, diagnostic.subject)
        waiver = by_key.get(key)
        if waiver is not None and diagnostic.severity is not Severity.ERROR:
            used.add(key)
            findings.append(diagnostic.waived(waiver.reason))
        else:
            vain.add(key)
            findings.append(diagnostic)
    waivers = tuple(replace(w, used=(w.code, w.subject) in used) for w in passed.plan.waivers)
    unused = (w for w in waivers if not w.used)
    idle = [
        _idle(w, vain)
        for w in unused
        if not report.failed or (w.code, w.subject) in vain or _absent(passed.document, w.subject)
    ]
    return replace(passed.plan, waivers=waivers), Report([*findings, *idle]).sorted()


def _absent(document: Document, subject: str) -> bool:
    """Whether a subject such as `network/lan` names a section of the spec, but no entry of that section."""
    kind, _, name = subject.partition("/")
    section = SECTIONS.get(kind)
    return section is not None and kind not in ("zone", "waiver") and name not in document.places.names(section)


def _idle(waiver: Waiver, vain: Container[tuple[str, str]]) -> Diagnostic:
    error = (waiver.code, waiver.subject) in vain
    why = "but that is an error, and errors cannot be waived" if error else "but there is no such finding"
    message = f"waiver `{waiver.name}` accepts {waiver.code} on `{waiver.subject}`, {why}"
    return Diagnostic(
        codes.IDLE_WAIVER, message, waiver.origin.span, "remove the waiver", subject=f"waiver/{waiver.name}"
    )
