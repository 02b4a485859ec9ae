"""TL425: a route that leads through a guest."""

from collections.abc import Iterator

from taploom.base.address import Address, Family
from taploom.base.diagnostic import Diagnostic, Label
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context, inward
from taploom.plan.host import Host, Port, Route
from taploom.plan.interfaces import HostInterface

RULE = DiagnosticRule(
    "TL425",
    "guest-as-next-hop",
    Severity.ERROR,
    "The next hop of a route is beyond an uplink, not on a bridge of the host.",
    "No guest can be a router yet. The spoof guard drops packets that a guest forwards, since their source is not the "
    "guest's address. Without the guard, the host drops the replies, since they belong to no connection that it has "
    "seen. And policy for the prefix would apply at the uplinks, where no packet from it arrives.",
    "Remove the route, and let the guest translate forwarded packets to its own address, so that policy can name the "
    "guest. Or terminate the tunnel on the host, and write the tunnel's interface as an uplink with only a zone.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n  hv1:\n    networks: {lan: {}}\n"
    "    routes: {branch: {to: 10.77.0.0/24, via: 10.0.0.51}}\n"
    "guests:\n  vpn: {host: hv1, nics: {lan: {ipv4: 10.0.0.51}}}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n"
    "  hv1: {uplinks: {wg0: {zone: branch}}, networks: {lan: {}}, input: foreign}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Look for routes whose next hop is on one of the host's own networks."""
    for host in context.plan.hosts:
        guests: dict[str, dict[Address, Port]] = {}
        for route, here in inward(host):
            # TL407 reports next hops of the other family, and own IPv6 addresses as next hops, which Linux refuses.
            own = here.own(Family.IPV6)
            itself = own is not None and own.address == route.via
            if not itself and route.to.family is route.via.family:
                if here.network not in guests:
                    guests[here.network] = _by_address(here)
                yield _finding(context, host, route, here, guests[here.network].get(route.via))


def _by_address(here: HostInterface) -> dict[Address, Port]:
    return {address: port for port in here.ports for own in (port.ipv4, port.ipv6) for address in own or ()}


def _finding(context: Context, host: Host, route: Route, here: HostInterface, port: Port | None) -> Diagnostic:
    places, network = context.document.places, here.network
    what, label = f"{route.via} of network `{network}`", Label(places.key("networks", network), "the network")
    if port is not None:
        what = f"guest `{port.guest}`"
        label = Label(places.span("guests", port.guest, "nics", network, route.via.family.key), "the guest")
    message = f"route `{route.name}` has {what} as its next hop, and no guest can be a router yet"
    hint = "remove it, and let the guest translate forwarded packets to its own address"
    span = places.span("hosts", host.name, "routes", route.name, "via")
    return Diagnostic(RULE, message, span, hint, (label,), subject=f"host/{host.name}")
