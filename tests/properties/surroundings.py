"""The surroundings of random hosts: uplinks in shared or separate zones, and default routes through another host."""

from __future__ import annotations

from ipaddress import ip_interface
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st
from tests.properties.lines import DEVICE

if TYPE_CHECKING:
    from tests.properties.made_up import Draft, Tree

Families = frozenset[int]
_BOTH = frozenset({4, 6})
_DEVICES = st.sampled_from((("eth0",), ("eth0", "eth1.5"), ("table",), ("eth0", "eth1.5", "up2"), ()))
_STRANGERS = {4: "198.51.100.0/24", 6: "2001:db8:a0::/48"}
"""Prefixes outside the site that a route may have as destination; random policy entries name them."""


def uplinks(draw: st.DrawFn, draft: Draft, host: str) -> Tree:
    """The uplinks of a host, in one or several zones; taploom does not configure some of them, such as a VPN's."""
    families = draw(st.sampled_from((frozenset({4}), frozenset({6}), _BOTH, _BOTH)))
    zone, found = "", {}
    for device in draw(_DEVICES):
        again: bool = draw(st.booleans())
        zone = zone if zone and again else _zone(draw, draft)
        found[device] = _uplink(draw, draft, zone, families)
        draft.uplinks.setdefault(host, {})[device] = families
    for device in ("wg0",) if draw(st.integers(0, 3)) == 0 else () if found else ("ppp0", "wg0"):
        again = draw(st.booleans())
        zone = zone if zone and again else _zone(draw, draft)
        found[device] = {"zone": zone}
        draft.uplinks.setdefault(host, {})[device] = _BOTH
    return found


def _zone(draw: st.DrawFn, draft: Draft) -> str:
    """An existing zone of uplinks, or a new one."""
    known: bool = draw(st.booleans())
    if known and draft.zones:
        return draw(st.sampled_from(draft.zones))
    zone = draft.name()
    draft.zones.append(zone)
    draft.selectors += [zone, f"zone/{zone}"]
    return zone


def _uplink(draw: st.DrawFn, draft: Draft, zone: str, families: Families) -> Tree:
    number, entry = draft.number(), {"zone": zone}
    if 4 in families:
        static = {"ipv4": f"203.0.{number}.2/24", "gateway4": f"203.0.{number}.1"}
        entry |= draw(st.sampled_from((static, {"ipv4": "dhcp"}, {"ipv4": static["ipv4"]})))
    if 6 in families:
        static = {"ipv6": f"2001:db8:{number:x}::2/64", "gateway6": "fe80::1"}
        told = static | {"gateway6": "ra"}
        entry |= draw(st.sampled_from((static, told, {"ipv6": "ra"}, {"ipv6": static["ipv6"]})))
    return entry | draw(st.sampled_from(({}, {}, {"metric": 100 + number})))


def ways(draw: st.DrawFn, hosts: Tree) -> None:
    """Makes the first host the default gateway of some hosts, or their next hop to an outside prefix."""
    first, *others = hosts.values()
    for entry in others:
        routes = entry.setdefault("routes", {})
        for family, to in _STRANGERS.items():
            if not all(f"ipv{family}" in one["uplinks"][DEVICE] for one in (first, entry)):
                continue
            hop = first["uplinks"][DEVICE][f"ipv{family}"].partition("/")[0]
            if draw(st.integers(0, 2)) == 0:
                entry["uplinks"][DEVICE][f"gateway{family}"] = hop
            if draw(st.integers(0, 3)) == 0:
                routes[f"away{family}"] = {"to": to, "via": hop}


def detours(draw: st.DrawFn, draft: Draft) -> None:
    """Adds routes to outside prefixes through neighbours; a prefix may lie within another route's or link's prefix."""
    for entry in draft.site["hosts"].values():
        for family, to in _FAR.items():
            ends = _fixed(entry["uplinks"], family)
            near = [str(_NEAR[family](end)) for end in ends.values()]
            for number, end in enumerate(ends.values()):
                for at, prefix in enumerate(draw(_some([*to, *(one for one in near if one != near[number])]))):
                    route: Tree = {"to": prefix, "via": str(end.network[7])} | draw(_METRICS)
                    entry.setdefault("routes", {})[f"t{number}{at}{family}"] = route
                    draft.selectors += draw(st.sampled_from(([], [prefix])))


def _fixed(uplinks: Tree, family: int) -> dict[str, Any]:
    """The uplinks with a fixed address of a family, on a link with room for other hosts."""
    found = {device: uplink.get(f"ipv{family}", "") for device, uplink in uplinks.items()}
    ends = {device: ip_interface(text) for device, text in found.items() if "/" in text}
    return {device: end for device, end in ends.items() if end.network.num_addresses > 2}


def _some(items: list[str]) -> st.SearchStrategy[list[str]]:
    return st.just([]) | st.lists(st.sampled_from(items), max_size=2, unique=True)


_METRICS = st.sampled_from(({}, {}, {"metric": 7}, {"metric": 3000}))
_FAR = {
    4: ["198.51.100.0/24", "198.51.100.0/26", "198.51.100.16/29", "192.0.2.0/28", "203.0.0.0/16", "203.0.0.0/20"],
    6: ["2001:db8:a0::/48", "2001:db8:a0:8000::/49", "2001:db8:ffff::/64", "2001:db8::/32", "2001:db8:a0::7/128"],
}
_NEAR = {
    4: lambda end: next(end.network.subnets(new_prefix=27)),
    6: lambda end: next(end.network.subnets(new_prefix=72)),
}
"""By family, a function that returns the first subnet of a link's prefix; the link's hosts lie in this subnet."""
