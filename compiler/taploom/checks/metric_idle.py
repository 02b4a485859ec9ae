"""TL424: a metric of an uplink without a default route."""

from collections.abc import Iterator

from taploom.base.address import FAMILIES
from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.flows.packets.defaults import leads_out
from taploom.plan.interfaces import outside

RULE = DiagnosticRule(
    "TL424",
    "idle-metric",
    Severity.WARNING,
    "An uplink has a `metric` only if it has a default route.",
    "The metric applies to routes from a gateway, DHCP or router advertisements; entries of `routes` have their own.",
    "Remove the metric, or give the uplink a gateway, DHCP or router advertisements.",
    bad="hosts:\n  hv1:\n    uplinks: {eth0: {zone: internet, ipv4: 192.0.2.7/24, metric: 100}}\n",
    good="hosts:\n  hv1:\n    uplinks: {eth0: {zone: internet, ipv4: dhcp, metric: 100}}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Look for metrics in the spec that apply to no route."""
    for host in context.plan.hosts:
        for uplink in outside(host):
            if uplink.metric is not None and not any(leads_out(uplink, family) for family in FAMILIES):
                span = context.document.places.span("hosts", host.name, "uplinks", uplink.device, "metric")
                message = f"`metric` has no effect: uplink `{uplink.device}` has no default route"
                hint = "remove it, or write `gateway4` or `gateway6`, `ipv4: dhcp` or `ipv6: ra`"
                yield Diagnostic(RULE, message, span, hint, subject=f"host/{host.name}")
