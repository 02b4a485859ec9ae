"""Forged frames against the spoof guard: guests send legitimate and forged frames, and only legitimate ones arrive."""

from __future__ import annotations

import socket
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from tests.backends.nftables.stage import Flow, Stage, host
from tests.support import needs

from taploom.base.address import parse_mac
from taploom.lab.ethernet import (
    ARP,
    ARP_REPLY,
    ARP_REQUEST,
    BROADCAST,
    IPV4,
    IPV6,
    arp,
    checksum,
    ethernet,
    icmpv6,
    ip,
    udp,
    vlan,
)
from taploom.lab.waiting import wait_for
from taploom.plan.host import Host

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [needs("root", "nft", "ip", "unshare", "nsenter"), pytest.mark.kernel]
ALL_NODES = "33:33:00:00:00:01"
A, B, STRAY = "http-reverse-proxy", "https-reverse-proxy", "stray"
MAC_A, MAC_B, MAC_S, MAC_X = (f"02:00:00:00:00:{tail}" for tail in ("10", "11", "99", "66"))
A4, A6, B4, B6 = "10.0.0.10", "fd12:3456:789a::10", "10.0.0.11", "fd12:3456:789a::11"
LL_A, LL_X = "fe80::10", "fe80::66"
LL_GATE = "fe80::4fa:58ff:fe34:5298"
GATE4, GATE6 = "10.0.0.1", "fd12:3456:789a::1"
FREE4, FREE6 = "10.0.0.77", "fd12:3456:789a::77"


@pytest.fixture(scope="module")
def stray(stage: Stage) -> Iterator[Stage]:
    """The stage with one more machine, whose TAP matches the network's pattern but belongs to no guest of the plan."""
    (microvm,) = (bridge for bridge in host().bridges if bridge.network == "microvm")
    if STRAY not in stage.machines:
        stage.guest(microvm, STRAY, "vm-stray", MAC_S, "10.0.0.99", "fd12:3456:789a::99")
        stage.listen(STRAY)
    yield stage
    stage.play(host())


def datagram(sender: str, mac: str, port: int = 4000, to_port: int = 4001) -> bytes:
    """A UDP datagram to B from an IPv4 or IPv6 address."""
    family, to = (IPV6, B6) if ":" in sender else (IPV4, B4)
    return ethernet(MAC_B, mac, family, udp(sender, port, to, to_port))


def advert(sender: str, target: str, mac: str = MAC_A) -> bytes:
    """An unsolicited neighbour advertisement with its target's link-layer option (RFC 4861, 4.4)."""
    option = b"\x02\x01" + bytes.fromhex(mac.replace(":", ""))
    body = (0x20000000).to_bytes(4, "big") + socket.inet_pton(socket.AF_INET6, target) + option
    return ethernet(ALL_NODES, mac, IPV6, icmpv6(sender, "ff02::1", 136, body))


def probe(target: str, mac: str = MAC_A) -> bytes:
    """A neighbour solicitation of duplicate address detection (RFC 4862, 5.4.2)."""
    body = bytes(4) + socket.inet_pton(socket.AF_INET6, target)
    return ethernet(ALL_NODES, mac, IPV6, icmpv6("::", "ff02::1:ff00:1", 135, body))


def announcement(mac: str, hardware: str, sender: str, operation: int = ARP_REPLY) -> bytes:
    """A broadcast ARP frame."""
    return ethernet(BROADCAST, mac, ARP, arp(operation, hardware, sender, MAC_B, B4))


def router(sender: str, mac: str, kind: int = 134) -> bytes:
    """A router advertisement or redirect."""
    return ethernet(ALL_NODES, mac, IPV6, icmpv6(sender, "ff02::1", kind, bytes(12)))


def arrived(stage: Stage, sender: str, frames: list[bytes]) -> list[bytes]:
    """The frames that B receives; a legitimate last frame shows that the earlier ones had time to arrive."""
    receiver, agent = stage.agent(B), stage.agent(sender)
    mac, address = (MAC_A, A4) if sender == A else (MAC_S, "10.0.0.99")
    last = datagram(address, mac, 5998, 5999)
    receiver.capture("eth0")
    for frame in [*frames, last]:
        agent.send_frame("eth0", frame)
    wait_for(lambda: last in receiver.captured("eth0"), "the last frame")
    seen = receiver.captured("eth0")
    return [frame for frame in frames if untagged(frame) in seen]


def untagged(frame: bytes) -> bytes:
    """A frame as a packet socket shows it, without its VLAN tag, which the kernel removes."""
    return frame[:12] + frame[16:] if frame[12:14] == b"\x81\x00" else frame


