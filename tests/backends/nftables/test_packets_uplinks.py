"""Packets through uplinks: several uplinks on a host, networks of other tools, and TCP segment sizes."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.backends.nftables.made import MICROVM, dnat_entry, tcp, term, with_dnat_entries, with_terms
from tests.backends.nftables.stage import HOST4, HOST6, WEB4, WEB6, Flow, Stage, host
from tests.support import needs

from taploom.base.address import parse_address, parse_interface
from taploom.lab import ruleset
from taploom.lab.waiting import wait_for
from taploom.plan.host import Fixed
from taploom.plan.policy import Side, SideKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from taploom.lab.probe import Agent
    from taploom.plan.host import Host

pytestmark = [needs("root", "nft", "ip", "unshare", "nsenter"), pytest.mark.kernel]
A = "http-reverse-proxy"
A4, A6 = "10.0.0.10", "fd12:3456:789a::10"
LAN4, LANHOST4 = "192.168.7.2", "192.168.7.1"
LAN = Side(SideKind.OUTSIDE, "lan")
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def office(stage: Stage) -> Iterator[Stage]:
    """The stage with a second uplink, to a local network of private addresses that leads nowhere else."""
    machine = stage.machine("office")
    stage.lab.cable(stage.host, "eth1", machine, "eth0")
    stage.host.ip(f"addr add {LANHOST4}/24 dev eth1")
    machine.ip(f"addr add {LAN4}/24 dev eth0")
    machine.ip(f"route add default via {LANHOST4}")
    stage.listen("office")
    yield stage
    stage.play(host())


def two(plan: Host) -> Host:
    """A host's plan with the second uplink added."""
    (eth0,) = plan.uplinks
    known = Fixed(parse_interface(f"{LANHOST4}/24"), parse_address(LAN4))
    return replace(plan, uplinks=(eth0, replace(eth0, name="eth1", zone="lan", ipv4=known, ipv6=None)))


def test_each_uplink_has_its_own_terms_and_forwards(office: Stage) -> None:
    plan = with_dnat_entries(
        dnat_entry("out", 8080, A4, 80),
        dnat_entry("in", 8081, A4, 80, uplinks=("eth1",)),
        dnat_entry("both", 9000, A4, 9000, uplinks=("eth0", "eth1")),
    )
    local = (term("lan", (MICROVM, LAN), "10.0.0.0/24", "", tcp(80)), term("ops", (LAN, MICROVM), "", A4, tcp(2222)))
    office.play(two(with_terms(*local, base=plan)))
    office.ask(
        Flow("internet", "tcp", HOST4, 8080, server=A),
        Flow("internet", "tcp", HOST4, 9000, server=A),
        Flow("internet", "tcp", HOST4, 8081),
        Flow("office", "tcp", LANHOST4, 8081, server=A, peer=LAN4),
        Flow("office", "tcp", LANHOST4, 9000, server=A),
        Flow("office", "tcp", LANHOST4, 8080),
        Flow("office", "tcp", A4, 2222, server=A, peer=LAN4),
        Flow("internet", "tcp", A4, 2222),
        Flow(A, "tcp", LAN4, 80, server="office", peer=A4),
        Flow(A, "tcp", LAN4, 443),
        Flow(A, "tcp", WEB4, 443, server="internet", peer=HOST4),
        Flow("https-reverse-proxy", "tcp", LANHOST4, 8081, server=A, peer="10.0.0.1"),
        Flow("https-reverse-proxy", "tcp", HOST4, 8080, server=A, peer="10.0.0.1"),
    )


def test_policy_decides_on_traffic_between_uplinks(office: Stage) -> None:
    office.machines["internet"].ip(f"route add 192.168.7.0/24 via {HOST4}")
    office.play(two(host()))
    office.ask(Flow("internet", "tcp", LAN4, 80))
    carried = term("carried", (Side(SideKind.OUTSIDE, "internet"), LAN), "", LAN4, tcp(80))
    office.play(two(with_terms(carried)))
    office.ask(Flow("internet", "tcp", LAN4, 80, server="office"), Flow("internet", "tcp", LAN4, 443))
    office.machines["internet"].ip("route del 192.168.7.0/24")


