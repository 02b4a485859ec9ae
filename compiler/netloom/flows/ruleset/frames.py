"""The `bridge` table: what becomes of frames, before they are taken in by a bridge and between its ports."""

from dataclasses import dataclass, field, replace

from netloom.backends.nftables.fields import Field
from netloom.backends.nftables.tree import Ruleset
from netloom.backends.nftables.values import Iface, IfacePattern, Value, Word
from netloom.base.address import Mac, Prefix
from netloom.base.protocol import NUMBERS
from netloom.flows.answer import PASS, Answer
from netloom.flows.clock import Clock
from netloom.flows.diagram import Diagram, Space
from netloom.flows.frame import ARP_MAC, ENTRY, EXIT, MAC, Ports
from netloom.flows.kernel import Kernel
from netloom.flows.packet import DESTINATION, PROTOCOL, SOURCE
from netloom.flows.ruleset.chains import Chains
from netloom.flows.ruleset.reader import Part, Reader, Situation, UnreadableError
from netloom.flows.spans import Spans, of_prefix, single

_LEVELS = {
    Field.IIFNAME: ENTRY,
    Field.OIFNAME: EXIT,
    Field.ETHER_SADDR: MAC,
    Field.ARP_ETHER: ARP_MAC,
    Field.ARP_IP: SOURCE,
    Field.ND_TARGET: DESTINATION,
}
_INNER = {Field.ARP_ETHER: "arp", Field.ARP_IP: "arp"}
_IP = ("ip", "ip6")


@dataclass(frozen=True, slots=True)
class FrameReader:
    """Reads fields of the `bridge` family; the EtherType is the `state` of the situation, and the hook its `ingress`.

    Where a neighbour message names a target, no rule asks for the destination, so the target takes its dimension.
    """

    kernel: Kernel
    clock: Clock
    situation: Situation
    ports: Ports

    @property
    def _packet(self) -> Reader:
        return Reader(self.kernel, self.clock, self.situation)

    def level(self, field: Field) -> int | None:
        """The dimension that a field asks for; None where the situation answers."""
        return _LEVELS.get(field, self._packet.level(field))

    def presence(self, field: Field) -> list[Part] | None:
        """What a frame must be to have the field at all."""
        ether = self.situation.state
        if field in (Field.IIFNAME, Field.OIFNAME, Field.ETHER_SADDR, Field.ETHER_TYPE):
            return []
        if field in _INNER:
            return [] if ether == _INNER[field] else None
        if ether not in _IP:
            return None
        if field is Field.ND_TARGET:
            return [(PROTOCOL, (single(NUMBERS["icmpv6"]),))] if ether == "ip6" else None
        return self._packet.presence(field)

    def value(self, field: Field, value: Value) -> Spans | bool:
        """What of its dimension a value means; whether it holds where the situation answers."""
        match field, value:
            case (Field.IIFNAME | Field.OIFNAME, Iface(name)):
                return self.ports.number(name)
            case (Field.IIFNAME | Field.OIFNAME, IfacePattern(head)):
                return self.ports.heads(head)
            case (Field.ETHER_TYPE, Word(text)):
                return text == self.situation.state
            case (Field.ETHER_SADDR | Field.ARP_ETHER, Mac(number)):
                return (single(number),)
            case (Field.ARP_IP | Field.ND_TARGET, Prefix()):
                return (of_prefix(value),)
            case (Field.IP_DADDR | Field.IP6_DADDR, _) if self.situation.ingress == "prerouting":
                raise UnreadableError(f"{field.value} in the guard")
            case _:
                return self._packet.value(field, value)


@dataclass(slots=True)
class FrameChains(Chains):
    """The chains of a `bridge` table.

    Attributes:
        ports: by number.
    """

    ports: Ports = field(kw_only=True)

    def reader(self, situation: Situation) -> FrameReader:
        """What reads fields in a situation."""
        return FrameReader(self.kernel, self.clock, situation, self.ports)

    def relevant(self, name: str, situation: Situation) -> Situation:  # noqa: ARG002 - that of the other tables
        """All of it: there are few situations here."""
        return situation


def frames(
    ruleset: Ruleset, kernel: Kernel, clock: Clock, space: Space[Answer], ports: Ports, hook: str, ether: str
) -> Diagram[Answer]:
    """What the filters of a hook do with frames of one EtherType; with one base chain at most, as it is emitted."""
    bases = [
        (FrameChains(table, kernel, clock, space, ports=ports), chain)
        for table in ruleset.tables
        if table.family == "bridge"
        for chain in table.chains
        if chain.base and chain.base.type == "filter" and chain.base.hook == hook
    ]
    if len(bases) > 1:
        raise UnreadableError(f"{len(bases)} filters of frames at {hook}")
    situation = replace(Situation(hook, ""), state=ether)
    return bases[0][0].base(bases[0][1], situation) if bases else space.leaf(PASS)
