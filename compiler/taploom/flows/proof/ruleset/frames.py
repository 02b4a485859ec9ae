"""Evaluates the `bridge` tables for frames, in prerouting and between the ports of a bridge."""

from collections.abc import Mapping
from dataclasses import field
from functools import cached_property, partial, reduce

from taploom.backends.nftables.fields import Field, Type
from taploom.backends.nftables.tree import Match, Ruleset, Table
from taploom.backends.nftables.values import Iface, Value, Word
from taploom.base.address import Mac, Prefix
from taploom.base.frozen import dataclass
from taploom.base.protocol import NUMBERS
from taploom.flows.algebra.diagram import Diagram
from taploom.flows.algebra.manager import Manager
from taploom.flows.algebra.spans import Spans, of_prefix, single
from taploom.flows.packets.answer import PASS, Answer
from taploom.flows.packets.clock import Clock
from taploom.flows.packets.forwarding import Forwarding
from taploom.flows.packets.frame import ARP_MAC, MAC
from taploom.flows.packets.packet import DESTINATION, PROTOCOL, SOURCE
from taploom.flows.proof.ruleset.chains import Chains
from taploom.flows.proof.ruleset.reader import Constraint, Reader, Situation, UnreadableError

_LEVELS = {
    Field.ETHER_SADDR: MAC,
    Field.ARP_ETHER: ARP_MAC,
    Field.ARP_IP: SOURCE,
    Field.ND_TARGET: DESTINATION,
}
_MACS = (Field.ETHER_SADDR, Field.ARP_ETHER)
_RECEIVERS = (Field.IP_DADDR, Field.IP6_DADDR)
_ARP = (Field.ARP_ETHER, Field.ARP_IP)
_IP = ("ip", "ip6")
ElementKey = tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class FrameReader:
    """The reader of fields of the `bridge` family; `state` of the situation contains the EtherType.

    The target of neighbour messages is in the dimension of the destination, as no rule matches their destination.
    """

    forwarding: Forwarding
    clock: Clock
    situation: Situation
    _packet: Reader

    def level(self, field: Field) -> int | None:
        """The dimension of a field; None if the situation determines the field."""
        return _LEVELS.get(field, self._packet.level(field))

    def presence(self, field: Field) -> list[Constraint] | None:
        """The constraints under which a frame has a field; None if no frame of the map has the field."""
        ether = self.situation.state
        if field in (Field.IIFNAME, Field.OIFNAME, Field.ETHER_SADDR, Field.ETHER_TYPE):
            return []
        if field in _ARP:
            return [] if ether == "arp" else None
        if ether not in _IP:
            return None
        if field is Field.ND_TARGET:
            return [(PROTOCOL, (single(NUMBERS["icmpv6"]),))] if ether == "ip6" else None
        return self._packet.presence(field)

    def value(self, field: Field, value: Value) -> Spans | bool:
        """The values of the field's dimension that match; a boolean if the situation determines the field."""
        match value:
            case Mac() if field in _MACS:
                return (single(value.value),)
            case Prefix() if field in _LEVELS:
                return (of_prefix(value),)
            case Word() if field is Field.ETHER_TYPE:
                return value.text == self.situation.state
            case _ if field in _RECEIVERS and not self.situation.egress:
                raise UnreadableError(f"{field.value} in the guard")
            case _:
                return self._packet.value(field, value)


@dataclass(slots=True)
class _Chains(Chains):
    def reader(self, situation: Situation) -> FrameReader:
        return FrameReader(self.forwarding, self.clock, situation, Reader(self.forwarding, self.clock, situation))

    def relevant(self, name: str, situation: Situation) -> Situation:
        asked = self.asked(name, situation.state)
        ingress = situation.ingress if Field.IIFNAME in asked else ""
        # The egress stays even if no chain matches it, because an empty egress means the hook prerouting.
        return situation._replace(ingress=ingress)


@dataclass(frozen=True)
class Frames:
    """The `bridge` tables of a host for one EtherType."""

    ruleset: Ruleset
    forwarding: Forwarding
    clock: Clock
    manager: Manager[Answer]
    ether: str
    tables: tuple[Table, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "tables", bridge_tables(self.ruleset))

    @cached_property
    def _chains(self) -> tuple[Chains, ...]:
        return tuple(_Chains(table, self.forwarding, self.clock, self.manager) for table in self.tables)

    def hook(self, hook: str, ingress: str, egress: str) -> Diagram[Answer]:
        """The joined answers of a hook's filters for frames from one port to another; a drop of any filter is final."""
        bases = [
            (chains, chain)
            for chains in self._chains
            for chain in chains.table.chains
            if chain.base and chain.base.type == "filter" and chain.base.hook == hook
        ]
        situation = Situation(ingress, egress, self.ether)
        found = [chains.base(chain, situation) for chains, chain in bases]
        return reduce(partial(self.manager.merge, _then), found) if found else self.manager.leaf(PASS)


def _then(first: Answer, second: Answer) -> Answer:
    """The joined answer of two filters; a drop of either filter is final, so their order makes no difference."""
    return first if first.verdict == "drop" else second


def bridge_tables(ruleset: Ruleset) -> tuple[Table, ...]:
    """The tables of the `bridge` family."""
    return tuple(table for table in ruleset.tables if table.family == "bridge")


def literals(ruleset: Ruleset) -> frozenset[Value]:
    """The values in the matches of rules: interfaces, MACs and addresses, except those in sets."""
    rules = (rule for table in bridge_tables(ruleset) for chain in table.chains for rule in chain.rules)
    matches = (one for rule in rules for one in rule.statements if isinstance(one, Match))
    return frozenset(value for match in matches for key in match.values for value in key)


def port_elements(ruleset: Ruleset) -> Mapping[str, dict[str, list[ElementKey]]]:
    """For each port and set, the keys of the elements that begin with the port's name, without this name."""
    found: dict[str, dict[str, list[ElementKey]]] = {}
    for table in bridge_tables(ruleset):
        for one in table.sets:
            if one.types[0] is Type.IFACE:
                for element in one.elements:
                    if isinstance(element.key[0], Iface):
                        found.setdefault(element.key[0].name, {}).setdefault(one.name, []).append(element.key[1:])
    return found
