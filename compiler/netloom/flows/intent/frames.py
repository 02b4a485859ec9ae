"""What should become of frames: who may send as whom, who is apart from whom, and denies between guests of a bridge."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from netloom.base.address import LINK_LOCAL, Address, Family
from netloom.flows.answer import Answer
from netloom.flows.diagram import Box
from netloom.flows.frame import ARP_MAC, ENTRY, EXIT, MAC, MACS, Ports, family_of
from netloom.flows.intent.essentials import DISCOVERY, UDP, Decided, icmp, implied
from netloom.flows.intent.stages import Intent
from netloom.flows.kernel import interface_of
from netloom.flows.packet import DESTINATION, LEVELS, SENDER_PORT, SOURCE
from netloom.flows.spans import Spans, complement, of_prefix, single, united, without
from netloom.plan.host import Bridge, Host, Port
from netloom.plan.policy import Action

SPOOFED = Answer("drop", "implied/spoof-guard")
_NOBODY: Spans = (single(0),)
_LINK: Spans = (of_prefix(LINK_LOCAL),)
_ROUTERS, _ASKING = ((134, 134), (137, 137)), ((131, 133), (135, 135), (143, 143))


def frame(inner: Box = (None,) * LEVELS, **more: Spans) -> Box:
    """A box of frames around one of packets."""
    columns: list[Spans | None] = [*inner, None, None, None, None]
    for name, spans in more.items():
        columns[_COLUMNS[name]] = spans
    return tuple(columns)


_COLUMNS = {
    "entry": ENTRY,
    "exit": EXIT,
    "mac": MAC,
    "arp_mac": ARP_MAC,
    "source": SOURCE,
    "target": DESTINATION,
    "sender_port": SENDER_PORT,
}


@dataclass(frozen=True)
class Guard:
    """The spoof guard of a host for one EtherType."""

    host: Host
    ports: Ports
    ether: str

    @cached_property
    def _guarded(self) -> tuple[tuple[Bridge, Port], ...]:
        return tuple((bridge, port) for bridge in self.host.bridges if bridge.guarded for port in bridge.ports)

    @cached_property
    def _entries(self) -> Spans:
        return self.ports.of(tuple(port.tap for _, port in self._guarded))

    @cached_property
    def _strangers(self) -> Spans:
        names = (name for bridge in self.host.bridges if bridge.guarded for name in self.ports.strangers(bridge))
        return without(self.ports.of(tuple(names)), self._entries)

    @property
    def _family(self) -> Family:
        return family_of(self.ether)

    @cached_property
    def _owned(self) -> Spans:
        """The addresses that only their owners may use: those of guests, and the host's on these bridges."""
        bridges = [bridge for bridge in self.host.bridges if bridge.guarded]
        own = [i.address.value for b in bridges if (i := interface_of(b, self._family))]
        guests = [address.value for _, port in self._guarded for address in self._said(port) or ()]
        return united(map(single, [*own, *guests]))

    def _said(self, port: Port) -> tuple[Address, ...] | None:
        return port.ipv4 if self._family is Family.IPV4 else port.ipv6

    def _may(self, bridge: Bridge, port: Port) -> Spans:
        """The addresses that a port may use."""
        said = self._said(port)
        if said is not None:
            return united(single(address.value) for address in said)
        interface = interface_of(bridge, self._family)
        return without((of_prefix(interface.prefix),), self._owned) if interface else ()

    def decided(self) -> Iterator[Decided]:
        """The frames that are decided, first come first served; all others pass."""
        for _, port in self._guarded:
            entry = self.ports.number(port.tap)
            yield frame(entry=entry, mac=_but(port.mac.value)), SPOOFED
            if self.ether == "arp":
                yield frame(entry=entry, arp_mac=_but(port.mac.value)), SPOOFED
        if self._entries:
            yield from self._known()
            yield frame(entry=self._entries), SPOOFED
        if self._strangers:
            yield from ((frame(box, entry=self._strangers, **more), SPOOFED) for box, more in self._stranger())

    def _known(self) -> Iterator[Decided]:
        """What guests may send."""
        match self.ether:
            case "arp":
                yield frame(entry=self._entries, source=_NOBODY), implied("arp")
            case "ip":
                asking = frame(_udp(67), entry=self._entries, source=_NOBODY, sender_port=((68, 68),))
                yield asking, implied("dhcp")
                yield frame(_udp(), entry=self._entries, sender_port=((67, 67),)), SPOOFED
            case "ip6":
                yield from self._discovery()
            case _:
                return
        for bridge, port in self._guarded:
            may = self._may(bridge, port)
            if may:
                yield frame(entry=self.ports.number(port.tap), source=may), implied("own-address")

    def _discovery(self) -> Iterator[Decided]:
        """Neighbours speak of themselves alone, and only the host is a router."""
        family, everybody = Family.IPV6, self._entries
        yield frame(icmp(family, *_ROUTERS), entry=everybody), SPOOFED
        yield frame(_udp(), entry=everybody, sender_port=((547, 547),)), SPOOFED
        for bridge, port in self._guarded:
            entry, own = self.ports.number(port.tap), united([*self._may(bridge, port), *_LINK])
            others = complement(own, 1 << family.bits)
            yield frame(icmp(family, (136, 136)), entry=entry, target=others), SPOOFED
            yield frame(icmp(family, (135, 135)), entry=entry, target=others, source=_NOBODY), SPOOFED
        yield frame(icmp(family, *_ASKING), entry=everybody, source=_NOBODY), implied("nd")
        yield frame(entry=everybody, source=_LINK), implied("nd")

    def _stranger(self) -> Iterator[tuple[Box, dict[str, Spans]]]:
        """What a port of nobody's may not: speak as somebody, or serve addresses."""
        nothing: Box = (None,) * LEVELS
        macs = united(single(port.mac.value) for _, port in self._guarded)
        if macs:
            yield nothing, {"mac": macs}
        if self.ether == "arp" and macs:
            yield nothing, {"arp_mac": macs}
        if self.ether not in ("arp", "ip", "ip6"):
            yield nothing, {}
            return
        if self._owned:
            yield nothing, {"source": self._owned}
        if self.ether == "ip6":
            yield icmp(Family.IPV6, (136, 136)), {"target": self._owned}
            yield icmp(Family.IPV6, *_ROUTERS), {}
        if self.ether != "arp":
            yield _udp(), {"sender_port": ((67, 67), (547, 547))}


