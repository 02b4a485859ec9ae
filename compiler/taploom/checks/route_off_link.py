"""TL407: a route whose next hop is on no link."""

from collections.abc import Iterator

from taploom.base.address import Address, Family, in_family
from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.checks.families import fixed, word
from taploom.passes.wire import known_addresses
from taploom.plan.host import Host, Learned, Route
from taploom.plan.interfaces import inside, outside

RULE = DiagnosticRule(
    "TL407",
    "next-hop-off-link",
    Severity.ERROR,
    "The next hop of a route is on the link of an uplink.",
    "The kernel refuses a route through a neighbour that it has no link to (`Network is unreachable`).",
    "Correct `via`. If several uplinks learn their addresses, give a fixed address to the uplink that leads to `via`.",
    bad="hosts:\n  hv1:\n    uplinks: {eth0: {zone: office, ipv4: 192.0.2.10/24}}\n"
    "    routes: {branch: {to: 10.30.0.0/16, via: 192.0.3.11}}\n",
    good="hosts:\n  hv1:\n    uplinks: {eth0: {zone: office, ipv4: 192.0.2.10/24}}\n"
    "    routes: {branch: {to: 10.30.0.0/16, via: 192.0.2.11}}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Report routes without a device, routes of mixed families, and routes through an address of the host itself.

    If a link of a host was left out, its routes without a device are not reported, as the next hop may be on that link.
    """
    lost = any(not route.device for host in context.plan.hosts for route in host.routes)
    guests = _guests(context) if lost else set()
    for host in context.plan.hosts:
        mine = _own(host) if host.routes else ()
        for route in host.routes:
            if route.to.family is not route.via.family:
                message = f"route `{route.name}` to {route.to} has next hop {route.via}, which is of another family"
                yield _finding(context, host, route, message, f"name a next hop of {word(route.to.family)}")
            elif route.via in mine:
                message = f"next hop {route.via} of route `{route.name}` is an address of host `{host.name}` itself"
                yield _finding(context, host, route, message, "name the neighbouring router")
            elif not route.device and not context.torn(host.name) and (host.name, route.via) not in guests:
                message = f"next hop {route.via} of route `{route.name}` is on no link of host `{host.name}`"
                yield _finding(context, host, route, message, _hint(host, route))


def _own(host: Host) -> set[Address]:
    """The host's own IPv6 addresses, which Linux refuses as a next hop (`Gateway can not be a local address`).

    Linux (6.18) accepts an own IPv4 address as a next hop, and then treats each destination as on-link.
    """
    own = [each.own(Family.IPV6) for each in inside(host)]
    own += [side.interface for uplink in outside(host) for family, side in fixed(uplink) if family is Family.IPV6]
    return {interface.address for interface in own if interface is not None}


def _guests(context: Context) -> set[tuple[str, Address]]:
    """Pairs of a host and an address of one of its guests, to find next hops that are guests with a wrong address."""
    nics = ((guest.host, nic) for guest in context.plan.guests for nic in guest.nics)
    return {(host, address) for host, nic in nics for address in known_addresses(nic)}


def _finding(context: Context, host: Host, route: Route, message: str, hint: str) -> Diagnostic:
    span = context.document.places.span("hosts", host.name, "routes", route.name, "via")
    return Diagnostic(RULE, message, span, hint, subject=f"host/{host.name}")


def _hint(host: Host, route: Route) -> str:
    family = route.via.family
    learned = [uplink.device for uplink in outside(host) if isinstance(in_family(uplink, family), Learned)]
    if len(learned) > 1:
        names = " or ".join(f"`{name}`" for name in learned)
        return f"give {names} a fixed address, so that it is known on which link the next hop is"
    links = [str(own.prefix) for here in inside(host) if (own := here.own(family)) is not None]
    links += [
        str(side.interface.prefix)
        for uplink in outside(host)
        if (side := in_family(uplink, family)) is not None and not isinstance(side, Learned)
    ]
    return f"the host's links are {', '.join(sorted(links))}" if links else f"the host has no {word(family)} link"