TRUTHS = {
    "IPv4": datagram(A4, MAC_A),
    "IPv6": datagram(A6, MAC_A),
    "link-local": datagram(LL_A, MAC_A),
    "ARP": announcement(MAC_A, MAC_A, A4),
    "ARP probe": announcement(MAC_A, MAC_A, "0.0.0.0", ARP_REQUEST),
    "advert": advert(A6, A6),
    "advert of link-local": advert(LL_A, LL_A),
    "probe": probe(A6),
    "probe of link-local": probe(LL_A),
    "DHCP client": ethernet(BROADCAST, MAC_A, IPV4, udp("0.0.0.0", 68, "255.255.255.255", 67)),
    "router solicitation": router("::", MAC_A, 133),
}
LIES = {
    "MAC of another": datagram(A4, MAC_B),
    "MAC of nobody": datagram(A4, MAC_X),
    "MAC in ARP": announcement(MAC_A, MAC_X, A4),
    "IPv4 of another": datagram(B4, MAC_A),
    "IPv4 of the host": datagram(GATE4, MAC_A),
    "IPv4 of nobody": datagram(FREE4, MAC_A),
    "IPv4 of the outside": datagram("198.51.100.7", MAC_A),
    "IPv6 of the host": datagram(GATE6, MAC_A),
    "IPv6 of nobody": datagram(FREE6, MAC_A),
    "ARP for the host": announcement(MAC_A, MAC_A, GATE4),
    "ARP for nobody": announcement(MAC_A, MAC_A, FREE4),
    "advert of the host": advert(A6, GATE6),
    "advert of the host from link-local": advert(LL_A, GATE6),
    "link-local of the host": datagram(LL_GATE, MAC_A),
    "advert of the host's link-local": advert(LL_A, LL_GATE),
    "probe of the host's link-local": probe(LL_GATE),
    "advert of nobody": advert(A6, FREE6),
    "probe of the host": probe(GATE6),
    "DHCP server": ethernet(BROADCAST, MAC_A, IPV4, udp(A4, 67, "255.255.255.255", 68)),
    "DHCPv6 server": ethernet(ALL_NODES, MAC_A, IPV6, udp(LL_A, 547, "ff02::1", 546)),
    "router": router(LL_A, MAC_A),
    "redirect": router(LL_A, MAC_A, 137),
    "from nowhere": ethernet(MAC_B, MAC_A, IPV4, udp("0.0.0.0", 4000, B4, 4001)),
    "VLAN": vlan(0, datagram(GATE4, MAC_A, 4100)),
    "valid source in a VLAN": vlan(5, datagram(A4, MAC_A, 4100)),
    "another EtherType": ethernet(MAC_B, MAC_A, 0x88CC, b"lldp" * 12),
}


def names(frames: dict[str, bytes], seen: list[bytes]) -> list[str]:
    return [name for name, frame in frames.items() if frame in seen]


def test_a_guest_can_only_send_as_itself(stage: Stage) -> None:
    stage.play(host())
    seen = arrived(stage, A, [*TRUTHS.values(), *LIES.values()])
    assert names(TRUTHS, seen) == list(TRUTHS)
    assert names(LIES, seen) == []


def test_without_the_guard_every_forged_frame_arrives(stage: Stage) -> None:
    """This shows that in the other tests only the guard drops the forged frames."""
    plan = host()
    stage.play(replace(plan, bridges=tuple(replace(bridge, guarded=False) for bridge in plan.bridges)))
    own = {"MAC of another"}  # a bridge does not send a frame to the port on which it learned the frame's source MAC
    lies = {name: frame for name, frame in LIES.items() if name not in own}
    assert names(lies, arrived(stage, A, list(lies.values()))) == list(lies)
    stage.forget()


def pooled() -> Host:
    """The host with A as a client of the DHCP pool, so that the plan does not know its addresses."""
    plan = host()
    dmz, microvm = plan.bridges
    ports = tuple(replace(p, ipv4=None, ipv6=None) if p.guest == A else p for p in microvm.ports)
    return replace(plan, bridges=(dmz, replace(microvm, ports=ports)))


def test_a_dhcp_client_may_use_any_address_that_no_other_guest_has(stage: Stage) -> None:
    stage.play(pooled())
    free = {"IPv4": datagram(FREE4, MAC_A), "ARP": announcement(MAC_A, MAC_A, FREE4), "IPv6": datagram(FREE6, MAC_A)}
    free |= {"advert": advert(FREE6, FREE6), "probe": probe(FREE6), "own": datagram(A4, MAC_A)}
    taken = {"host": datagram(GATE4, MAC_A), "other": datagram(B4, MAC_A), "advert": advert(FREE6, GATE6)}
    taken |= {"ARP": announcement(MAC_A, MAC_A, B4), "beyond": datagram("10.0.1.7", MAC_A), "MAC": datagram(A4, MAC_X)}
    seen = arrived(stage, A, [*free.values(), *taken.values()])
    assert names(free, seen) == list(free)
    assert names(taken, seen) == []


