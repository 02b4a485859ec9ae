"""TL808: a class of disruption that is in two windows."""

from collections.abc import Iterator
from itertools import combinations

from taploom.base.diagnostic import Diagnostic, Label
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context

RULE = DiagnosticRule(
    "TL808",
    "windows-overlap",
    Severity.ERROR,
    "Each class of disruption is in one window at most.",
    "Otherwise it is unclear which window applies, since the order of entries has no meaning.",
    "Put each class into one of the ranges.",
    bad='site: {rollout: {windows: {D0-D3: always, D3-D5: "Sun 02:00-04:00 UTC"}}}\n',
    good='site: {rollout: {windows: {D0-D2: always, D3-D5: "Sun 02:00-04:00 UTC"}}}\n',
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Compare the windows of the plan with one another."""
    for one, other in combinations(context.plan.rollout.windows, 2):
        if other.first <= one.last:
            message = f"D{other.first} is in two windows"
            labels = (Label(one.origin.span, "the other window"),) if one.origin.span else ()
            yield Diagnostic(
                RULE, message, other.origin.span, "name it in only one of them", labels, subject="site/site"
            )
