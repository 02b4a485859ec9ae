"""Predicts the outcome for one packet from the plan: destination, verdict, deciding entry, and translation.

The oracle follows one packet hop by hop. Its code is simple enough to be trusted, and it uses no code that lowers the
plan.
"""

from dataclasses import replace

from taploom.base.address import Address, Family
from taploom.base.frozen import dataclass
from taploom.lab.answers import across, returned, straight
from taploom.lab.atlas import Atlas, EgressRoute, NowhereError, UnclearError
from taploom.lab.sides import SELF, egress, ingress
from taploom.plan.guest import Guest, Nic
from taploom.plan.host import Host, Input
from taploom.plan.interfaces import HostInterface, inside
from taploom.plan.policy import Action, DnatEntry, Limit, NatKind, Service, Side, SideKind, SourceNat, Term

Protocol = str
"""Name of a protocol: `tcp`, `udp`, `icmp` for ICMP of either family, or another name in `taploom.base.protocol`."""
ECHO = {Family.IPV4: Service("icmp", 8, 8), Family.IPV6: Service("icmpv6", 128, 128)}
_HOPS = 4


@dataclass(frozen=True, slots=True)
class FirstPacket:
    """The first packet of a connection.

    Attributes:
        port: destination port; for `icmp` the type, or 0 for an echo request; 0 for protocols without ports.
    """

    source: Address
    to: Address
    protocol: Protocol
    port: int

    @property
    def family(self) -> Family:
        """The IP version."""
        return self.to.family

    @property
    def service(self) -> Service:
        """The protocol and port of the packet as a service."""
        if self.protocol != "icmp":
            return Service(self.protocol, self.port, self.port)
        return Service(ECHO[self.family].protocol, self.port, self.port) if self.port else ECHO[self.family]


@dataclass(frozen=True, slots=True)
class Prediction:
    """The predicted outcome for a packet.

    Attributes:
        allowed: whether the packet arrives.
        by: stable name of the deciding entry at the last host.
        where: destination of the packet: `guest/NAME`, `host/NAME` or `zone/NAME`.
        packet: the packet after all translations.
        limits: the rate limits of the entries that allow the packet on its path, with the names of the entries.
    """

    allowed: bool
    by: str
    where: str
    packet: FirstPacket
    limits: tuple[tuple[str, Limit], ...] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """The decision of one host about a packet, with the deciding entry and its rate limit."""

    allowed: bool
    by: str
    limit: Limit | None = None

    @property
    def limits(self) -> tuple[tuple[str, Limit], ...]:
        """The rate limit with the name of its entry; () if there is none."""
        return ((self.by, self.limit),) if self.limit else ()


