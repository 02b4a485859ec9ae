"""Compares intent and ruleset for frames, as `flows.proof.compare` does for packets.

A bridge may have many ports, and the rules for two ports usually differ only in MAC and addresses. So ports of a bridge
form a class if plan and sets contain the same facts about them, apart from MAC and addresses, which placeholders
replace. The proof checks one port of each class.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property

from taploom.backends.nftables.tree import Ruleset
from taploom.backends.nftables.values import Iface, IfacePattern, Value
from taploom.base.address import Family, Mac, Prefix
from taploom.base.frozen import dataclass
from taploom.flows.algebra.diagram import Diagram
from taploom.flows.algebra.manager import Manager
from taploom.flows.packets.answer import PASS, Answer
from taploom.flows.packets.clock import Clock
from taploom.flows.packets.forwarding import Forwarding
from taploom.flows.packets.frame import ETHER_TYPES, MACS, BridgePort, bridge_ports, family_of
from taploom.flows.packets.packet import LEVELS, sizes
from taploom.flows.proof.intent.entries import SiteEntries
from taploom.flows.proof.intent.frames import Guard, between
from taploom.flows.proof.intent.stages import Intent
from taploom.flows.proof.parting import differences
from taploom.flows.proof.ruleset.frames import Frames, literals, port_elements
from taploom.plan.host import Host, Port

FrameDifference = tuple[str, str, Family, tuple[int, ...], Answer, Answer]
"""A difference: ingress port, EtherType, family, the packet in the frame as a point, answers of intent and ruleset."""


@dataclass(frozen=True)
class FrameProof:
    """The proof of one host's bridge table.

    Attributes:
        manager: the function that makes a manager of diagrams from the sizes of the dimensions.
    """

    site: SiteEntries
    host: Host
    ruleset: Ruleset
    clock: Clock
    manager: Callable[[tuple[int, ...]], Manager[Answer]]

    def differences(self) -> Iterator[FrameDifference]:
        """The differences for all EtherTypes, in the spoof guard and between ports."""
        for ether in ETHER_TYPES:
            family = family_of(ether)
            forwarding = Forwarding.of(self.host, family)
            manager = self.manager((*sizes(family, 0, self.clock.phases), MACS, MACS))
            intent, guard = Intent(self.site, forwarding, manager, self.clock), Guard(self.host, ether)
            refused = {bridge.network: tuple(intent.refused_within(bridge)) for bridge in self.host.bridges}
            tables = Frames(self.ruleset, forwarding, self.clock, manager, ether)
            strangers: Diagram[Answer] | None = None
            for port in self._examples:
                stranger = port.port is None and port.bridge is not None and port.bridge.guarded
                wanted = strangers if stranger else None
                if wanted is None:
                    wanted = manager.overlay(list(guard.decided(port)), PASS)
                strangers = wanted if stranger else strangers
                found = tables.hook("prerouting", port.name, "")
                for point, one, other in differences(manager, wanted, found):
                    yield port.name, ether, family, point[:LEVELS], one, other
            for ingress, egress in self._pairs:
                wanted = manager.overlay(list(between(self.host, refused, ingress, egress, ether)), PASS)
                found = tables.hook("forward", ingress.name, egress.name)
                for point, one, other in differences(manager, wanted, found):
                    yield ingress.name, ether, family, point[:LEVELS], one, other

    @cached_property
    def _classes(self) -> Mapping[object, list[BridgePort]]:
        elements, compared = port_elements(self.ruleset), literals(self.ruleset)
        found: dict[object, list[BridgePort]] = {}
        for port in bridge_ports(self.host):
            signature = _signature(port, elements.get(port.name, {})), _compared(port, compared)
            found.setdefault(signature, []).append(port)
        return found

    @property
    def _examples(self) -> Iterator[BridgePort]:
        return (alike[0] for alike in self._classes.values())

    @property
    def _pairs(self) -> Iterator[tuple[BridgePort, BridgePort]]:
        """One pair of ports for each ordered pair of classes on one bridge.

        A class is also paired with itself, with two different ports if it has two. The class of interfaces on no bridge
        of the plan is paired with the classes of every bridge.
        """
        for one in self._classes.values():
            for other in self._classes.values():
                ingress, egress = one[0], other[-1]
                if ingress.bridge is egress.bridge or ingress.bridge is None or egress.bridge is None:
                    yield ingress, egress


def _signature(bridge_port: BridgePort, elements: Mapping[str, list[tuple[Value, ...]]]) -> object:
    """The facts in plan and sets about a port, with placeholders for its MAC and addresses; equal within a class."""
    bridge, port = bridge_port.bridge, bridge_port.port
    if bridge is None or port is None:
        return bridge_port.name
    names = _names(port)
    sets = tuple(
        (name, tuple(sorted(repr(tuple(names.get(value, value) for value in row)) for row in rows)))
        for name, rows in sorted(elements.items())
    )
    known = tuple(None if found is None else len(found) for found in (port.ipv4, port.ipv6))
    return bridge.network, known, sets


def _compared(bridge_port: BridgePort, values: frozenset[Value]) -> frozenset[Value]:
    """The given values that match the port's name, its MAC or one of its addresses."""
    port = bridge_port.port
    known = _names(port).keys() if port else ()
    return frozenset(value for value in values if _fits(value, bridge_port.name, known))


def _fits(value: Value, name: str, known: Iterable[object]) -> bool:
    match value:
        case Iface():
            return value.name == name
        case IfacePattern():
            return name.startswith(value.head)
        case Prefix():
            return any(isinstance(one, Prefix) and one in value for one in known)
        case _:
            return value in known


def _names(port: Port) -> Mapping[Mac | Prefix | object, str]:
    addresses = (*(port.ipv4 or ()), *(port.ipv6 or ()))
    return {port.mac: "mac", **{address.prefix: f"address {at}" for at, address in enumerate(addresses)}}
