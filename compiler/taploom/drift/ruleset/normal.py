"""Normal forms of rules and elements: two texts that the kernel stores in the same form have equal normal forms.

nft does not list a rule as it was written: it leaves out conditions that follow from others, merges neighbouring
prefixes of an anonymous set, and replaces names by numbers. Two rules with equal normal forms treat every packet alike.
"""

from collections.abc import Iterable, Mapping

from taploom.backends.nftables.fields import Field, daddr, saddr
from taploom.backends.nftables.idents import COMMENT_BYTES, LOG_BYTES, quotable
from taploom.backends.nftables.tree import (
    Base,
    Direction,
    Dispatch,
    Element,
    Learn,
    Log,
    Lookup,
    Match,
    Rule,
    Set,
    Statement,
    TcpFlags,
    TranslateBy,
    TranslatePrefix,
    Until,
    VerdictStatement,
)
from taploom.backends.nftables.values import Iface, IfacePattern, Range, Value, Word
from taploom.base.address import Mac, Prefix
from taploom.base.protocol import NUMBERS
from taploom.flows.algebra.spans import of_prefix, united

Normal = tuple[object, ...]
"""A normal form, which can be compared and hashed."""

_FAMILIES = {
    Field.IP_SADDR: ("ipv4", "ip"),
    Field.IP_DADDR: ("ipv4", "ip"),
    Field.ICMP_TYPE: ("ipv4", "ip"),
    Field.IP6_SADDR: ("ipv6", "ip6"),
    Field.IP6_DADDR: ("ipv6", "ip6"),
    Field.ICMPV6_TYPE: ("ipv6", "ip6"),
    Field.HOP_LIMIT: ("ipv6", "ip6"),
    Field.CT_ORIGINAL_IP6_DADDR: ("ipv6", "ip6"),
    Field.ARP_ETHER: ("", "arp"),
    Field.ARP_IP: ("", "arp"),
}
"""Fields of a single family, each with the family's keyword in `meta nfproto` and in `ether type`."""
_PROTOCOLS = {Field.ICMP_TYPE: "icmp", Field.ICMPV6_TYPE: "icmpv6"}
_PRIORITIES = {"raw": -300, "mangle": -150, "dstnat": -100, "filter": 0, "security": 50, "srcnat": 100}
_BRIDGED = {"dstnat": -300, "filter": -200, "out": 100, "srcnat": 300}
"""Named priorities in tables of the bridge family (nft(8), CHAINS)."""
_SPANS = (Prefix, Range)


def normal_rule(rule: Rule, family: str, sets: Mapping[str, Set]) -> Normal:
    """The normal form of a rule, given the family of its table and the table's sets by name."""
    runs: list[object] = []
    conditions: set[Normal] = set()
    for statement in rule.statements:
        conditions |= {_implied(family, field) for field in _fields(statement)} - {()}
        conditions |= {_protocol(field) for field in _fields(statement)} - {()}
        if isinstance(statement, Match | Lookup | TcpFlags | Until):
            conditions.add(_condition(statement, sets))
        else:
            runs += [frozenset(conditions), _effect(statement, sets)]
            conditions = set()
    return (*runs, frozenset(conditions), quotable(rule.comment, COMMENT_BYTES))


def normal_key(key: Iterable[Value]) -> Normal:
    """The normal form of an element's key or data."""
    return tuple(_value(value) for value in key)


def normal_data(element: Element) -> Normal:
    """The normal form of the verdict or data of an element, and of its comment."""
    data = element.data
    led: object = data if data is None or isinstance(data, VerdictStatement) else normal_key(data)
    return (led, quotable(element.comment, COMMENT_BYTES))


def normal_set(one: Set) -> Normal:
    """The normal form of a set's declaration, without its elements."""
    return (one.types, one.data, one.verdicts, one.interval, one.counted, one.learned)


def normal_base(base: Base | None, family: str) -> Normal:
    """The normal form of a chain's hook, with the priority as a number; empty without a hook."""
    if base is None:
        return ()
    known = _BRIDGED if family == "bridge" else _PRIORITIES
    priority = known[base.priority] if base.priority in known else int(base.priority)
    return (base.type, base.hook, priority, base.policy)


def _fields(statement: Statement) -> tuple[Field, ...]:
    match statement:
        case Match() | Lookup() | Dispatch() | TranslateBy() | Learn():
            return statement.fields
        case TranslatePrefix(direction, before, _):
            return ((saddr if direction is Direction.SOURCE else daddr)(before.family),)
        case _:
            return ()


def _implied(family: str, field: Field) -> Normal:
    packet, frame = _FAMILIES.get(field, ("", ""))
    if family == "bridge":
        return _is(Field.ETHER_TYPE, Word(frame)) if frame else ()
    return _is(Field.NFPROTO, Word(packet)) if packet and family == "inet" else ()


def _protocol(field: Field) -> Normal:
    name = _PROTOCOLS.get(field)
    return _is(Field.L4PROTO, Word(name)) if name else ()


def _is(field: Field, word: Word) -> Normal:
    return _compared((field,), ((word,),), negated=False)


def _condition(statement: Match | Lookup | TcpFlags | Until, sets: Mapping[str, Set]) -> Normal:
    match statement:
        case Match(fields, values, negated):
            return _compared(fields, values, negated=negated)
        case Lookup(fields, name, negated):
            one = sets.get(name)
            if one is None or not one.inline:
                return ("in", fields, name, negated)
            if not one.counted and not any(element.comment for element in one.elements):
                return _compared(fields, (element.key for element in one.elements), negated=negated)
            return ("in", fields, frozenset(map(_inlined, one.elements)), one.counted, negated)
        case TcpFlags(mask, flags, negated):
            return ("flags", frozenset(mask), frozenset(flags), negated)
        case Until(epoch):
            return ("until", epoch)


def _compared(fields: tuple[Field, ...], values: Iterable[tuple[Value, ...]], *, negated: bool) -> Normal:
    known = list(values)
    if len(fields) == 1:
        plain = [_value(value, fields[0]) for (value,) in known]
        spans = [one for one in plain if isinstance(one, tuple)]
        rest = frozenset(one for one in plain if not isinstance(one, tuple))
        return ("is", fields, united(spans), rest, negated)
    return ("is", fields, frozenset(tuple(map(_value, key, fields)) for key in known), negated)


def _value(value: Value, field: Field | None = None) -> object:
    match value:
        case Prefix():
            return of_prefix(value)
        case Range(first, last):
            return (first, last)
        case Word(text) if field is Field.L4PROTO or (field is None and (text in NUMBERS or text.isdigit())):
            number = NUMBERS[text] if text in NUMBERS else int(text)
            return (number, number)
        case Word() | Mac() | Iface() | IfacePattern():
            return value


def _inlined(element: Element) -> Normal:
    return (normal_key(element.key), normal_data(element))


def _effect(statement: Statement, sets: Mapping[str, Set]) -> object:
    match statement:
        case Log(prefix):
            return Log(quotable(prefix, LOG_BYTES))
        case Dispatch(fields, name) | TranslateBy(_, fields, name) if name in sets and sets[name].inline:
            return (type(statement), fields, frozenset(map(_inlined, sets[name].elements)))
        case _:
            return statement
