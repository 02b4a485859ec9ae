"""The default routes of a host's uplinks, and the uplinks whose default route the kernel uses."""

from taploom.base.address import Family, everything, in_family
from taploom.plan.host import Fixed, Host, Learned, Route
from taploom.plan.interfaces import HostInterface, outside

LEARNED_METRIC = 1024
"""The metric of routes from DHCP and RA (systemd.network(5), `RouteMetric=`), and the default metric of IPv6 routes."""
ON_LINK = {Family.IPV4: 0, Family.IPV6: 256}
"""The metric of the on-link routes that the kernel adds (`IP6_RT_PRIO_ADDRCONF` in linux/ipv6_route.h)."""


def unsaid(family: Family) -> int:
    """The kernel's default metric for a route of a family."""
    return 0 if family is Family.IPV4 else LEARNED_METRIC


def route_metric(route: Route) -> int:
    """The metric of a route in the spec; for an IPv6 route, Linux replaces 0 by the default metric."""
    return route.metric or unsaid(route.to.family)


def leads_out(interface: HostInterface, family: Family) -> bool:
    """Whether an interface has a default route, because it has a gateway in the spec or learns its address."""
    side = in_family(interface, family)
    return isinstance(side, Learned) or (side is not None and side.gateway is not None)


def metric_of(interface: HostInterface, family: Family) -> int:
    """The metric of the default route through an interface for which `leads_out` holds."""
    if interface.metric is not None:
        return interface.metric
    return unsaid(family) if isinstance(in_family(interface, family), Fixed) else LEARNED_METRIC


def default_routes(host: Host, family: Family) -> dict[str, int]:
    """For each interface with default routes, the metric of the best one; sorted by the name of the interface."""
    found = {each.device: metric_of(each, family) for each in outside(host) if leads_out(each, family)}
    for route in host.routes:
        if route.to == everything(family) and route.device in {each.device for each in outside(host)}:
            metric = route_metric(route)
            found[route.device] = min(metric, found.get(route.device, metric))
    return dict(sorted(found.items()))


def preferred(host: Host, family: Family) -> tuple[str, ...]:
    """The interfaces whose default route the kernel uses while all interfaces have carrier.

    There are several if their metrics are equal: the kernel then uses the route that was added first, and the plan does
    not determine which one that is. Uplinks that taploom does not configure are always included.
    """
    ways = default_routes(host, family)
    best = min(ways.values(), default=0)
    found = outside(host)
    return tuple(each.device for each in found if not each.configured or ways.get(each.device) == best)
