"""Every rule of every package: what `explain` knows and what the reference lists."""

from taploom.base.rule import Rule
from taploom.checks import RULES as CHECK_RULES
from taploom.delivery.rules import RULES as DELIVERY_RULES
from taploom.diff.rules import RULES as DIFF_RULES
from taploom.flows.proof.rules import RULES as FLOW_RULES
from taploom.passes.rules import RULES as PASS_RULES
from taploom.report.rules import RULES as REPORT_RULES
from taploom.source.rules import RULES as SOURCE_RULES
from taploom.spec.rules import RULES as SPEC_RULES

_ALL = (*SOURCE_RULES, *SPEC_RULES, *PASS_RULES, *CHECK_RULES, *DELIVERY_RULES, *FLOW_RULES, *REPORT_RULES, *DIFF_RULES)


def rules() -> tuple[Rule, ...]:
    """All rules, by code."""
    return tuple(sorted(_ALL, key=lambda rule: rule.code))


def rule_of(code: str) -> Rule | None:
    """The rule of a code, whatever its case, or of a name."""
    return next((rule for rule in _ALL if code.upper() == rule.code or code == rule.name), None)


def listing() -> str:
    """One line a rule."""
    return "".join(f"{rule.code}  {rule.severity.value:<7}  {rule.name:<24}  {rule.summary}\n" for rule in rules())
