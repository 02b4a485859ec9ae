"""TL708: two policy entries that say the same."""

from collections.abc import Iterator

from taploom.base.diagnostic import Diagnostic, Label
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.plan.policy import PolicyEntry

RULE = DiagnosticRule(
    "TL708",
    "policy-twice",
    Severity.WARNING,
    "No two policy entries say the same.",
    "Whoever removes one of them believes the path to be closed, and it is not.",
    "Remove one of the two.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24}\n  dmz: {ipv4: 10.0.1.1/24}\n"
    "hosts:\n  hv1: {networks: {lan: {}, dmz: {}}}\n"
    "policy:\n  web: {from: lan, to: dmz, allow: https}\n  shop: {from: network/lan, to: dmz, allow: https}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24}\n  dmz: {ipv4: 10.0.1.1/24}\n"
    "hosts:\n  hv1: {networks: {lan: {}, dmz: {}}}\n"
    "policy:\n  web: {from: lan, to: dmz, allow: https}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Compare what entries select and open; a log or a limit may be the reason for a second one."""
    first: dict[tuple[object, ...], str] = {}
    for rule in context.plan.rules:
        before = first.setdefault(meaning(rule), rule.name)
        if before != rule.name:
            places = context.document.places
            message = f"`{rule.name}` says the same as `{before}`"
            label = Label(places.key("policy", before), "the other entry")
            span = places.key("policy", rule.name)
            yield Diagnostic(RULE, message, span, "remove one of the two", (label,), subject=f"policy/{rule.name}")


def meaning(rule: PolicyEntry) -> tuple[object, ...]:
    """What an entry says, however it is written."""
    services = ("any",) if "any" in rule.services else rule.services
    ends = tuple(sorted(map(_bare, rule.sources))), tuple(sorted(map(_bare, rule.destinations)))
    return (rule.action, *ends, services, rule.log, rule.limit, rule.expires)


def _bare(selector: str) -> str:
    """A name without its kind: names are one namespace, but tags and prefixes are not in it."""
    kind, slash, name = selector.partition("/")
    return name if slash and kind in ("network", "host", "guest", "address") else selector
