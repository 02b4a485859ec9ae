"""Reads expressions of a listing as fields of the tree (libnftables-json(5), EXPRESSIONS).

nft leaves out conditions that follow from others: it lists `meta l4proto tcp th dport 22` as `tcp dport 22`. So
the conditions that the name of a field implies are returned with the field.
"""

from typing import NamedTuple

from taploom.backends.nftables.fields import Field, Type
from taploom.backends.nftables.tree import Match
from taploom.backends.nftables.values import Word
from taploom.base.protocol import PORT_PROTOCOLS
from taploom.drift.json_types import UnreadError, mapping, sequence, short, tagged

_META = {
    "iifname": Field.IIFNAME,
    "oifname": Field.OIFNAME,
    "iif": Field.IIFNAME,
    "oif": Field.OIFNAME,
    "nfproto": Field.NFPROTO,
    "l4proto": Field.L4PROTO,
}
"""Keys of `meta`; nft lists the name of an interface even if the rule compares its index (`iif`)."""
_PAYLOAD = {
    ("ether", "type"): Field.ETHER_TYPE,
    ("ether", "saddr"): Field.ETHER_SADDR,
    ("arp", "saddr ether"): Field.ARP_ETHER,
    ("arp", "saddr ip"): Field.ARP_IP,
    ("ip", "saddr"): Field.IP_SADDR,
    ("ip", "daddr"): Field.IP_DADDR,
    ("ip6", "saddr"): Field.IP6_SADDR,
    ("ip6", "daddr"): Field.IP6_DADDR,
    ("ip6", "hoplimit"): Field.HOP_LIMIT,
    ("icmp", "type"): Field.ICMP_TYPE,
    ("icmpv6", "type"): Field.ICMPV6_TYPE,
    ("th", "sport"): Field.SPORT,
    ("th", "dport"): Field.DPORT,
}
_PORTS = {"sport": Field.SPORT, "dport": Field.DPORT}
_FIB = {
    ("oif", frozenset({"saddr", "iif"})): Field.FIB_STRICT,
    ("oif", frozenset({"saddr"})): Field.FIB_LOOSE,
    ("type", frozenset({"daddr"})): Field.FIB_TYPE,
    ("type", frozenset({"daddr", "iif"})): Field.FIB_TYPE_HERE,
}
_CT = {
    ("state", None): Field.CT_STATE,
    ("status", None): Field.CT_STATUS,
    ("ip6 daddr", "original"): Field.CT_ORIGINAL_IP6_DADDR,
}
TYPES = {
    Field.IIFNAME: Type.IFACE,
    Field.OIFNAME: Type.IFACE,
    Field.ND_TARGET: Type.ND_TARGET,
    Field.IP_SADDR: Type.IPV4,
    Field.IP6_SADDR: Type.IPV6,
}
"""The types of columns that a listing declares by an expression (`typeof`)."""


class Read(NamedTuple):
    """A field, and the conditions that its name implies, such as a protocol."""

    field: Field
    implied: tuple[Match, ...] = ()


class Key(NamedTuple):
    """Fields that are looked up or compared together, and the conditions that their names imply."""

    fields: tuple[Field, ...]
    implied: tuple[Match, ...]


def key(expression: object) -> Key:
    """One field, or several that are joined (`concat`).

    Raises:
        UnreadError: a part is not a field of the tree.
    """
    parts = [expression]
    if isinstance(expression, dict) and "concat" in expression:
        parts = list(sequence(expression["concat"]))
    found = [_field(part) for part in parts]
    implied = dict.fromkeys(match for one in found for match in one.implied)
    return Key(tuple(one.field for one in found), tuple(implied))


def _field(expression: object) -> Read:
    one = tagged(expression)
    body = mapping(one.body)
    found: Read | None = None
    match one.tag:
        case "meta":
            found = _known(_META.get(str(body.get("key"))))
        case "payload":
            found = _payload(body)
        case "ct":
            found = _known(_CT.get((str(body.get("key")), _maybe(body.get("dir")))))
        case "fib":
            flags = body.get("flags")
            named = frozenset(map(str, flags if isinstance(flags, list) else [flags]))
            found = _known(_FIB.get((str(body.get("result")), named)))
        case _:
            pass
    if found is None:
        raise UnreadError(short(expression))
    return found


def _payload(body: object) -> Read | None:
    known = mapping(body)
    if [known.get(name) for name in ("base", "offset", "len")] == ["th", 64, 128]:
        return Read(Field.ND_TARGET)
    protocol, name = str(known.get("protocol")), str(known.get("field"))
    if protocol in PORT_PROTOCOLS and name in _PORTS:
        return Read(_PORTS[name], (_is(Field.L4PROTO, protocol),))
    if (protocol, name) == ("ip", "protocol"):
        return Read(Field.L4PROTO, (_is(Field.NFPROTO, "ipv4"),))
    return _known(_PAYLOAD.get((protocol, name)))


def _known(field: Field | None) -> Read | None:
    return None if field is None else Read(field)


def _maybe(value: object) -> str | None:
    return None if value is None else str(value)


def _is(field: Field, word: str) -> Match:
    return Match((field,), ((Word(word),),))
