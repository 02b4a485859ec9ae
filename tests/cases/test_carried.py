"""Traffic between uplinks of a host passes only if policy allows it: `reach` and packets on a real kernel show it."""

from __future__ import annotations

import itertools
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.cases.crossing import Crossing
from tests.sites import NOW, compiled
from tests.support import needs

from taploom.backends.sysctl import settings
from taploom.flows.reach.endpoints import end_of, services_of
from taploom.flows.reach.query import Inquiry
from taploom.lab import ethernet
from taploom.lab.session import Lab
from taploom.lab.waiting import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.sites import Site

TOOLS = ("root", "nft", "ip", "unshare", "nsenter")
OFFICE, INTERNET, VPN = ("10.1.0.50", "2001:db8:2::50"), ("198.51.100.1", "2001:db8:1::1"), ("10.77.0.9", "fd77::9")
AWAY = ("192.0.2.77", "2001:db8:77::77")
"""Addresses behind the gateway of eno1, so that packets from eno1 to them would leave by eno1 again."""
DOCKER = "172.17.0.2"
RELOADS = 200
numbers = itertools.count(1)
FLOOD = """
import socket, sys
to, port = sys.argv[1], int(sys.argv[2])
with socket.socket(socket.AF_INET6 if ":" in to else socket.AF_INET, socket.SOCK_DGRAM) as sock:
    while True:
        sock.sendto(b"taploom-flood", (to, port))
"""


def case(name: str) -> Site:
    return compiled((Path(__file__).parent / f"{name}.yaml").read_text(encoding="utf-8"))


def crossing(lab: Lab, name: str, host: str) -> Crossing:
    made = Crossing(lab, case(name).plan, host)
    for uplink, address in (("eno1", f"{INTERNET[1]}/64"), ("eno2", f"{OFFICE[0]}/24"), ("eno2", f"{OFFICE[1]}/64")):
        made.beyond[uplink].ip(f"addr replace {address} dev wan")
    return made


@pytest.fixture(scope="module")
def shut() -> Iterator[Crossing]:
    with Lab() as lab:
        yield crossing(lab, "host-between-two-zones", "hv")


@pytest.fixture(scope="module")
def carrying() -> Iterator[Crossing]:
    with Lab() as lab:
        made = crossing(lab, "host-that-carries", "gw")
        for address in ("10.77.0.8/24", "fd77::8/64"):
            made.beyond["eno3"].ip(f"addr add {address} dev wan")
        yield made


def passes(at: Crossing, came: str, sender: str, goes: str, to: str, port: int = 445) -> bool:
    """Whether a datagram that arrives by uplink `came` leaves by uplink `goes`."""
    token = b"taploom-%08x" % next(numbers)
    return at.carried(came, ethernet.udp(sender, 40000, to, port, token), token, goes)


WAYS = [
    ("eno1", 0, INTERNET, "eno2", OFFICE),
    ("eno2", 0, OFFICE, "eno1", INTERNET),
    ("eno1", 0, INTERNET, "eno1", AWAY),
    ("eno1", 1, INTERNET, "eno2", OFFICE),
    ("eno2", 1, OFFICE, "eno1", INTERNET),
    ("eno1", 1, INTERNET, "eno1", AWAY),
]


def ask(site: Site, source: str, to: str, service: str) -> set[tuple[int, str, str]]:
    """Family, verdict and deciding entry of each reply of `reach`, except drops because of a forged or bogus source."""
    inquiry = Inquiry(site.plan, NOW)
    one, other = (end_of(inquiry.index, text) for text in (source, to))
    replies = inquiry.ask(one, other, services_of(inquiry.index, service))
    said = {(int(reply.family), reply.verdict, reply.decided_by) for reply in replies}
    return {one for one in said if one[2] not in ("implied/reverse-path", "implied/bogon")}


