"""For several routes to one prefix: compares the route that taploom expects with the route that the kernel uses."""

from __future__ import annotations

import json
import subprocess

import pytest
from tests.properties.ground import settled
from tests.sites import compiled
from tests.support import needs

from taploom.base.address import parse_address
from taploom.flows.packets.forwarding import Forwarding

SITE = """\
taploom: 1
site: {name: two, domain: example.org, target: {systemd: 252, nftables: 1.0.6, nixos: "25.11"}}
hosts:
  hv:
    input: foreign
    uplinks:
      eth0: {zone: a, ipv4: 192.0.2.2/24, ipv6: "2001:db8:a::2/64"}
      eth1: {zone: b, ipv4: 198.51.100.2/24, ipv6: "2001:db8:b::2/64"}
    routes:
%s
"""
TO = {"ipv4": "10.9.0.0/16", "ipv6": "fd09::/64"}
VIA = {"ipv4": ("192.0.2.1", "198.51.100.1"), "ipv6": ("2001:db8:a::1", "2001:db8:b::1")}
LINK = {"ipv4": "192.0.2.0/24", "ipv6": "2001:db8:a::/64"}
WIRES = """
for wire in 0 1; do
  ip link add eth$wire type veth peer name peer$wire
  ip link set eth$wire up; ip link set peer$wire up
done
ip address add 192.0.2.2/24 dev eth0; ip address add 198.51.100.2/24 dev eth1
ip address add 2001:db8:a::2/64 dev eth0 nodad; ip address add 2001:db8:b::2/64 dev eth1 nodad
"""


def taken(routes: list[tuple[str, str, int | None]], address: str) -> str:
    """The device through which this machine's kernel sends to an address."""
    added = [f"ip route add {to} via {via}" + (f" metric {metric}" if metric else "") for to, via, metric in routes]
    script = "\n".join(("set -e", WIRES, *added, f"ip -json route get {address}"))
    done = subprocess.run(["unshare", "--net", "sh", "-c", script], check=True, stdout=subprocess.PIPE, text=True)
    found: str = json.loads(done.stdout)[0]["dev"]
    return found


def expected(routes: list[tuple[str, str, int | None]], address: str) -> set[str]:
    """The devices through which the maps of `reach` and the lab's oracle expect the host to send to an address."""
    rows = [
        f"      r{at}: {{to: '{to}', via: '{via}'" + (f", metric: {metric}}}" if metric is not None else "}")
        for at, (to, via, metric) in enumerate(routes)
    ]
    plan = compiled(SITE % "\n".join(rows)).plan
    (host,), to = plan.hosts, parse_address(address)
    paths = Forwarding.of(host, to.family).paths
    way = settled(plan).way(host, to).uplink
    return {way.device if way else "", *(devices[0] for (a, z), devices in paths if a <= to.value <= z)}


@pytest.mark.kernel
@needs("root", "unshare")
@pytest.mark.parametrize("family", ["ipv4", "ipv6"])
@pytest.mark.parametrize("metrics", [(None, 5), (5, None), (0, 500), (2000, None), (None, 1), (300, 200)])
def test_the_kernel_uses_the_route_with_the_lowest_metric(family: str, metrics: tuple[int | None, int | None]) -> None:
    routes = [(TO[family], via, metric) for via, metric in zip(VIA[family], metrics, strict=True)]
    address = {"ipv4": "10.9.0.7", "ipv6": "fd09::7"}[family]
    assert expected(routes, address) == {taken(routes, address)}


@pytest.mark.kernel
@needs("root", "unshare")
@pytest.mark.parametrize(
    ("family", "metric"),  # the kernel refuses a second IPv4 route with equal prefix and metric
    [("ipv4", 1), ("ipv4", 257), ("ipv6", 1), ("ipv6", 255), ("ipv6", 257), ("ipv6", None)],
)
def test_a_route_to_the_prefix_of_a_link_wins_if_the_kernel_s_own_has_a_higher_metric(
    family: str, metric: int | None
) -> None:
    routes = [(LINK[family], VIA[family][1], metric)]
    address = {"ipv4": "192.0.2.77", "ipv6": "2001:db8:a::77"}[family]
    assert expected(routes, address) == {taken(routes, address)}
