"""TL214: an entry whose `moved-from` names an entry that still exists, or the entry itself."""

from collections.abc import Iterator

from taploom.base.diagnostic import Diagnostic, Label
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.plan.origin import KINDS

RULE = DiagnosticRule(
    "TL214",
    "moved-from-present",
    Severity.ERROR,
    "No `moved-from` names an entry that still exists.",
    "`moved-from` tells `taploom plan` that an entry was renamed. If the old entry still exists, the plan would show a "
    "copy as a move.",
    "Remove `moved-from`, or the entry with the old name.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24}\n  office: {ipv4: 10.0.1.1/24, moved-from: lan}\n"
    "hosts:\n  hv1: {networks: {lan: {}, office: {}}}\n",
    good="networks:\n  office: {ipv4: 10.0.1.1/24, moved-from: lan}\nhosts:\n  hv1: {networks: {office: {}}}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Look for the name in `moved-from` among the entries of the same section."""
    places = context.document.places
    for section, kind in KINDS.items():
        for name, entry in getattr(context.document, section).items():
            if entry.moved_from and entry.moved_from in places.names(section):
                span = places.span(section, name, "moved-from")
                label = Label(places.key(section, entry.moved_from), "still exists")
                message = f"`{name}` was not moved from `{entry.moved_from}`, which still exists"
                yield Diagnostic(RULE, message, span, "remove `moved-from`", (label,), subject=f"{kind}/{name}")
