"""A concrete packet at one hook, with its fields as plain numbers, and tests whether they have the values of a rule."""

from taploom.backends.nftables.fields import Field
from taploom.backends.nftables.values import Iface, IfacePattern, Range, Value, Word
from taploom.base.address import Family, Prefix
from taploom.base.frozen import dataclass
from taploom.base.protocol import NUMBERS, PORT_PROTOCOLS
from taploom.flows.packets.forwarding import SELF, Forwarding

_PORTS = frozenset(NUMBERS[name] for name in PORT_PROTOCOLS)


@dataclass(frozen=True, slots=True)
class TracedPacket:
    """A packet that opens a connection.

    Attributes:
        source: source address as a number.
        destination: destination address as a number; a number above all addresses of the family stands for an address
            that the host learns (`Forwarding.learned`).
        port: destination port, or type of an ICMP message, else 0.
        ingress: interface by which the packet enters the host, `OTHER` or `SELF`.
        way: uplink (or `OTHER`) of the default route that the packet takes if no other route leads to its destination.
        now: seconds since the epoch.
    """

    source: int
    destination: int
    protocol: int
    port: int
    sender_port: int
    hop_limit: int
    ingress: str
    way: str
    now: int


@dataclass(frozen=True, slots=True)
class HookState:
    """A packet at one hook.

    Attributes:
        oif: egress interface; "" before routing, and for packets to the host.
        original: destination before translation, or None.
    """

    forwarding: Forwarding
    packet: TracedPacket
    oif: str
    original: int | None

    @property
    def iif(self) -> str:
        """The name of the ingress interface; "" for packets that the host sends."""
        return "" if self.packet.ingress == SELF else self.packet.ingress

    def equal(self, fields: tuple[Field, ...], values: tuple[Value, ...]) -> bool:
        """Whether all fields have the given values."""
        return all(self.has(of, value) for of, value in zip(fields, values, strict=True))

    def present(self, of: Field) -> bool:
        """Whether the packet has a field."""
        four = self.forwarding.family is Family.IPV4
        protocol = self.packet.protocol
        match of:
            case Field.IP_SADDR | Field.IP_DADDR:
                return four
            case Field.IP6_SADDR | Field.IP6_DADDR | Field.HOP_LIMIT | Field.CT_ORIGINAL_IP6_DADDR:
                return not four
            case Field.ICMP_TYPE:
                return four and protocol == NUMBERS["icmp"]
            case Field.ICMPV6_TYPE:
                return not four and protocol == NUMBERS["icmpv6"]
            case Field.SPORT | Field.DPORT:
                return protocol in _PORTS
            case _:
                return True

    def has(self, of: Field, value: Value) -> bool:
        """Whether the packet has a value in a field; the packet must have the field."""
        number = self.number(of)
        match value:
            case Prefix():
                return number is not None and (value.value <= number < value.value + value.size or not value.length)
            case Range(first, last):
                return number is not None and first <= number <= last
            case Iface(name):
                return name == (self.iif if of is Field.IIFNAME else self.oif)
            case IfacePattern(head):
                return (self.iif if of is Field.IIFNAME else self.oif).startswith(head)
            case Word(text):
                return self.word(of, text)
            case _:
                return False

    def number(self, of: Field) -> int | None:
        """The value of a numeric field; None for other fields."""
        packet = self.packet
        return {
            Field.IP_SADDR: packet.source,
            Field.IP6_SADDR: packet.source,
            Field.IP_DADDR: packet.destination,
            Field.IP6_DADDR: packet.destination,
            Field.CT_ORIGINAL_IP6_DADDR: packet.destination if self.original is None else self.original,
            Field.DPORT: packet.port,
            Field.ICMP_TYPE: packet.port,
            Field.ICMPV6_TYPE: packet.port,
            Field.SPORT: packet.sender_port,
            Field.HOP_LIMIT: packet.hop_limit,
        }.get(of)

    def word(self, of: Field, text: str) -> bool:
        """Whether a field has the value that a constant of nft names.

        Raises:
            ValueError: the field has no such constants.
        """
        forwarding, packet = self.forwarding, self.packet
        match of:
            case Field.NFPROTO:
                return text == forwarding.family.key
            case Field.L4PROTO:
                return packet.protocol == (NUMBERS[text] if text in NUMBERS else int(text))
            case Field.CT_STATE:
                return text == "new"
            case Field.CT_STATUS:
                return text == "dnat" and self.original is not None
            case Field.FIB_STRICT:
                return _within(forwarding.missing(self.iif), packet.source)
            case Field.FIB_LOOSE:
                return _within(forwarding.missing(None), packet.source)
            case Field.FIB_TYPE:
                kinds = {"local": forwarding.own, "broadcast": forwarding.broadcast, "multicast": forwarding.multicast}
                return _within(kinds[text], packet.destination)
            case Field.FIB_TYPE_HERE:
                return _within(forwarding.own_at(self.iif), packet.destination)
            case _:
                raise ValueError(f"{of.value} {text}")


def _within(spans: tuple[tuple[int, int], ...], value: int) -> bool:
    return any(first <= value <= last for first, last in spans)
