"""Values and statements in the syntax of nft (nft(8))."""

import functools
from collections.abc import Iterator
from typing import assert_never

from taploom.backends.nftables.fields import Field, Type
from taploom.backends.nftables.idents import LOG_BYTES, quotable
from taploom.backends.nftables.tree import (
    ClampMss,
    Count,
    Direction,
    Dispatch,
    Learn,
    LimitBy,
    LimitRate,
    Log,
    Lookup,
    Masquerade,
    Match,
    Statement,
    TcpFlags,
    Translate,
    TranslateBy,
    TranslatePrefix,
    Until,
    VerdictStatement,
)
from taploom.backends.nftables.values import Iface, IfacePattern, Range, Value, Word
from taploom.base.address import Family, Mac, Prefix
from taploom.base.names import pattern_problem
from taploom.plan.services import ICMP_TYPES

_TYPES = {
    Field.ND_TARGET: Type.ND_TARGET,
    Field.ICMP_TYPE: Type.ICMP,
    Field.ICMPV6_TYPE: Type.ICMPV6,
}
"""Fields whose values are written differently from their plain form; a match on one of them has no other field."""
_NAMES: dict[tuple[Type | None, int], str] = {
    (of, number): name
    for of, known in ((Type.ICMP, "icmp"), (Type.ICMPV6, "icmpv6"))
    for name, number in ICMP_TYPES[known].items()
}
_FLAGS = frozenset({Field.CT_STATE, Field.CT_STATUS})


def literal(value: Value, of: Type | None = None) -> str:
    """A value as it stands in a match, an element or a statement.

    Raises:
        ValueError: an interface name could end its quotes; a valid plan has no such name.
    """
    match value:
        case Prefix():
            return _prefix(value, of)
        case Range(first, last):
            return _NAMES.get((of, first), str(first)) if first == last else f"{first}-{last}"
        case Word(text):
            return text
        case Mac():
            return str(value)
        case Iface(name):
            return _interface(name)
        case IfacePattern(head):
            return _interface(head, "*")
        case _:
            assert_never(value)


def inline(statement: Statement) -> str:
    """A statement on one line."""
    match statement:
        case VerdictStatement(kind, chain):
            return f"{kind.value} {chain}" if chain else kind.value
        case Match():
            return _match(statement)
        case Lookup(fields, name, negated):
            return f"{joined(fields)} {'!= ' if negated else ''}@{name}"
        case Dispatch(fields, name):
            return f"{joined(fields)} vmap @{name}"
        case TcpFlags(mask, flags, negated):
            return f"tcp flags & ({' | '.join(mask)}) {'!=' if negated else '=='} {' | '.join(flags)}"
        case Until(epoch):
            return f"meta time < {epoch}"
        case Learn(fields, name, seconds):
            return f"update @{name} {{ {joined(fields)} timeout {seconds}s }}"
        case Translate() | TranslateBy() | TranslatePrefix() | Masquerade():
            return _translation(statement)
        case LimitRate() | LimitBy() | Log() | Count() | ClampMss():
            return _effect(statement)
        case _:
            assert_never(statement)


def joined(fields: tuple[Field, ...]) -> str:
    """Fields as the key of a lookup."""
    return " . ".join(f.value for f in fields)


def listed(match: Match) -> Iterator[str]:
    """The values of a match, one by one."""
    of = _TYPES.get(match.fields[0])
    return (" . ".join(literal(part, of) for part in value) for value in match.values)


def _match(match: Match) -> str:
    values = list(listed(match))
    operator = "!= " if match.negated else ""
    if match.fields[0] in _FLAGS:
        return f"{joined(match.fields)} {operator}{','.join(values)}"
    if len(values) == 1 and len(match.fields) == 1:
        return f"{joined(match.fields)} {operator}{values[0]}"
    return f"{joined(match.fields)} {operator}{{ {', '.join(values)} }}"


def _translation(statement: Translate | TranslateBy | TranslatePrefix | Masquerade) -> str:
    match statement:
        case Translate(direction, address, port):
            host = literal(address)
            if port is not None:
                host = f"{host}:{port}" if address.family is Family.IPV4 else f"[{host}]:{port}"
            return f"{direction.value} {_word(address.family)} to {host}"
        case TranslateBy(family, fields, name):
            return f"dnat {_word(family)} to {joined(fields)} map @{name}"
        case TranslatePrefix(direction, before, after):
            end = "saddr" if direction is Direction.SOURCE else "daddr"
            word = _word(before.family)
            return f"{direction.value} {word} prefix to {word} {end} map {{ {before} : {after} }}"
        case Masquerade():
            return "masquerade"
        case _:
            assert_never(statement)


def _effect(statement: LimitRate | LimitBy | Log | Count | ClampMss) -> str:
    match statement:
        case LimitRate(rate, unit, burst):
            return f"limit rate {rate}/{unit} burst {burst} packets"
        case LimitBy(name):
            return f'limit name "{name}"'
        case Log(prefix):
            return f'log prefix "{quotable(prefix, LOG_BYTES)}"'
        case Count(name):
            return f"counter name {name}" if name else "counter"
        case ClampMss():
            return "tcp option maxseg size set rt mtu"
        case _:
            assert_never(statement)


def _word(family: Family) -> str:
    return "ip" if family is Family.IPV4 else "ip6"


def _prefix(prefix: Prefix, of: Type | None) -> str:
    """An address or a prefix; for `ND_TARGET`, which has no type in nft, a hexadecimal number or range."""
    if of is not Type.ND_TARGET:
        return prefix.shortest
    first = f"0x{prefix.value:032x}"
    return first if prefix.size == 1 else f"{first}-0x{prefix.last.value:032x}"


@functools.lru_cache(maxsize=65536)
def _interface(name: str, tail: str = "") -> str:
    problem = pattern_problem(f"{name}{tail}")
    if problem:
        raise ValueError(f"interface `{name}` {problem}")
    return f'"{name}{tail}"'
