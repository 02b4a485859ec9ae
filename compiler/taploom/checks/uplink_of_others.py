"""TL518: an uplink that another tool configures as well."""

from collections.abc import Iterator

from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.checks.devices import keeper

RULE = DiagnosticRule(
    "TL518",
    "uplink-of-others",
    Severity.WARNING,
    "The spec gives no address to an uplink that another tool configures by itself.",
    "networkd takes the interface over, and removes the addresses that it finds there. On `ppp0` or `wg0` no server "
    "answers DHCP or sends RAs, so boot waits for two minutes in vain. NetworkManager loses a Wi-Fi card, and no "
    "longer joins it to its network.",
    "Write the uplink with only its zone: the other tool then configures it, and policy still applies to it. Waive the "
    "finding if only networkd configures the interface, such as a Wi-Fi card for which iwd only joins the network.",
    bad="hosts:\n  hv1: {uplinks: {ppp0: {zone: internet, ipv4: dhcp}}, input: foreign}\n",
    good="hosts:\n  hv1: {uplinks: {ppp0: {zone: internet}}, input: foreign}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Look at the names of the uplinks that the spec configures."""
    for host in context.plan.hosts:
        for uplink in host.uplinks:
            found = keeper(uplink.name) if uplink.configured else None
            if found:
                span = context.document.places.key("hosts", host.name, "uplinks", uplink.name)
                message = (
                    f"networkd would take over `{uplink.name}`: {found.who} configures interfaces with such a name"
                )
                hint = f"write `{uplink.name}: {{zone: {uplink.zone}}}`, which leaves it to that tool"
                yield Diagnostic(RULE, message, span, hint, subject=f"host/{host.name}")
