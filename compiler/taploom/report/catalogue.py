"""The catalogue of the rules of all packages, for `explain` and for the reference."""

from taploom.base.diagnostic_rule import DiagnosticRule
from taploom.checks import RULES as CHECK_RULES
from taploom.delivery.codes import RULES as DELIVERY_RULES
from taploom.diff.codes import RULES as DIFF_RULES
from taploom.drift.codes import RULES as DRIFT_RULES
from taploom.flows.proof.codes import RULES as FLOW_RULES
from taploom.passes.codes import RULES as PASS_RULES
from taploom.report.codes import RULES as REPORT_RULES
from taploom.source.codes import RULES as SOURCE_RULES
from taploom.spec.codes import RULES as SPEC_RULES

_ALL = (
    *SOURCE_RULES,
    *SPEC_RULES,
    *PASS_RULES,
    *CHECK_RULES,
    *DELIVERY_RULES,
    *DRIFT_RULES,
    *FLOW_RULES,
    *REPORT_RULES,
    *DIFF_RULES,
)


def diagnostic_rules() -> tuple[DiagnosticRule, ...]:
    """All rules, sorted by code."""
    return tuple(sorted(_ALL, key=lambda rule: rule.code))


def rule_of(code: str) -> DiagnosticRule | None:
    """The rule with the given code (in upper or lower case) or name; None if there is none."""
    return next((rule for rule in _ALL if code.upper() == rule.code or code == rule.name), None)


def listing() -> str:
    """A list of all rules as text, one line each."""
    return "".join(
        f"{rule.code}  {rule.severity.value:<7}  {rule.name:<24}  {rule.summary}\n" for rule in diagnostic_rules()
    )
