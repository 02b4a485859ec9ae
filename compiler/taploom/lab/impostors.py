"""Tests spoofing from outside: a machine beyond one uplink sends with a source address from beyond another uplink.

Only the check of the source address may drop these packets. So each packet is one that the host accepts at the right
uplink, or would accept at a wrong uplink if that uplink led to the source. Each packet is sent by every uplink, first
by the wrong uplinks and then by the right ones. After the packets by the right uplinks have arrived, a missing packet
counts as dropped. Packets to a guest are captured at its NIC. For packets to the host itself, the reply is captured,
which leaves by the route to the real owner of the source address.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress

from taploom.base.address import Address, Family
from taploom.base.frozen import dataclass
from taploom.lab import ethernet
from taploom.lab.atlas import Atlas, NowhereError, UnclearError
from taploom.lab.build import RunningSite, nic_name
from taploom.lab.lab_report import LabReport, Row
from taploom.lab.namespace import Namespace
from taploom.lab.oracle import FirstPacket, Oracle, Prediction, Protocol
from taploom.lab.outside import OutsideLink
from taploom.lab.questions import Question
from taploom.lab.waiting import LabError, wait_for
from taploom.plan.host import Host
from taploom.plan.interfaces import HostInterface, outside

_SENDER, _PORT = "02:00:5e:00:53:78", 40000
"""The source MAC (from the block for documentation in RFC 7042, with the local bit), and a port without a listener."""
_PATIENCE = 3.0
_sequence_numbers = itertools.count(0x4E4C0001, 16)
_Goal = tuple[Address, Protocol, int]
_Judge = Callable[[Host, HostInterface, FirstPacket], Prediction]


@dataclass(frozen=True, slots=True)
class Tap:
    """An interface of a machine at which frames are captured."""

    machine: Namespace
    device: str


@dataclass(frozen=True, slots=True)
class Impostor:
    """A packet that a machine outside sends to a host by one uplink, with the prediction of the oracle.

    Attributes:
        inside: whether the packet is for a guest; if false, it is for the host itself.
        mark: octets that identify the packet at the guest, or the reply of the host.
    """

    uplink: HostInterface
    packet: FirstPacket
    verdict: Prediction
    frame: bytes
    inside: bool
    mark: bytes


def impostors(site: RunningSite, atlas: Atlas, oracle: Oracle, asked: Iterable[Question]) -> LabReport:
    """Sends packets with known source addresses to each host with several uplinks, by every uplink."""
    rows: list[Row] = []
    known = tuple(asked)
    for host in site.plan.hosts:
        if len(outside(host)) > 1:
            rows += _tried(site, atlas, host, tuple(_claims(site, atlas, oracle, host, known)))
    return LabReport(tuple(rows))


def _tried(site: RunningSite, atlas: Atlas, host: Host, claims: tuple[Impostor, ...]) -> Iterator[Row]:
    """Sends the packets in their order, waits for the packets that the host should accept, and reports all as rows."""
    if not claims:
        return
    taps = {True: _near(site, host), False: _far(site, atlas, host)}
    for tap in (*taps[True], *taps[False]):
        site.agent(tap.machine).capture(tap.device)
    for claim in claims:
        link = _link(atlas, host, claim.uplink)
        site.agent(site.worlds[claim.uplink.zone].machine).send_frame(link.name, claim.frame)

    def seen() -> set[bytes]:
        frames_ = {end: [f for tap in taps[end] for f in site.agent(tap.machine).captured(tap.device)] for end in taps}
        return {claim.mark for claim in claims if any(claim.mark in frame for frame in frames_[claim.inside])}

    accepted = {claim.mark for claim in claims if claim.verdict.allowed}
    with suppress(LabError):  # the rows show which packets are missing
        wait_for(lambda: accepted <= seen(), "accepted packets", _PATIENCE)
    arrived = seen()
    for claim in claims:
        expected = "allow" if claim.verdict.allowed else "drop"
        observed = "allow" if claim.mark in arrived else "drop"
        to = f"{claim.packet.to} {claim.packet.protocol}/{claim.packet.port}"
        flow = f"{host.name} by {claim.uplink.device}: {claim.packet.source} -> {to}"
        yield Row("spoof", flow, expected, observed, claim.verdict.by)


def _near(site: RunningSite, host: Host) -> list[Tap]:
    """The NICs of the host's guests."""
    guests = (guest for guest in site.plan.guests if guest.host == host.name)
    return [Tap(site.guests[guest.name], nic_name(number)) for guest in guests for number in range(len(guest.nics))]


def _far(site: RunningSite, atlas: Atlas, host: Host) -> list[Tap]:
    """The interfaces at which the host's replies may arrive: uplinks of other hosts, and links of the worlds."""
    others = [Tap(site.hosts[o.name], u.device) for o in site.plan.hosts if o is not host for u in outside(o)]
    links = [Tap(site.worlds[zone].machine, link.name) for zone, found in atlas.beyond.items() for link in found.links]
    return [*others, *links]


