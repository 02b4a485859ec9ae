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
_NOBODY: Spans = (single(0),)
_LINK: Spans = (of_prefix(LINK_LOCAL),)
_ROUTERS, _ASKING = ((134, 134), (137, 137)), ((131, 133), (135, 135), (143, 143))


def frame(inner: Box = (None,) * LEVELS, **more: Spans) -> Box:
    """The box of the frames that contain the packets of the box `inner`."""
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
        """The addresses that only their owners may use: those of guests and of the host on guarded bridges.

        The host's link-local address is among them, as router advertisements make it the next hop of guests.
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
        guests = [address.value for port in self._owners for address in self._said(port) or ()]
        return united(map(single, [*own, *guests]))

    def _said(self, port: Port) -> tuple[Address, ...] | None:
        return in_family(port, self._family)

    def _may(self, bridge: Bridge, port: Port) -> Spans:
        """The addresses that a port may use."""
        said = self._said(port)
        if said is not None:
            return united(single(address.value) for address in said)
        interface = in_family(bridge, self._family)
        return without((of_prefix(interface.prefix),), self._owned) if interface else ()

    def decided(self, port: BridgePort) -> Iterator[Decided]:
        """The decisions about a port's frames; the first box that holds a frame decides, and all other frames pass."""
        if port.bridge is None or not port.bridge.guarded:
            return
        if port.port is None:
            yield from ((box, SPOOFED) for box in self._stranger())
            return
        yield frame(mac=_but(port.port.mac.value)), SPOOFED
        if self.ether == "arp":
            yield frame(arp_mac=_but(port.port.mac.value)), SPOOFED
        yield from self._known(self._may(port.bridge, port.port))
        yield frame(), SPOOFED

    def _known(self, may: Spans) -> Iterator[Decided]:
        """The decisions about frames with the guest's own MAC; the guest may use the addresses `may`."""
        match self.ether:
            case "arp":
                yield frame(source=_NOBODY), implied("arp")
            case "ip":
                yield frame(_udp(67), source=_NOBODY, sender_port=((68, 68),)), implied("dhcp")
                yield frame(_udp(), sender_port=((67, 67),)), SPOOFED
            case "ip6":
                yield from _discovery(may, without(_LINK, self._owned))
            case _:
                return
        if may:
            yield frame(source=may), implied("own-address")

    def _stranger(self) -> Iterator[Box]:
        """The frames that an undeclared port must not send: with addresses of others, or as DHCP server or router."""
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
    """Guests may announce only the addresses `may` and the link-local addresses `link`; only the host is a router."""
    family = Family.IPV6
    yield frame(icmp(family, *_ROUTERS)), SPOOFED
    yield frame(_udp(), sender_port=((547, 547),)), SPOOFED
    others = complement(united([*may, *link]), 1 << family.bits)
    yield frame(icmp(family, (136, 136)), target=others), SPOOFED
    yield frame(icmp(family, (135, 135)), target=others, source=_NOBODY), SPOOFED
    yield frame(icmp(family, *_ASKING), source=_NOBODY), implied("nd")
    yield frame(source=link), implied("nd")


Refused = Mapping[str, tuple[Decided, ...]]
"""The denies among the guests of each network, as boxes of packets with their answers."""


def between(host: Host, refused: Refused, ingress: BridgePort, egress: BridgePort, ether: str) -> Iterator[Decided]:
    """The decisions about frames from one port to another; all other frames pass."""
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