class Oracle:
    """Predicts the outcomes for packets in one running site, at one time (seconds since the epoch)."""

    def __init__(self, atlas: Atlas, now: int) -> None:
        self.atlas = atlas
        self._now = now
        self._terms: dict[tuple[str, Side, Side, Family], list[Term]] = {}
        for host in atlas.plan.hosts:
            for term in host.terms:
                self._terms.setdefault((host.name, term.ingress, term.egress, term.family), []).append(term)

    def from_guest(self, guest: Guest, nic: Nic, packet: FirstPacket) -> Prediction:
        """The outcome for a packet that a guest sends by a NIC, with an address of this NIC as its source."""
        host = self.atlas.hosts[guest.host]
        here = next(each for each in inside(host) if each.network == nic.network)
        own = here.own(packet.family)
        if own and packet.to in own.prefix and not self.atlas.is_local(host, packet.to):
            return self._arrive(here, packet, self._within(host, here, packet))
        return self._enter(host, here, packet, _HOPS)

    def from_zone(self, zone: str, packet: FirstPacket) -> Prediction:
        """The outcome for a packet from a machine outside of the site, in the lab's simulation of a zone."""
        there = self.atlas.entrance(zone, packet.to)
        if there is None:
            raise NowhereError(f"zone {zone} has no route to {packet.to}")
        across(self.atlas, there[0], packet.source, packet.to)
        straight(self.atlas, there, packet.source, None)
        return self._cross(*there, packet, _HOPS)

    def arriving(self, host: Host, uplink: HostInterface, packet: FirstPacket) -> Prediction:
        """The outcome for a packet that enters a host by an uplink, from any source; the reply path is not checked."""
        return self._enter(host, uplink, packet, 0)

    def arriving_unfiltered(self, host: Host, uplink: HostInterface, packet: FirstPacket) -> Prediction:
        """The outcome as for `arriving`, under the assumption that the uplink accepts every source."""
        return self._admit(host, uplink, packet, 0)

    def from_host(self, host: Host, packet: FirstPacket) -> Prediction:
        """The outcome for a packet that a host sends from its own address; this host does not filter the packet."""
        dnat_entry = self._dnat_entry(host, None, packet)
        if dnat_entry:
            packet = _to_dnat_entry(packet, dnat_entry)
        way = self.atlas.way(host, packet.to)
        free = _allow(dnat_entry.forward if dnat_entry else "implied/output")
        return self._onward(host, way, packet, free, _HOPS)

    def _cross(self, host: Host, uplink: HostInterface, packet: FirstPacket, hops: int) -> Prediction:
        """The outcome for a packet that enters a host by an uplink, if the reply would leave by the same uplink."""
        accepted, sender = self.atlas.accepts_source(host, uplink, packet.source), packet.source
        if not self.atlas.leads_to(host, sender):
            raise NowhereError(f"{host.name} has no route to {sender}")
        if accepted and self.atlas.way(host, sender).uplink is not uplink:
            raise UnclearError(f"{host.name} would not reply by {uplink.device}")
        return self._enter(host, uplink, packet, hops)

    def _enter(self, host: Host, interface: HostInterface, packet: FirstPacket, hops: int) -> Prediction:
        """The outcome for a packet that enters a host by an interface."""
        if not interface.network and not self.atlas.accepts_source(host, interface, packet.source):
            return self._onward(host, self.atlas.way(host, packet.to), packet, _drop("implied/reverse-path"), hops)
        return self._admit(host, interface, packet, hops)

    def _admit(self, host: Host, interface: HostInterface, packet: FirstPacket, hops: int) -> Prediction:
        dnat_entry = self._dnat_entry(host, interface, packet)
        mirror = None if dnat_entry else _mirror(self.atlas, host, interface, packet)
        translated = (
            _to_dnat_entry(packet, dnat_entry) if dnat_entry else replace(packet, to=mirror) if mirror else packet
        )
        way = self.atlas.way(host, translated.to)
        found = self._judge(host, interface, way, translated, dnat_entry)
        if interface.network and way.network is interface and dnat_entry:
            own = interface.own(packet.family)
            translated = replace(translated, source=own.address) if own else translated
        return self._onward(host, way, translated, found, hops)

    def _onward(self, host: Host, way: EgressRoute, packet: FirstPacket, found: Judgement, hops: int) -> Prediction:
        if way.network:
            return self._arrive(way.network, packet, found)
        if way.uplink is None:
            return Prediction(found.allowed, found.by, f"host/{host.name}", packet, found.limits)
        zone = way.uplink.zone
        packet = self._translated(host, way.uplink, packet)
        if not found.allowed:
            return Prediction(found.allowed, found.by, f"zone/{zone}", packet)
        there = self.atlas.neighbor(way, packet.to)
        if there is None and packet.to in self.atlas.zone_addresses[zone]:
            returned(self.atlas, zone, packet.source, host)
            return Prediction(found.allowed, found.by, f"zone/{zone}", packet, found.limits)
        there = there or self.atlas.home(zone, packet.to)
        if there is None or there[0] is host or not hops:
            raise NowhereError(f"no machine beyond {host.name} has {packet.to}")
        straight(self.atlas, there, packet.source, host)
        last = self._cross(*there, packet, hops - 1)
        return replace(last, limits=(*found.limits, *last.limits))

    def _arrive(self, here: HostInterface, packet: FirstPacket, found: Judgement) -> Prediction:
        there = self.atlas.guest_at(here.network, packet.to)
        if there is None:
            raise NowhereError(f"no guest has {packet.to}")
        return Prediction(found.allowed, found.by, f"guest/{there[0].name}", packet, found.limits)

    def _dnat_entry(self, host: Host, interface: HostInterface | None, packet: FirstPacket) -> DnatEntry | None:
        """The DNAT entry that decides about a packet; entries for named senders precede entries for all senders."""
        found = [dnat_entry for dnat_entry in host.dnat_entries if self._takes(host, dnat_entry, interface, packet)]
        return min(found, key=lambda dnat_entry: (dnat_entry.sources is None, dnat_entry.forward)) if found else None

    def _takes(self, host: Host, dnat_entry: DnatEntry, interface: HostInterface | None, packet: FirstPacket) -> bool:
        if dnat_entry.family is not packet.family or dnat_entry.protocol != packet.protocol:
            return False
        if not dnat_entry.first <= packet.port <= dnat_entry.last or (
            dnat_entry.expires is not None and dnat_entry.expires <= self._now
        ):
            return False
        outer = interface if interface and not interface.network else None
        if not self.atlas.listens(host, dnat_entry, interface, packet.to) or not (outer or dnat_entry.hairpin):
            return False
        beyond = outer and ingress(host, outer, packet.source).kind is SideKind.OUTSIDE
        named = any(packet.source in prefix for prefix in dnat_entry.sources or ())
        return dnat_entry.sources is None or named or bool(outer and beyond and outer.zone in dnat_entry.outside)

    def _judge(
        self, host: Host, interface: HostInterface, way: EgressRoute, packet: FirstPacket, dnat_entry: DnatEntry | None
    ) -> Judgement:
        came, goes = ingress(host, interface, packet.source), egress(host, way, packet.to)
        if goes == SELF:
            implied = _implied_input(host, interface, packet)
            if implied:
                return _allow(implied)
        if SideKind.OTHER in (came.kind, goes.kind):
            return _drop("implied/site-source" if came.kind is SideKind.OTHER else "default")
        terms = self._matching(host, came, goes, packet)
        denied = next((t for t in terms if t.action is Action.DENY), None)
        if denied:
            return _drop(denied.entry)
        if dnat_entry:
            return _allow(dnat_entry.forward)
        if came == goes and way.network:
            return _drop("implied/isolated") if way.network.isolated else _allow("implied/bridge")
        allowed = sorted((t for t in terms if t.action is Action.ALLOW), key=lambda t: (t.limit is not None, t.entry))
        if allowed:
            return _allow(allowed[0].entry, allowed[0].limit)
        return _drop("default")

    def _matching(self, host: Host, came: Side, goes: Side, packet: FirstPacket) -> list[Term]:
        own = packet.service
        return [
            term
            for term in self._terms.get((host.name, came, goes, packet.family), ())
            if any(packet.source in prefix for prefix in term.sources)
            and any(packet.to in prefix for prefix in term.destinations)
            and (not term.services or any(_covers(service, own) for service in term.services))
            and not (term.expires is not None and term.expires <= self._now)
        ]

    def _within(self, host: Host, here: HostInterface, packet: FirstPacket) -> Judgement:
        """The decision about a packet between two guests of one network."""
        end = Side(SideKind.BRIDGE, here.network)
        if here.isolated:
            return _drop("implied/isolated")
        denied = [t for t in self._matching(host, end, end, packet) if t.action is Action.DENY]
        return _drop(denied[0].entry) if denied else _allow("implied/bridge")

    def _translated(self, host: Host, uplink: HostInterface, packet: FirstPacket) -> FirstPacket:
        """The packet after source translation at an uplink."""
        if any(packet.to in prefix for prefix in host.site_prefixes):
            return packet
        for nat in host.nat:
            if nat.uplink == uplink.device and packet.source in nat.source:
                if self.atlas.answers(packet.to, nat.source, uplink.zone):
                    return packet
                return replace(packet, source=self._outer(host, nat, packet.source))
        return packet

    def _outer(self, host: Host, nat: SourceNat, source: Address) -> Address:
        if nat.kind is NatKind.PREFIX and nat.to:
            return nat.to.first + (source.value - nat.source.value)
        own = self.atlas.uplink_address(host, nat.uplink, nat.family)
        if nat.kind is NatKind.SNAT and nat.to:
            return nat.to.first
        if own is None:
            raise NowhereError(f"{host.name} has no address to masquerade with at {nat.uplink}")
        return own


