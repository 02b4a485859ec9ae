"""TL406: two routes of a host to one destination with the same metric."""

from collections.abc import Iterator

from taploom.base.address import FAMILIES, Prefix, everything, in_family
from taploom.base.diagnostic import Diagnostic, Label
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.base.span import Span
from taploom.checks.context import Context
from taploom.flows.packets.defaults import leads_out, metric_of, route_metric
from taploom.plan.host import Fixed, Host
from taploom.plan.interfaces import outside

RULE = DiagnosticRule(
    "TL406",
    "route-twice",
    Severity.WARNING,
    "Two routes of a host to one destination, including the default routes of uplinks, have different metrics.",
    "With equal metrics, the order in which links come up decides which route the kernel uses.",
    "Give the routes different metrics, or remove one. The `metric` of an uplink applies to its gateways and to the "
    "routes that it learns.",
    bad="hosts:\n  hv1:\n    uplinks:\n      eth0: {zone: internet, ipv4: 192.0.2.10/24, gateway4: 192.0.2.1}\n"
    "      eth1: {zone: internet, ipv4: 198.51.100.10/24, gateway4: 198.51.100.1}\n",
    good="hosts:\n  hv1:\n    uplinks:\n      eth0: {zone: internet, ipv4: 192.0.2.10/24, gateway4: 192.0.2.1}\n"
    "      eth1: {zone: internet, ipv4: 198.51.100.10/24, gateway4: 198.51.100.1, metric: 2048}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Look for a second route of equal destination and metric on each host."""
    for host in context.plan.hosts:
        first: dict[tuple[Prefix, int], Span] = {}
        for what, to, metric, span in _routes(context, host):
            before = first.setdefault((to, metric), span)
            if before != span:
                message = f"{what} of host `{host.name}` and another route lead to {to} with the same metric"
                label = Label(before, "the other route")
                yield Diagnostic(RULE, message, span, "give it another `metric`", (label,), subject=f"host/{host.name}")


def _routes(context: Context, host: Host) -> Iterator[tuple[str, Prefix, int, Span]]:
    places = context.document.places
    for uplink in outside(host):
        for family in FAMILIES:
            if leads_out(uplink, family):
                key = f"gateway{family.value}" if isinstance(in_family(uplink, family), Fixed) else family.key
                span = places.span("hosts", host.name, "uplinks", uplink.device, key)
                yield f"`{key}` of `{uplink.device}`", everything(family), metric_of(uplink, family), span
    for route in host.routes:
        span = places.span("hosts", host.name, "routes", route.name, "to")
        yield f"route `{route.name}`", route.to, route_metric(route), span