def test_reach_answers_for_packets_between_uplinks() -> None:
    site = case("host-between-two-zones")
    assert ask(site, "internet", "file-server", "tcp/445") == {(f, "drop", "policy/keep-out") for f in (4, 6)}
    assert ask(site, "office", "internet", "https") == {(f, "drop", "default") for f in (4, 6)}
    assert ask(site, "internet", "internet", "https") == {(f, "drop", "default") for f in (4, 6)}
    assert "TL701" not in site.codes


def test_reach_allows_between_uplinks_only_what_policy_allows() -> None:
    site = case("host-that-carries")
    both = {source: {(f, "allow", f"policy/{source}") for f in (4, 6)} for source in ("office-out", "peers", "laptops")}
    dropped = {(f, "drop", "default") for f in (4, 6)}
    assert ask(site, "office", "internet", "udp/4000") == both["office-out"]
    assert ask(site, "vpn", "vpn", "udp/4000") == both["peers"]
    assert ask(site, "laptops", "office", "udp/4002") >= both["laptops"]
    assert ask(site, "laptops", "10.1.0.66", "udp/4002") == {(4, "drop", "policy/not-there")}
    for source, to, service in (
        ("internet", "office", "udp/4000"),
        ("vpn", "internet", "udp/4001"),
        ("internet", "office", "udp/4001"),
    ):
        assert ask(site, source, to, service) == dropped, (source, to, service)


BEHIND = """
taploom: 1
networks: {east: {ipv4: 10.1.0.1/24}, west: {ipv4: 10.2.0.1/24}}
hosts:
  hv-east:
    uplinks:
      eth0: {zone: internet, ipv4: 203.0.113.1/24, gateway4: 203.0.113.254}
      eth1: {zone: line, ipv4: 192.0.2.1/30}
    networks: {east: {}}
    routes: {west4: {to: 10.2.0.0/24, via: 192.0.2.2}}
  hv-west:
    uplinks: {eth1: {zone: line, ipv4: 192.0.2.2/30, gateway4: 192.0.2.1}}
    networks: {west: {}}
guests:
  desk: {host: hv-west, nics: {west: {ipv4: 10.2.0.10}}}
policy:
  out: {from: west, to: [line, internet], allow: https}
  near: {from: west, to: line, allow: http}
  desk: {from: any, to: desk, allow: ssh}
  admin: {from: line, to: hosts, allow: ssh}
"""


@pytest.mark.parametrize(
    ("source", "to", "service", "said", "hosts"),
    [
        ("desk", "internet", "https", "allow by policy/out", ["hv-west", "hv-east"]),
        ("desk", "internet", "http", "drop by default", ["hv-west", "hv-east"]),
        ("desk", "internet", "smtp", "drop by default", ["hv-west"]),
        ("internet", "desk", "ssh", "allow by policy/desk", ["hv-east", "hv-west"]),
        ("internet", "desk", "https", "drop by default", ["hv-east"]),
    ],
)
def test_reach_follows_packets_through_a_host_on_the_path(
    source: str, to: str, service: str, said: str, hosts: list[str]
) -> None:
    inquiry = Inquiry(compiled(BEHIND).plan, NOW)
    one, other = (end_of(inquiry.index, text) for text in (source, to))
    replies = inquiry.ask(one, other, services_of(inquiry.index, service))
    paths = {(f"{r.verdict} by {r.decided_by}", *(hop.host for hop in r.hops)) for r in replies}
    assert {one for one in paths if "implied/" not in one[0]} == {(said, *hosts)}


def test_forwarding_is_on_only_in_families_in_which_policy_allows_traffic_between_uplinks() -> None:
    def forwarded(site: Site) -> set[str]:
        return {s.key for host in site.plan.hosts for s in settings(host) if s.key.endswith("forwarding") and s.value}

    text = (Path(__file__).parent / "host-that-carries.yaml").read_text(encoding="utf-8")
    both = {"net.ipv4.conf.all.forwarding", "net.ipv6.conf.all.forwarding"}
    assert forwarded(compiled(text)) == both
    silent = text.replace("allow: udp/4000", "deny: udp/4000").replace("allow: udp/4002", "deny: udp/4002")
    assert forwarded(compiled(silent)) == set()
    one = "policy:\n  one: {from: office, to: 192.0.2.0/24, allow: https}\n"
    assert forwarded(compiled(silent.replace("policy:\n", one))) == {"net.ipv4.conf.all.forwarding"}


