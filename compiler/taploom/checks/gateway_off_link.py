"""TL408: a gateway outside of the prefix of its uplink."""

from collections.abc import Iterator

from taploom.base.address import LINK_LOCAL
from taploom.base.diagnostic import Diagnostic, Label
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.checks.families import fixed
from taploom.plan.interfaces import outside

RULE = DiagnosticRule(
    "TL408",
    "gateway-off-link",
    Severity.WARNING,
    "The gateway of an uplink is on the uplink's link, or link-local.",
    "Nobody answers for a mistyped gateway, so the host reaches nothing through its default route. (taploom writes the "
    "route as on-link all the same, since some hosters assign single addresses; a /32 or /128 is not reported.)",
    "Correct the gateway or the prefix length.",
    bad="hosts:\n  hv1:\n    uplinks: {eth0: {zone: internet, ipv4: 192.0.2.10/24, gateway4: 192.0.3.1}}\n",
    good="hosts:\n  hv1:\n    uplinks: {eth0: {zone: internet, ipv4: 192.0.2.10/24, gateway4: 192.0.2.1}}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Compare the gateway of every fixed address with its prefix."""
    for host in context.plan.hosts:
        for uplink in outside(host):
            for family, side in fixed(uplink):
                via, on_link = side.next_hop, side.interface.prefix
                if via is None or via in on_link or via in LINK_LOCAL or on_link.length == family.bits:
                    continue
                at = ("hosts", host.name, "uplinks", uplink.device)
                span = context.document.places.span(*at, f"gateway{family.value}")
                label = Label(context.document.places.span(*at, family.key), f"the link is {on_link}")
                message = f"gateway {via} of uplink `{uplink.device}` is not on its link"
                yield Diagnostic(RULE, message, span, "correct one of the two", (label,), subject=f"host/{host.name}")
