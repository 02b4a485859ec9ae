"""The intent for frames: the spoof guard of ports, isolation, and denies between guests of a bridge."""

from collections.abc import Iterator, Mapping
from functools import cached_property

from taploom.base.address import LINK_LOCAL, Address, Family, in_family
from taploom.base.frozen import dataclass
from taploom.flows.algebra.diagram import Box
from taploom.flows.algebra.spans import Spans, complement, of_prefix, single, united, without
from taploom.flows.packets.answer import Answer
from taploom.flows.packets.frame import ARP_MAC, MAC, MACS, BridgePort, family_of
from taploom.flows.packets.packet import DESTINATION, LEVELS, SENDER_PORT, SOURCE
from taploom.flows.proof.intent.essentials import DISCOVERY, UDP, Decided, icmp, implied
from taploom.plan.host import Bridge, Host, Port
from taploom.plan.interfaces import outside

SPOOFED = Answer("drop", "implied/spoof-guard")
_UNSPECIFIED: Spans = (single(0),)
_LINK: Spans = (of_prefix(LINK_LOCAL),)
_ROUTERS, _ASKING = ((134, 134), (137, 137)), ((131, 133), (135, 135), (143, 143))


def frame(inner: Box = (None,) * LEVELS, **more: Spans) -> Box:
    """The box of frames that contain the packets of the box `inner`; `more` gives further dimensions."""
    columns: list[Spans | None] = [*inner, None, None]
    for name, spans in more.items():
        columns[_COLUMNS[name]] = spans
    return tuple(columns)


_COLUMNS = {"mac": MAC, "arp_mac": ARP_MAC, "source": SOURCE, "target": DESTINATION, "sender_port": SENDER_PORT}


@dataclass(frozen=True)
class Guard:
    """The spoof guard of a host for one EtherType."""

    host: Host
    ether: str

    @property
    def _family(self) -> Family:
        return family_of(self.ether)

    @cached_property
    def _owners(self) -> tuple[Port, ...]:
        return tuple(port for bridge in self.host.bridges if bridge.guarded for port in bridge.ports)

    @cached_property
    def _owned(self) -> Spans:
        """The addresses of guests and of the host on guarded bridges; only their owners may use these addresses.

        They include the host's link-local address, which guests learn as their next hop by router advertisements.
        """
        bridges = [bridge for bridge in self.host.bridges if bridge.guarded]
        own = [i.address.value for b in bridges if (i := in_family(b, self._family))]
        fixed = [i for each in outside(self.host) if (i := each.own(self._family))]
        own += [
            i.address.value
            for i in fixed
            for b in bridges
            if (o := in_family(b, self._family)) and i.address in o.prefix
        ]
        if self._family is Family.IPV6:
            own += [local.value for b in bridges if (local := b.link_local(self.host.name))]
        guests = [address.value for port in self._owners for address in self._declared(port) or ()]
        return united(map(single, [*own, *guests]))

    def _declared(self, port: Port) -> tuple[Address, ...] | None:
        return in_family(port, self._family)

    def _allowed_addresses(self, bridge: Bridge, port: Port) -> Spans:
        """The addresses that the guest at a port may use."""
        said = self._declared(port)
        if said is not None:
            return united(single(address.value) for address in said)
        interface = in_family(bridge, self._family)
        return without((of_prefix(interface.prefix),), self._owned) if interface else ()

    def decided(self, port: BridgePort) -> Iterator[Decided]:
        """The decisions about frames from a port; the first box that contains a frame decides; other frames pass."""
        if port.bridge is None or not port.bridge.guarded:
            return
        if port.port is None:
            yield from ((box, SPOOFED) for box in self._undeclared())
            return
        yield frame(mac=_but(port.port.mac.value)), SPOOFED
        if self.ether == "arp":
            yield frame(arp_mac=_but(port.port.mac.value)), SPOOFED
        yield from self._known(self._allowed_addresses(port.bridge, port.port))
        yield frame(), SPOOFED

    def _known(self, may: Spans) -> Iterator[Decided]:
        """The decisions about frames with the guest's own MAC, if the guest may use the addresses `may`."""
        match self.ether:
            case "arp":
                yield frame(source=_UNSPECIFIED), implied("arp")
            case "ip":
                yield frame(_udp(67), source=_UNSPECIFIED, sender_port=((68, 68),)), implied("dhcp")
                yield frame(_udp(), sender_port=((67, 67),)), SPOOFED
            case "ip6":
                yield from _discovery(may, without(_LINK, self._owned))
            case _:
                return
        if may:
            yield frame(source=may), implied("own-address")

    def _undeclared(self) -> Iterator[Box]:
        """The frames that an undeclared port must not send: those of a guest, a DHCP server or a router."""
        macs = united(single(port.mac.value) for port in self._owners)
        if macs:
            yield frame(mac=macs)
        if self.ether == "arp" and macs:
            yield frame(arp_mac=macs)
        if self.ether not in ("arp", "ip", "ip6"):
            yield frame()
            return
        if self._owned:
            yield frame(source=self._owned)
        if self.ether == "ip6":
            yield frame(icmp(Family.IPV6, (136, 136)), target=self._owned)
            yield frame(icmp(Family.IPV6, *_ROUTERS))
        if self.ether != "arp":
            yield frame(_udp(), sender_port=((67, 67), (547, 547)))


def _discovery(may: Spans, link: Spans) -> Iterator[Decided]:
    """The decisions about discovery by a guest that may use the addresses `may` and the link-local addresses `link`."""
    family = Family.IPV6
    yield frame(icmp(family, *_ROUTERS)), SPOOFED
    yield frame(_udp(), sender_port=((547, 547),)), SPOOFED
    others = complement(united([*may, *link]), 1 << family.bits)
    yield frame(icmp(family, (136, 136)), target=others), SPOOFED
    yield frame(icmp(family, (135, 135)), target=others, source=_UNSPECIFIED), SPOOFED
    yield frame(icmp(family, *_ASKING), source=_UNSPECIFIED), implied("nd")
    yield frame(source=link), implied("nd")


Refused = Mapping[str, tuple[Decided, ...]]
"""For each network, the denies between its guests, as boxes of packets with answers."""


def between(host: Host, refused: Refused, ingress: BridgePort, egress: BridgePort, ether: str) -> Iterator[Decided]:
    """The decisions about frames from one port to another; frames in none of the boxes pass."""
    if ingress.bridge and ingress.bridge.isolated and egress.bridge and egress.bridge.isolated:
        yield frame(), Answer("drop", "implied/isolated")
    if ether not in ("ip", "ip6"):
        return
    family = family_of(ether)
    if family is Family.IPV6:
        yield frame(DISCOVERY[0]), DISCOVERY[1]
    errors, reply = (((3, 3), (11, 12)), (0, 0)) if family is Family.IPV4 else (((1, 4),), (129, 129))
    yield frame(icmp(family, *errors, reply)), implied("established")
    for bridge in host.bridges:
        if not bridge.isolated:
            yield from ((frame(box), answer) for box, answer in refused[bridge.network])


def _but(mac: int) -> Spans:
    return complement((single(mac),), MACS)


def _udp(port: int | None = None) -> Box:
    ports: Spans | None = None if port is None else (single(port),)
    return (None, UDP, ports, None, None, None, None)