def between(intent: Intent, ports: Ports, ether: str) -> Iterator[Decided]:
    """What is refused between the ports of a bridge; all else passes."""
    host, family = intent.kernel.host, family_of(ether)
    names = (name for b in host.bridges if b.isolated for name in (*ports.declared(b), *ports.strangers(b)))
    apart = ports.of(tuple(names))
    if apart:
        yield frame(entry=apart, exit=apart), Answer("drop", "implied/isolation")
    if ether not in ("ip", "ip6"):
        return
    if family is Family.IPV6:
        yield frame(DISCOVERY[0]), DISCOVERY[1]
    errors, reply = (((3, 3), (11, 12)), (0, 0)) if family is Family.IPV4 else (((1, 4),), (129, 129))
    yield frame(icmp(family, *errors, reply)), implied("established")
    for bridge in host.bridges:
        for entry, boxes in intent.between.get((bridge.device, bridge.device), ()):
            if entry.action is Action.DENY and not bridge.isolated:
                yield from ((frame(box), Answer("drop", entry.name)) for box in boxes)


def _but(mac: int) -> Spans:
    return complement((single(mac),), MACS)


def _udp(port: int | None = None) -> Box:
    ports: Spans | None = None if port is None else (single(port),)
    return (None, UDP, ports, None, None, None, None)