def _allow(by: str, limit: Limit | None = None) -> Judgement:
    return Judgement(allowed=True, by=by, limit=limit)


def _drop(by: str) -> Judgement:
    return Judgement(allowed=False, by=by)


def _covers(service: Service, own: Service) -> bool:
    return service.protocol == own.protocol and service.first <= own.first <= service.last


def _to_dnat_entry(packet: FirstPacket, dnat_entry: DnatEntry) -> FirstPacket:
    return replace(packet, to=dnat_entry.target, port=dnat_entry.target_first + packet.port - dnat_entry.first)


def _mirror(atlas: Atlas, host: Host, interface: HostInterface, packet: FirstPacket) -> Address | None:
    """The inner destination of a packet from outside to a translated prefix; None for other packets."""
    if interface.network or atlas.is_local(host, packet.to):
        return None
    for nat in host.nat:
        if nat.kind is NatKind.PREFIX and nat.to and nat.uplink == interface.device and packet.to in nat.to:
            return nat.source.first + (packet.to.value - nat.to.value)
    return None


def _implied_input(host: Host, interface: HostInterface, packet: FirstPacket) -> str:
    if host.input is Input.FOREIGN:
        return "implied/foreign-input"
    return "implied/dns" if interface.serves_dns and packet.port == 53 and packet.protocol in ("tcp", "udp") else ""