@pytest.mark.parametrize(("came", "family", "senders", "goes", "to"), WAYS)
@pytest.mark.kernel
@needs(*TOOLS)
def test_the_ruleset_drops_packets_that_pass_without_it(
    shut: Crossing, came: str, family: int, senders: tuple[str, str], goes: str, to: tuple[str, str]
) -> None:
    assert not passes(shut, came, senders[family], goes, to[family])
    shut.host.run("nft", "delete", "table", "inet", "taploom")
    without = passes(shut, came, senders[family], goes, to[family])
    shut.load()
    assert without, "without the ruleset, the kernel routes the packet"
    assert not passes(shut, came, senders[family], goes, to[family])


@pytest.mark.kernel
@needs(*TOOLS)
def test_packets_of_an_unmanaged_interface_pass(shut: Crossing) -> None:
    docker = shut.lab.machine("container")
    shut.lab.cable(shut.host, "docker0", docker, "wan")
    shut.host.ip("addr add 172.17.0.1/16 dev docker0")
    docker.ip(f"addr add {DOCKER}/16 dev wan")
    shut.beyond["docker0"] = docker
    assert passes(shut, "docker0", DOCKER, "eno1", AWAY[0])
    assert passes(shut, "eno1", AWAY[0], "docker0", DOCKER)


@pytest.mark.parametrize("family", [0, 1])
@pytest.mark.kernel
@needs(*TOOLS)
def test_a_reload_never_lets_a_packet_pass(shut: Crossing, family: int) -> None:
    """While a table is replaced, its maps are empty and packets must be dropped. Without a table, the flood arrives."""
    sender, observer = shut.beyond["eno1"], shut.agent(shut.beyond["eno2"])
    hop = ("198.51.100.10", "2001:db8:1::10")[family]
    sender.ip(f"route replace {OFFICE[family]} via {hop} dev wan")
    flood = sender.spawn(f"flood{family}", sys.executable, "-c", FLOOD, OFFICE[family], "445")
    observer.capture("wan")
    for _ in range(RELOADS):
        shut.load()
    assert not any(b"taploom-flood" in frame for frame in observer.captured("wan"))
    shut.host.run("nft", "delete", "table", "inet", "taploom")
    wait_for(lambda: any(b"taploom-flood" in frame for frame in observer.captured("wan")), "the flood", 5.0)
    flood.stop()
    shut.load()


@pytest.mark.parametrize("family", [0, 1])
@pytest.mark.kernel
@needs(*TOOLS)
def test_a_host_without_networks_forwards_only_what_policy_allows(carrying: Crossing, family: int) -> None:
    def passed(came: str, sender: tuple[str, str], goes: str, to: tuple[str, str], port: int) -> bool:
        return passes(carrying, came, sender[family], goes, to[family], port)

    peer, back = VPN, ("10.77.0.8", "fd77::8")
    assert passed("eno2", OFFICE, "eno1", INTERNET, 4000)
    assert not passed("eno2", OFFICE, "eno1", INTERNET, 4001), "`any` allows nothing between zones"
    assert not passed("eno1", AWAY, "eno2", OFFICE, 4000)
    assert not passed("eno1", AWAY, "eno2", OFFICE, 4001)
    assert passed("eno3", peer, "eno3", back, 4000), "`from` and `to` of the entry are the zone"
    assert not passed("eno3", peer, "eno3", back, 4002), "an entry with addresses covers no zone"
    assert passed("eno3", peer, "eno2", OFFICE, 4002)
    assert not passed("eno2", OFFICE, "eno3", back, 4002)
    if family == 0:
        assert not passes(carrying, "eno3", peer[0], "eno2", "10.1.0.66", 4002)
