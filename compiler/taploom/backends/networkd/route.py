"""The routes of a host; networkd reads each route from the unit of the link where its next hop is."""

from collections.abc import Iterable

from taploom.backends.units.tree import Section, section
from taploom.base.address import LINK_LOCAL, Address, Prefix
from taploom.plan.host import Fixed, Route
from taploom.plan.origin import Origin


def gateways(fixed: Iterable[Fixed], metric: int | None, origin: Origin) -> tuple[Section, ...]:
    """Default routes of an uplink with static addresses."""
    return tuple(
        section(
            "Route", origin, ("Gateway", str(f.next_hop)), ("Metric", metric),
            ("GatewayOnLink", _on_link(f.next_hop, [f.interface.prefix])),
        )
        for f in fixed
        if f.next_hop
    )  # fmt: skip


def static(routes: Iterable[Route], device: str, on_link: Iterable[Prefix]) -> tuple[Section, ...]:
    """The routes of the spec whose next hop is on `device`.

    Args:
        routes: the routes of the whole host.
        device: name of the link.
        on_link: prefixes of the link's static addresses; empty if its addresses come from DHCP.
    """
    prefixes = tuple(on_link)
    return tuple(
        section(
            "Route", r.origin, ("Destination", str(r.to)), ("Gateway", str(r.via)), ("Metric", r.metric),
            ("GatewayOnLink", _on_link(r.via, prefixes)),
        )
        for r in routes
        if r.device == device
    )  # fmt: skip


def _on_link(gateway: Address, prefixes: Iterable[Prefix]) -> bool | None:
    """True if no prefix of the link contains the next hop: the route then needs `onlink` (ip-route(8))."""
    known = any(gateway in prefix for prefix in (*prefixes, LINK_LOCAL))
    return None if known else True
