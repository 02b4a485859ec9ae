"""Tests spoofing from inside: sends forged frames from guests, which the spoof guard must drop.

Each forged frame is a broadcast, so one observer suffices: the host's own interface at the bridge, which receives the
frames that the spoof guard accepts. Legitimate frames are sent before and after the forged ones. When the
legitimate frames have arrived, a missing forged frame counts as dropped.
"""

import itertools
from collections.abc import Iterator
from contextlib import suppress

from taploom.base.address import LINK_LOCAL, Address, Family, Mac, in_family, parse_mac
from taploom.base.frozen import dataclass
from taploom.lab import ethernet
from taploom.lab.atlas import Atlas
from taploom.lab.build import RunningSite, nic_name
from taploom.lab.lab_report import LabReport, NotRun, Row
from taploom.lab.probe import Agent
from taploom.lab.waiting import LabError, wait_for
from taploom.plan.host import Bridge, Host

SENDERS = 2
"""Maximum number of guests of one bridge that send forged frames."""
_UNUSED_MAC = parse_mac("02:00:5e:00:53:77")
"""A MAC address that no machine has: from the block for documentation (RFC 7042), with the local bit."""
_ROUTER_ADVERTISEMENT, _NEIGHBOUR_ADVERTISEMENT, _REDIRECT = 134, 136, 137
_ALL_NODES = "ff02::1"
_PATIENCE = 3.0
_tokens = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Sender:
    """A guest that sends frames, with its own addresses, its bridge and its host.

    Attributes:
        uplinks: the addresses of the host's uplinks, some of which may lie in the bridge's prefix.
    """

    name: str
    agent: Agent
    ifname: str
    mac: Mac
    own: dict[Family, Address]
    host: Host
    bridge: Bridge
    uplinks: tuple[Address, ...]


@dataclass(frozen=True, slots=True)
class ForgedFrame:
    """A frame with a description, the octets that identify it, and whether the spoof guard should accept it."""

    what: str
    frame: bytes
    mark: bytes
    passes: bool


def lies(site: RunningSite, atlas: Atlas) -> LabReport:
    """Sends the forged frames on every bridge with guests, and reports which of them passed."""
    rows: list[Row] = []
    not_run: list[NotRun] = []
    for host in site.plan.hosts:
        for bridge in host.bridges:
            for port in bridge.ports[:SENDERS]:
                sender = _sender(site, atlas, host, bridge, port.guest)
                rows += _tried(site, sender, tuple(_claims(sender, bridge.guarded)))
            if bridge.ports and not bridge.guarded:
                why = "spoof-guard is off: guests are allowed to be routers and DHCP servers there"
                not_run.append(NotRun(f"rogue servers on {bridge.network}", why))
    return LabReport(tuple(rows), tuple(not_run))


def _sender(site: RunningSite, atlas: Atlas, host: Host, bridge: Bridge, name: str) -> Sender:
    guest = atlas.guests[name]
    number, nic = next((n, nic) for n, nic in enumerate(guest.nics) if nic.network == bridge.network)
    own = {family: a for (g, network, family), a in atlas.ground.nics.items() if (g, network) == (name, nic.network)}
    uplinks = tuple(a for (at, _, _), a in sorted(atlas.ground.uplinks.items()) if at == host.name)
    return Sender(name, site.agent(site.guests[name]), nic_name(number), nic.mac, own, host, bridge, uplinks)


def _tried(site: RunningSite, sender: Sender, claims: tuple[ForgedFrame, ...]) -> Iterator[Row]:
    """Sends the frames, waits for the frames that should pass, and reports all as rows."""
    observer = site.agent(site.hosts[sender.host.name])
    observer.capture(sender.bridge.device)
    for claim in claims:
        sender.agent.send_frame(sender.ifname, claim.frame)
    awaited = [claim.mark for claim in claims if claim.passes]

    def arrived() -> bool:
        seen = observer.captured(sender.bridge.device)
        return all(any(mark in frame for frame in seen) for mark in awaited)

    with suppress(LabError):  # the rows show which frames are missing
        wait_for(arrived, "legitimate frames", _PATIENCE)
    seen = observer.captured(sender.bridge.device)
    for claim in claims:
        observed = "allow" if any(claim.mark in frame for frame in seen) else "drop"
        flow = f"{sender.name} on {sender.bridge.network}: {claim.what}"
        yield Row("spoof", flow, "allow" if claim.passes else "drop", observed, "implied/spoof-guard")


