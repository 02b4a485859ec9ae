"""NL406: two routes to one destination, and nothing that says which."""

from collections.abc import Iterator

from netloom.base.address import Prefix, everything
from netloom.base.diagnostic import Diagnostic, Label
from netloom.base.rule import Rule, Severity
from netloom.base.span import Span
from netloom.checks.context import Context
from netloom.checks.families import fixed
from netloom.plan.host import Host

RULE = Rule(
    "NL406",
    "route-twice",
    Severity.WARNING,
    "Of two routes of a host to one destination, gateways of uplinks included, one has the lower metric.",
    "Which of them the kernel keeps hangs on the order in which links come up.",
    "Give the routes different metrics, or remove one; of two gateways make one a route with a `metric`.",
    bad="hosts:\n  hv1:\n    uplinks:\n      eth0: {zone: internet, ipv4: 192.0.2.10/24, gateway4: 192.0.2.1}\n"
    "      eth1: {zone: internet, ipv4: 198.51.100.10/24, gateway4: 198.51.100.1}\n",
    good="hosts:\n  hv1:\n    uplinks:\n      eth0: {zone: internet, ipv4: 192.0.2.10/24, gateway4: 192.0.2.1}\n"
    "      eth1: {zone: internet, ipv4: 198.51.100.10/24}\n"
    "    routes: {spare: {to: 0.0.0.0/0, via: 198.51.100.1, metric: 2048}}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Look for a second route of equal destination and metric on each host."""
    for host in context.plan.hosts:
        first: dict[tuple[Prefix, int | None], Span] = {}
        for what, to, metric, span in _routes(context, host):
            before = first.setdefault((to, metric), span)
            if before != span:
                message = f"{what} of host `{host.name}` leads to {to}, as another route with the same metric does"
                label = Label(before, "the other route")
                hint = "drop one of the gateways" if what.startswith("`gateway") else "give it a `metric`"
                yield Diagnostic(RULE, message, span, hint, (label,), subject=f"host/{host.name}")


def _routes(context: Context, host: Host) -> Iterator[tuple[str, Prefix, int | None, Span]]:
    places = context.document.places
    for uplink in host.uplinks:
        for family, side in fixed(uplink):
            if side.gateway is not None:
                key = f"gateway{family.value}"
                span = places.span("hosts", host.name, "uplinks", uplink.name, key)
                yield f"`{key}` of `{uplink.name}`", everything(family), None, span
    for route in host.routes:
        span = places.span("hosts", host.name, "routes", route.name, "to")
        yield f"route `{route.name}`", route.to, route.metric, span
