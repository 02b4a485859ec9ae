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
    "No two policy entries have the same meaning.",
    "If somebody removes one of the two to close the path, the other still opens it.",
    "Remove one of the two.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24}\n  dmz: {ipv4: 10.0.1.1/24}\n"
    "hosts:\n  hv1: {networks: {lan: {}, dmz: {}}}\n"
    "policy:\n  web: {from: lan, to: dmz, allow: https}\n  shop: {from: network/lan, to: dmz, allow: https}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24}\n  dmz: {ipv4: 10.0.1.1/24}\n"
    "hosts:\n  hv1: {networks: {lan: {}, dmz: {}}}\n"
    "policy:\n  web: {from: lan, to: dmz, allow: https}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Compare the meanings of entries; entries that differ in `log`, `limit` or `expires` do not say the same."""
    first: dict[tuple[object, ...], str] = {}
    for entry in context.plan.policy:
        before = first.setdefault(meaning(entry), entry.name)
        if before != entry.name:
            places = context.document.places
            message = f"`{entry.name}` says the same as `{before}`"
            label = Label(places.key("policy", before), "the other entry")
            span = places.key("policy", entry.name)
            yield Diagnostic(RULE, message, span, "remove one of the two", (label,), subject=f"policy/{entry.name}")


def meaning(entry: PolicyEntry) -> tuple[object, ...]:
    """A key that is equal for entries that say the same, however they are written."""
    services = ("any",) if "any" in entry.services else entry.services
    ends = tuple(sorted(map(_bare, entry.sources))), tuple(sorted(map(_bare, entry.destinations)))
    return (entry.action, *ends, services, entry.log, entry.limit, entry.expires)


def _bare(selector: str) -> str:
    """A selector without its kind, since objects share one namespace. Tags and prefixes are returned unchanged."""
    kind, slash, name = selector.partition("/")
    return name if slash and kind in ("network", "host", "guest", "address") else selector