def _claims(sender: Sender, guarded: bool) -> Iterator[ForgedFrame]:
    """Forged frames between legitimate ones; without a guard, only frames with a forged source, which then pass."""
    for family, own in sorted(sender.own.items()):
        gateway = in_family(sender.bridge, family)
        if gateway is None:
            continue
        other = _other(sender, family)
        yield _datagram(f"its own {family.key}", sender.mac, own, gateway.address, passes=True)
        yield _datagram(f"{family.key} from an unused MAC", _UNUSED_MAC, own, gateway.address, passes=not guarded)
        yield _datagram(f"{family.key} as {other}", sender.mac, other, gateway.address, passes=not guarded)
        for near in (a for a in sender.uplinks if a in gateway.prefix):
            yield _datagram(f"{family.key} as the host's {near}", sender.mac, near, gateway.address, passes=not guarded)
        if guarded and family is Family.IPV4:
            yield from _forged_ipv4(sender, own, gateway.address)
        elif guarded:
            yield from _forged_ipv6(sender, gateway.address)
        yield _datagram(f"its own {family.key}, after the forged frames", sender.mac, own, gateway.address, passes=True)


def _other(sender: Sender, family: Family) -> Address:
    """A configured address of another guest on the bridge (not from a pool); if there is none, the host's address."""
    ports = (port for port in sender.bridge.ports if port.guest != sender.name)
    known = [a for port in ports for a in in_family(port, family) or ()]
    own = in_family(sender.bridge, family)
    assert own
    return known[0] if known else own.address


def _token() -> bytes:
    return b"taploom-lie-%08d" % next(_tokens)


def _datagram(what: str, mac: Mac, source: Address, to: Address, *, passes: bool) -> ForgedFrame:
    token = _token()
    packet = ethernet.udp(str(source), 40000, str(to), 9, token)
    return ForgedFrame(what, _broadcast(mac, source.family, packet), token, passes)


def _broadcast(mac: Mac, family: Family, packet: bytes) -> bytes:
    ethertype = ethernet.IPV4 if family is Family.IPV4 else ethernet.IPV6
    return ethernet.ethernet(ethernet.BROADCAST, str(mac), ethertype, packet)


def _forged_ipv4(sender: Sender, own: Address, gateway: Address) -> Iterator[ForgedFrame]:
    mac, token = str(sender.mac), _token()
    for what, claimed, ip in (
        (f"ARP as the gateway {gateway}", mac, gateway),
        ("ARP with an unused MAC", str(_UNUSED_MAC), own),
    ):
        said = ethernet.arp(ethernet.ARP_REPLY, claimed, str(ip), ethernet.BROADCAST, str(own))
        yield ForgedFrame(what, ethernet.ethernet(ethernet.BROADCAST, mac, ethernet.ARP, said), said, passes=False)
    offer = ethernet.udp(str(own), 67, "255.255.255.255", 68, token)
    yield ForgedFrame("a DHCP server's answer", _broadcast(sender.mac, Family.IPV4, offer), token, passes=False)
    legitimate = _datagram("its own ipv4 behind a VLAN tag", sender.mac, own, gateway, passes=False)
    yield ForgedFrame(legitimate.what, ethernet.vlan(7, legitimate.frame), legitimate.mark, passes=False)


def _forged_ipv6(sender: Sender, gateway: Address) -> Iterator[ForgedFrame]:
    mac = bytes.fromhex(str(sender.mac).replace(":", ""))
    local, hop = str(sender.mac.eui64(LINK_LOCAL)), sender.bridge.link_local(sender.host.name)
    assert hop
    target, next_hop = (a.value.to_bytes(16, "big") + b"\x02\x01" + mac for a in (gateway, hop))
    for what, kind, body in (
        (f"a neighbour advertisement for the gateway {gateway}", _NEIGHBOUR_ADVERTISEMENT, b"\x20\0\0\0" + target),
        (f"a neighbour advertisement for the next hop {hop}", _NEIGHBOUR_ADVERTISEMENT, b"\x20\0\0\0" + next_hop),
        ("a router advertisement", _ROUTER_ADVERTISEMENT, b"\x40\0\x07\x08" + bytes(8)),
        ("a redirect", _REDIRECT, bytes(4) + target[:16] + target[:16]),
    ):
        token = _token()
        said = ethernet.icmpv6(local, _ALL_NODES, kind, body + b"\x0e\x03" + token + bytes(22 - len(token)))
        yield ForgedFrame(what, _broadcast(sender.mac, Family.IPV6, said), token, passes=False)
    token = _token()
    answer = ethernet.udp(local, 547, _ALL_NODES, 546, token)
    yield ForgedFrame("a DHCPv6 server's answer", _broadcast(sender.mac, Family.IPV6, answer), token, passes=False)
