"""Default routes of a host: by which uplinks they lead, and which of them the kernel takes."""

from taploom.base.address import Family, everything, in_family
from taploom.plan.host import Fixed, Host, Learned, Uplink

LEARNED_METRIC = 1024
"""Of routes by DHCP and RA (systemd.network(5), `RouteMetric=`), and the kernel's own of an IPv6 route without one."""


def unsaid(family: Family) -> int:
    """The metric that the kernel gives a route without one."""
    return 0 if family is Family.IPV4 else LEARNED_METRIC


def leads_out(uplink: Uplink, family: Family) -> bool:
    """Whether an uplink is a way to everywhere: with a gateway, or an address that brings one."""
    side = in_family(uplink, family)
    return isinstance(side, Learned) or (side is not None and side.gateway is not None)


def metric_of(uplink: Uplink, family: Family) -> int:
    """The metric of the default route by an uplink that leads out."""
    if uplink.metric is not None:
        return uplink.metric
    return unsaid(family) if isinstance(in_family(uplink, family), Fixed) else LEARNED_METRIC


def default_routes(host: Host, family: Family) -> dict[str, int]:
    """The metric of the best default route by each uplink that has one, in the order of their names."""
    found = {uplink.name: metric_of(uplink, family) for uplink in host.uplinks if leads_out(uplink, family)}
    for route in host.routes:
        if route.to == everything(family) and route.device in {uplink.name for uplink in host.uplinks}:
            metric = unsaid(family) if route.metric is None else route.metric
            found[route.device] = min(metric, found.get(route.device, metric))
    return dict(sorted(found.items()))


def preferred(host: Host, family: Family) -> tuple[str, ...]:
    """The uplinks whose default route the kernel takes while they have carrier.

    Several where their metrics are equal, as the route that came first wins; and any that somebody else configures.
    """
    ways = default_routes(host, family)
    best = min(ways.values(), default=0)
    left = {uplink.name for uplink in host.uplinks if not uplink.configured}
    return tuple(uplink.name for uplink in host.uplinks if uplink.name in left or ways.get(uplink.name) == best)
