"""Links between random hosts: each host has an uplink in one zone, and routes to some networks of the other hosts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Mapping

    Tree = dict[str, Any]

DEVICE, SECOND = "line0", "line1"
_FAMILIES = st.sampled_from((frozenset({4}), frozenset({6}), frozenset({4, 6}), frozenset({4, 6})))


def joined(draw: st.DrawFn, hosts: Tree, networks: Mapping[str, list[tuple[str, int, Tree]]], zone: str) -> None:
    """Gives each host an uplink in a common zone, and routes to some networks of the other hosts.

    Args:
        draw: Hypothesis' draw function.
        hosts: the section `hosts`, which is changed in place.
        networks: name, number and entry of each network, by host.
        zone: the zone of the uplinks.
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


def doubled(draw: st.DrawFn, hosts: Tree, networks: Mapping[str, list[tuple[str, int, Tree]]], zone: str) -> None:
    """Gives each host a second link to the other hosts, with routes that compete with the routes of the first link.

    Args:
        draw: Hypothesis' draw function.
        hosts: the section `hosts`, which is changed in place.
        networks: name, number and entry of each network, by host.
        zone: the zone of the second link, possibly the same as for the first link.
    """
    for number, entry in enumerate(hosts.values(), start=1):
        ends = {"ipv4": f"172.31.8.{number}/24", "ipv6": f"2001:db8:cd::{number:x}/64"}
        entry["uplinks"][SECOND] = {"zone": zone, **ends}
    for host, entry in hosts.items():
        routes: Tree = dict(entry.get("routes", {}))
        for number, other in enumerate(hosts, start=1):
            if other == host:
                continue
            four, six = {"via": f"172.31.8.{number}"}, {"via": f"2001:db8:cd::{number:x}"}
            for _, net, network in networks[other]:
                if "ipv4" in network and draw(st.booleans()):
                    routes[f"s{net}four"] = {"to": f"10.{net}.0.0/{draw(_PARTS4)}", "metric": draw(_METRICS), **four}
                if "ipv6" in network and draw(st.booleans()):
                    routes[f"s{net}six"] = {"to": f"fd00:{net:x}::/{draw(_PARTS6)}", "metric": draw(_METRICS), **six}
            first = entry["uplinks"].get(DEVICE, {}).keys() & hosts[other]["uplinks"].get(DEVICE, {}).keys()
            if "ipv4" in first and draw(st.integers(0, 3)) == 0:
                routes[f"h{number}four"] = {"to": f"172.31.7.{number}/32", **four}
            if "ipv6" in first and draw(st.integers(0, 3)) == 0:
                routes[f"h{number}six"] = {"to": f"2001:db8:cc::{number:x}/128", **six}
        if routes:
            entry["routes"] = routes


_METRICS = st.sampled_from((5, 2000))
"""Metrics of the second link's routes; the first link's routes have the kernel's default (IPv4: 0, IPv6: 1024)."""
_PARTS4, _PARTS6 = st.sampled_from((16, 24, 24, 25, 28)), st.sampled_from((48, 64, 64, 65, 120))
_FOUR, _SIX = st.sampled_from((16, 24, 24, 25)), st.sampled_from((48, 64, 64, 65))
"""Prefix lengths of routes to a network, which may cover more or less than the network."""