def test_a_guest_without_ipv6_addresses_cannot_send_from_one(stage: Stage) -> None:
    plan = host()
    dmz, microvm = plan.bridges
    ports = tuple(replace(p, ipv6=()) if p.guest == A else p for p in microvm.ports)
    stage.play(replace(plan, bridges=(dmz, replace(microvm, ports=ports))))
    assert arrived(stage, A, [datagram(A6, MAC_A), datagram(LL_A, MAC_A), datagram(A4, MAC_A)]) == [
        datagram(LL_A, MAC_A),
        datagram(A4, MAC_A),
    ]


def test_an_undeclared_port_may_use_all_addresses_that_others_do_not_own(stray: Stage) -> None:
    stray.play(host())
    free = {"own": datagram("10.0.0.99", MAC_S), "any": datagram("192.0.2.1", MAC_S), "IPv6": datagram(FREE6, MAC_S)}
    free |= {"ARP": announcement(MAC_S, MAC_S, "10.0.0.99"), "advert": advert(LL_X, FREE6, MAC_S)}
    lies = {
        "MAC": datagram("10.0.0.99", MAC_A),
        "IPv4": datagram(A4, MAC_S),
        "host": datagram(GATE4, MAC_S),
        "IPv6": datagram(GATE6, MAC_S),
        "ARP": announcement(MAC_S, MAC_S, GATE4),
        "hardware": announcement(MAC_S, MAC_A, "10.0.0.99"),
        "advert": advert(LL_X, A6, MAC_S),
        "next hop": advert(LL_X, LL_GATE, MAC_S),
        "as the next hop": datagram(LL_GATE, MAC_S),
        "router": router(LL_X, MAC_S),
        "DHCP": ethernet(BROADCAST, MAC_S, IPV4, udp("10.0.0.99", 67, "255.255.255.255", 68)),
        "VLAN": vlan(0, datagram(GATE4, MAC_S, 4100)),
    }
    seen = arrived(stray, STRAY, [*free.values(), *lies.values()])
    assert names(free, seen) == list(free)
    assert names(lies, seen) == []
    stray.ask(
        Flow(STRAY, "tcp", B4, 80, server=B, peer="10.0.0.99"),
        Flow(B, "tcp", "fd12:3456:789a::99", 80, server=STRAY),
        Flow(STRAY, "tcp", "203.0.113.2", 80, server=A),
    )


def test_isolation_holds_for_undeclared_ports_too(stray: Stage) -> None:
    plan = host()
    dmz, microvm = plan.bridges
    stray.play(replace(plan, bridges=(dmz, replace(microvm, isolated=True))))
    stray.ask(
        Flow(STRAY, "tcp", B4, 80), Flow(A, "tcp", "10.0.0.99", 80), Flow(STRAY, "tcp", GATE4, 22, server="hypervisor")
    )


def test_bogus_sources_are_dropped_on_the_uplink(stage: Stage) -> None:
    """Packets from outside reach no forward if their source is an address of a guest or host, or a special address."""
    stage.play(host())
    outside, guest = stage.agent("internet"), stage.agent(A)
    hardware = link(stage, "hypervisor", "eth0")
    own = link(stage, "internet", "wan")
    guest.capture("eth0")
    sources = ("10.0.0.11", "10.0.0.1", "127.0.0.1", "224.0.0.5", "240.0.0.1", "0.0.0.7", "203.0.113.2")
    for source in (*sources, "203.0.113.77"):
        outside.send_frame("wan", ethernet(hardware, own, IPV4, tcp_syn(source, "203.0.113.2", 80)))
    seen = wait_for(lambda: [f for f in guest.captured("eth0") if tcp_source(f)], "the frame with the right source")
    assert {tcp_source(frame) for frame in seen} == {"203.0.113.77"}


def link(stage: Stage, name: str, device: str) -> str:
    """The MAC of an interface."""
    return stage.machines[name].run("cat", f"/sys/class/net/{device}/address").strip()


def tcp_syn(source: str, to: str, port: int) -> bytes:
    """A TCP segment with SYN, from port 4444."""
    head = (4444).to_bytes(2, "big") + port.to_bytes(2, "big") + bytes(8) + b"\x50\x02\x10\x00" + bytes(4)
    pseudo = socket.inet_aton(source) + socket.inet_aton(to) + b"\x00\x06" + len(head).to_bytes(2, "big")
    total = checksum(pseudo + head)
    return ip(source, to, 6, head[:16] + total.to_bytes(2, "big") + head[18:])


def tcp_source(frame: bytes) -> str:
    """Source address of an IPv4 TCP frame from port 4444, or "" for other frames."""
    is_tcp = frame[12:14] == b"\x08\x00" and frame[23] == 6 and frame[34:36] == (4444).to_bytes(2, "big")
    return socket.inet_ntoa(frame[26:30]) if is_tcp else ""


def test_the_addresses_of_this_module_are_those_of_the_plan() -> None:
    ports = {port.guest: port.mac for bridge in host().bridges for port in bridge.ports}
    assert (ports[A], ports[B]) == (parse_mac(MAC_A), parse_mac(MAC_B))
    assert LL_GATE in {str(bridge.link_local("hypervisor")) for bridge in host().bridges}
