"""TL610: `nat` for an address family that the network does not have."""

from collections.abc import Iterator

from taploom.base.address import FAMILIES, in_family
from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.checks.families import word
from taploom.spec.values import Keyword

RULE = DiagnosticRule(
    "TL610",
    "nat-without-family",
    Severity.WARNING,
    "A network has each family that its `nat` translates.",
    "The setting has no effect, although its author expects one.",
    "Drop the key, or give the network the family.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24, nat: {ipv6: masquerade}}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24, nat: {ipv4: masquerade, ipv6: off}}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Look at the families that `nat` names; `nat: true` fits any network, and `off` is always valid."""
    places = context.document.places
    for name, network in sorted(context.document.networks.items()):
        for family in FAMILIES:
            named = places.names("networks", name, "nat")
            wish = in_family(network.nat, family)
            if family.key in named and wish is not Keyword.OFF and in_family(network, family) is None:
                message = f"network `{name}` has no {word(family)} to translate"
                hint = f"drop the key, or give the network an `{family.key}`"
                span = places.key("networks", name, "nat", family.key)
                yield Diagnostic(RULE, message, span, hint, subject=f"network/{name}")
