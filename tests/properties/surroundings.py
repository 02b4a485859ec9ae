"""What is around made-up hosts: uplinks in zones that they share or not, and ways out by the line to another host."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st
from tests.properties.lines import DEVICE

if TYPE_CHECKING:
    from tests.properties.made_up import Draft, Tree

Families = frozenset[int]
_BOTH = frozenset({4, 6})
_DEVICES = st.sampled_from((("eth0",), ("eth0", "eth1.5"), ("table",), ("eth0", "eth1.5", "up2"), ()))
_STRANGERS = {4: "198.51.100.0/24", 6: "2001:db8:a0::/48"}
"""What a route may lead to that is not the site's: made-up policy speaks of it."""


def uplinks(draw: st.DrawFn, draft: Draft, host: str) -> Tree:
    """The uplinks of a host: in one zone or several, with addresses or somebody else's, such as a VPN's."""
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
    """A zone that other uplinks are in already, or one of its own."""
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
    """Of hosts on a line, some have the first one for a gateway, or a route to strangers by way of it."""
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