def _claims(
    site: RunningSite, atlas: Atlas, oracle: Oracle, host: Host, asked: tuple[Question, ...]
) -> Iterator[Impostor]:
    """The packets to a guest and to the host by every uplink, for each source address on another host or outside."""
    devices = [uplink.device for uplink in outside(host)]
    macs = {name: site.hosts[host.name].run("cat", f"/sys/class/net/{name}/address").strip() for name in devices}
    packets_asked = (question.packet for question in asked if question.packet.protocol in ("tcp", "udp"))
    goals: set[_Goal] = {(packet.to, packet.protocol, packet.port) for packet in packets_asked}
    goals |= set(_published(atlas, host))
    for sender in dict.fromkeys((*_elsewhere(atlas, host), *_outside(atlas, host))):
        apart = [uplink for uplink in outside(host) if not atlas.accepts_source(host, uplink, sender)]
        home = next((uplink for uplink in outside(host) if uplink not in apart), None)
        if not apart or home is None:
            continue
        packets = [
            FirstPacket(sender, to, proto, port) for to, proto, port in sorted(goals) if to.family is sender.family
        ]
        ways = [(oracle.arriving, home), *((oracle.arriving_unfiltered, uplink) for uplink in apart)]
        for packet in dict.fromkeys(p for judge, uplink in ways for p in _let_in(atlas, host, uplink, judge, packets)):
            for uplink in (
                *apart,
                *(u for u in outside(host) if u not in apart and _has(atlas, host, u, sender.family)),
            ):
                yield _claim(host, uplink, packet, oracle.arriving(host, uplink, packet), macs[uplink.device])


def _published(atlas: Atlas, host: Host) -> Iterator[_Goal]:
    """Address, protocol and port of each place where the host's forwards listen."""
    for dnat_entry in host.dnat_entries:
        at = (atlas.uplink_address(host, uplink, dnat_entry.family) for uplink in dnat_entry.uplinks)
        protocol: Protocol | None = (
            "tcp" if dnat_entry.protocol == "tcp" else "udp" if dnat_entry.protocol == "udp" else None
        )
        yield from ((address, protocol, dnat_entry.first) for address in at if address and protocol)


def _elsewhere(atlas: Atlas, host: Host) -> Iterator[Address]:
    """Addresses in the host's remote prefixes: one guest of each network on another host, and each uplink there."""
    found: dict[tuple[str, str, Family], Address] = {}
    for (guest, network, family), address in sorted(atlas.ground.nics.items()):
        if atlas.guests[guest].host != host.name:
            found.setdefault((network, "", family), address)
    found |= {key: address for key, address in sorted(atlas.ground.uplinks.items()) if key[0] != host.name}
    return (address for address in found.values() if any(address in prefix for prefix in host.remote_prefixes))


def _outside(atlas: Atlas, host: Host) -> Iterator[Address]:
    """Addresses beyond the host's uplinks: neighbours on the links, and one address of each prefix in the policy."""
    zones = sorted({uplink.zone for uplink in outside(host)})
    return (address for zone in zones for address, _ in atlas.beyond[zone].addresses)


def _let_in(
    atlas: Atlas, host: Host, by: HostInterface, judge: _Judge, packets: Iterable[FirstPacket]
) -> Iterator[FirstPacket]:
    """The first packet that a guest would receive, and the first packet that the host itself would receive."""
    found: set[bool] = set()
    for packet in packets:
        with suppress(NowhereError, UnclearError):
            verdict = judge(host, by, packet)
            own = verdict.where == f"host/{host.name}"
            heard = not own or packet.protocol == "tcp"
            if verdict.allowed and not verdict.limits and heard and own not in found and _here(atlas, host, verdict):
                found.add(own)
                yield packet


def _here(atlas: Atlas, host: Host, verdict: Prediction) -> bool:
    kind, _, name = verdict.where.partition("/")
    return name == host.name if kind == "host" else kind == "guest" and atlas.guests[name].host == host.name


def _has(atlas: Atlas, host: Host, uplink: HostInterface, family: Family) -> bool:
    return atlas.uplink_address(host, uplink.device, family) is not None


def _claim(host: Host, uplink: HostInterface, packet: FirstPacket, verdict: Prediction, mac: str) -> Impostor:
    inside, number = verdict.where != f"host/{host.name}", next(_sequence_numbers)
    mark = (number if inside else number + 1).to_bytes(4, "big")  # the acknowledged number (RFC 9293, 3.4)
    ends = str(packet.source), _PORT, str(packet.to), packet.port
    said = ethernet.opening(*ends, number) if packet.protocol == "tcp" else ethernet.udp(*ends, mark)
    kind = ethernet.IPV4 if packet.family is Family.IPV4 else ethernet.IPV6
    return Impostor(uplink, packet, verdict, ethernet.ethernet(mac, _SENDER, kind, said), inside, mark)


def _link(atlas: Atlas, host: Host, uplink: HostInterface) -> OutsideLink:
    links = atlas.beyond[uplink.zone].links
    return next(link for link in links if (host.name, uplink.device) in link.uplinks)
