"""TL405: a static route to addresses that are on a link of its own host."""

from collections.abc import Iterator

from taploom.base.address import Prefix
from taploom.base.diagnostic import Diagnostic, Label
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.base.span import Span
from taploom.checks.claims import on_link_prefixes
from taploom.checks.context import Context
from taploom.checks.nesting import nested

RULE = DiagnosticRule(
    "TL405",
    "route-over-link",
    Severity.WARNING,
    "No static route of a host leads to addresses that are on one of the host's own links.",
    "The longer prefix wins, so the host no longer reaches guests in the route's prefix on their bridge.",
    "Correct the route's `to`, or give the network another prefix.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n  hv1:\n"
    "    uplinks: {eth0: {zone: office, ipv4: 192.0.2.10/24}}\n    networks: {lan: {}}\n"
    "    routes: {branch: {to: 10.0.0.128/25, via: 192.0.2.1}}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n  hv1:\n"
    "    uplinks: {eth0: {zone: office, ipv4: 192.0.2.10/24}}\n    networks: {lan: {}}\n"
    "    routes: {branch: {to: 10.1.0.128/25, via: 192.0.2.1}}\n",
)
RouteItem = tuple[str, str, str, Prefix, Span]


def check(context: Context) -> Iterator[Diagnostic]:
    """Look for routes whose destination lies within the prefix of a link of the same host."""
    by_host: dict[str, list[tuple[Prefix, RouteItem]]] = {}
    for claim in on_link_prefixes(context):
        by_host.setdefault(claim.host, []).append((claim.prefix, ("", "", claim.what, claim.prefix, claim.span)))
    for host in context.plan.hosts:
        items = by_host.get(host.name, [])
        for route in host.routes:
            span = context.document.places.span("hosts", host.name, "routes", route.name, "to")
            items.append((route.to, (host.name, route.name, "", route.to, span)))
        for (name, inner, _, to, span), (_, outer, what, prefix, there) in nested(items) if host.routes else ():
            if inner and not outer:
                label = Label(there, f"{prefix} is on this link")
                message = f"route `{inner}` of host `{name}` takes {to} away from {what}"
                yield Diagnostic(RULE, message, span, "correct `to`", (label,), subject=f"host/{name}")
