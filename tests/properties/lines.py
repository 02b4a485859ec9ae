"""Lines between made-up hosts: an uplink of each in one zone, and routes to some networks of the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Mapping

    Tree = dict[str, Any]

DEVICE = "line0"
_FAMILIES = st.sampled_from((frozenset({4}), frozenset({6}), frozenset({4, 6}), frozenset({4, 6})))


def joined(draw: st.DrawFn, hosts: Tree, networks: Mapping[str, list[tuple[str, int, Tree]]], zone: str) -> None:
    """Gives each host an uplink of the zone, and routes to what is behind the others.

    Args:
        draw: of Hypothesis.
        hosts: the section, which this adds to.
        networks: of each host: name, number and entry.
        zone: of the line.
    """
    families = {host: draw(_FAMILIES) for host in hosts}
    for number, (host, entry) in enumerate(hosts.items(), start=1):
        entry["uplinks"][DEVICE] = {"zone": zone}
        entry["uplinks"][DEVICE] |= {"ipv4": f"172.31.7.{number}/24"} if 4 in families[host] else {}
        entry["uplinks"][DEVICE] |= {"ipv6": f"2001:db8:cc::{number:x}/64"} if 6 in families[host] else {}
    for host, entry in hosts.items():
        routes: Tree = {}
        for number, other in enumerate(hosts, start=1):
            both = families[host] & families[other]
            for _, net, network in networks[other] if other != host else ():
                if 4 in both and "ipv4" in network and draw(st.booleans()):
                    routes[f"r{net}four"] = {"to": f"10.{net}.0.0/{draw(_FOUR)}", "via": f"172.31.7.{number}"}
                if 6 in both and "ipv6" in network and draw(st.booleans()):
                    routes[f"r{net}six"] = {"to": f"fd00:{net:x}::/{draw(_SIX)}", "via": f"2001:db8:cc::{number:x}"}
        if routes:
            entry["routes"] = routes


_FOUR, _SIX = st.sampled_from((16, 24, 24, 25)), st.sampled_from((48, 64, 64, 65))
"""A route may lead to more than the network, or to less."""