def test_policy_applies_to_an_uplink_that_another_tool_configures(stage: Stage) -> None:
    """The specs name Docker's bridge as an uplink without addresses, so packets to it are not translated."""
    (eth0,) = host().uplinks
    containers = Side(SideKind.OUTSIDE, "containers")
    plan = replace(host(), uplinks=(replace(eth0, name="docker1", zone="containers", ipv4=None, ipv6=None), eth0))
    out4, out6 = ("10.0.0.0/24", ""), ("fd12:3456:789a::/64", "")
    terms = [term("out", (MICROVM, containers), *ends, tcp(80)) for ends in (out4, out6)]
    terms += [term("in", (containers, MICROVM), "", address, tcp(8080)) for address in (A4, A6)]
    stage.play(with_terms(*terms, base=plan))
    stage.ask(
        Flow(A, "tcp", "172.17.1.2", 80, server="docker1", peer=A4),
        Flow(A, "tcp", "fd17:1::2", 80, server="docker1", peer=A6),
        Flow(A, "tcp", "172.17.1.2", 443),
        Flow(A, "tcp", "172.17.2.2", 80),
        Flow("docker1", "tcp", A4, 8080, server=A, peer="172.17.1.2"),
        Flow("docker1", "tcp", A6, 8080, server=A, peer="fd17:1::2"),
        Flow("docker1", "tcp", A4, 80),
        Flow("docker2", "tcp", A4, 8080),
        Flow("docker1", "tcp", "172.17.2.2", 80, server="docker2", peer="172.17.1.2"),
    )
    stage.play(host())


def test_the_documented_rules_let_traffic_of_guests_pass_docker(stage: Stage) -> None:
    """The rules of site/how-to/neighbours.md are added to tables as dockerd creates them."""
    guide = (ROOT / "site/how-to/neighbours.md").read_text(encoding="utf-8")
    rules = [line.removeprefix("# nft ") for line in guide.splitlines() if line.startswith("# nft insert rule")]
    assert len(rules) == 2
    drops = "chain FORWARD { type filter hook forward priority filter; policy drop; jump DOCKER-USER; }"
    for family in ("ip", "ip6"):
        ruleset.load(stage.host, f"table {family} filter {{\nchain DOCKER-USER {{ }}\n{drops}\n}}\n")
    stage.play(host())
    stage.ask(Flow(A, "tcp", WEB4, 443), Flow("internet", "tcp", HOST6, 80), Flow(A, "tcp", WEB6, 443))
    for family in ("ip", "ip6"):
        ruleset.load(stage.host, "".join(f"{rule}\n".replace("ip filter", f"{family} filter") for rule in rules))
    stage.ask(
        Flow(A, "tcp", WEB4, 443, server="internet", peer=HOST4),
        Flow(A, "tcp", WEB6, 443, server="internet", peer=HOST6),
        Flow("internet", "tcp", HOST4, 80, server=A),
        Flow("internet", "tcp", HOST6, 80, server=A),
        Flow("db", "tcp", A4, 80),
    )
    for family in ("ip", "ip6"):
        ruleset.load(stage.host, f"delete table {family} filter")


def test_segments_fit_the_uplink_in_both_directions(stage: Stage) -> None:
    stage.play(host())
    stage.host.ip("link set eth0 mtu 1400")
    inside, outside = stage.agent(A), stage.agent("internet")
    for receiver, device, flow in (
        (outside, "wan", Flow(A, "tcp", WEB4, 443, server="internet")),
        (outside, "wan", Flow(A, "tcp", WEB6, 443, server="internet")),
        (inside, "eth0", Flow("internet", "tcp", HOST4, 80, server=A)),
        (inside, "eth0", Flow("internet", "tcp", HOST6, 80, server=A)),
    ):
        receiver.capture(device)
        stage.ask(flow)
        sizes = wait_for(partial(sizes_seen, receiver, device), "the opening segment")
        assert sizes == {1400 - (60 if ":" in flow.to else 40)}, flow
    stage.host.ip("link set eth0 mtu 1500")


def sizes_seen(receiver: Agent, device: str) -> set[int]:
    """Maximum segment sizes (MSS options) of the captured TCP SYN segments."""
    return {size for frame in receiver.captured(device) if (size := mss(frame))}


def mss(frame: bytes) -> int:
    """MSS in the first option of a TCP SYN segment, or 0 for other frames."""
    six = frame[12:14] == b"\x86\xdd"
    segment = frame[54:] if six else frame[34:]
    proto = frame[20] if six else frame[23]
    opening = proto == 6 and len(segment) > 23 and segment[13] & 0x12 == 0x02 and segment[20:22] == b"\x02\x04"
    return int.from_bytes(segment[22:24], "big") if opening else 0
