"""The ruleset as data: printers write it as text, and an evaluator runs it without a parser.

There is no statement made of raw text. A rule is a list of statements that run in order: a match that fails ends the
rule, a verdict ends it too, everything else goes on to the next statement (nft(8), RULES and STATEMENTS). Objects are
found by name within their table. Everything is frozen; origins do not count when trees are compared.
"""

import enum
from dataclasses import field

from taploom.backends.nftables.fields import Field, Type
from taploom.backends.nftables.values import Value
from taploom.base.address import Family, Prefix
from taploom.base.frozen import dataclass
from taploom.plan.origin import Origin


class VerdictKind(enum.Enum):
    """Verdicts. `goto` does not return: if no rule of its target decides, the policy of the base chain decides."""

    ACCEPT = "accept"
    DROP = "drop"
    RETURN = "return"
    GOTO = "goto"
    JUMP = "jump"


@dataclass(frozen=True, slots=True)
class VerdictStatement:
    """A verdict, which ends the rule.

    Attributes:
        chain: target of `goto` and `jump`, else "".
    """

    kind: VerdictKind
    chain: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """A match: the rule goes on if the fields, as a tuple, are among the values; with `negated`, if they are not.

    Flags (`ct state`, `ct status`) are among the values if one of them is set.
    """

    fields: tuple[Field, ...]
    values: tuple[tuple[Value, ...], ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class TcpFlags:
    """A match on TCP packets with exactly `flags` set, of the flags in `mask`; with `negated`, on other TCP packets."""

    mask: tuple[str, ...]
    flags: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Until:
    """A match on the time: the rule goes on before `epoch`, in seconds since 1970 (UTC)."""

    epoch: int


@dataclass(frozen=True, slots=True)
class Lookup:
    """A match: the rule goes on if the fields, as a tuple, are in the named set; with `negated`, if they are not."""

    fields: tuple[Field, ...]
    set: str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Dispatch:
    """A verdict from the named map, with the fields as key; if the map lacks the key, the next rule runs."""

    fields: tuple[Field, ...]
    map: str


class Direction(enum.Enum):
    """The address that a translation changes: the source or the destination."""

    SOURCE = "snat"
    DESTINATION = "dnat"


@dataclass(frozen=True, slots=True)
class Translate:
    """Translates to one address and ends the chain.

    Attributes:
        address: a prefix of full length.
        port: the new port, or None to keep it.
    """

    direction: Direction
    address: Prefix
    port: int | None = None


@dataclass(frozen=True, slots=True)
class TranslateBy:
    """Translates the destination to the value of the named map for the fields: an address, or an address and a port.

    Without an element for the fields, the rule ends and the next one runs.
    """

    family: Family
    fields: tuple[Field, ...]
    map: str


@dataclass(frozen=True, slots=True)
class TranslatePrefix:
    """Replaces the leading bits of the source or destination: `before` becomes `after`, of the same length.

    An address that is not within `before` ends the rule, and the next one runs.
    """

    direction: Direction
    before: Prefix
    after: Prefix


@dataclass(frozen=True, slots=True)
class Masquerade:
    """Translates the source to the address of the interface that the packet leaves by, and ends the chain."""


@dataclass(frozen=True, slots=True)
class LimitRate:
    """A match that holds up to a rate: beyond it, the rule ends. Only packets that reach this rule count."""

    rate: int
    unit: str
    burst: int


@dataclass(frozen=True, slots=True)
class LimitBy:
    """A match that holds up to the rate of the named limit; all rules that name the limit share the rate."""

    name: str


@dataclass(frozen=True, slots=True)
class Log:
    """Writes a line to the kernel's log."""

    prefix: str


@dataclass(frozen=True, slots=True)
class Count:
    """Counts packets and bytes in the named counter, or in a counter of the rule itself if the name is ""."""

    name: str = ""


@dataclass(frozen=True, slots=True)
class Learn:
    """Adds the fields to the named set for `seconds`, or renews their element."""

    fields: tuple[Field, ...]
    set: str
    seconds: int


@dataclass(frozen=True, slots=True)
class ClampMss:
    """Lowers the maximum segment size of TCP to what fits the route (RFC 4459, 3.2)."""


Statement = (
    Match | TcpFlags | Until | Lookup | Dispatch | Translate | TranslateBy | TranslatePrefix | Masquerade
    | LimitRate | LimitBy | Log | Count | Learn | ClampMss | VerdictStatement
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; the comment is the stable name of its cause, such as `policy/web`."""

    statements: tuple[Statement, ...]
    comment: str = ""
    origin: Origin | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Base:
    """The hook of a base chain, at which the kernel sends packets through the chain.

    Attributes:
        type: `filter` or `nat`.
        hook: `prerouting`, `input`, `forward`, `output` or `postrouting`.
        priority: the priority in the notation of nft, a name or a number.
        policy: the verdict for a packet that no rule decides.
    """

    type: str
    hook: str
    priority: str
    policy: VerdictKind = VerdictKind.ACCEPT


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain; its rules run in order."""

    name: str
    rules: tuple[Rule, ...]
    base: Base | None = None
    origin: Origin | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Element:
    """An element of a set, or of a map if it has data."""

    key: tuple[Value, ...]
    data: tuple[Value, ...] | VerdictStatement | None = None
    comment: str = ""
    origin: Origin | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Counter:
    """A named counter."""

    name: str
    origin: Origin | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class NamedLimit:
    """A named rate: `rate` packets per `unit`, with a burst of `burst` packets."""

    name: str
    rate: int
    unit: str
    burst: int
    origin: Origin | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Set:
    """A named set or map. Its elements are disjoint, and sorted by key.

    Attributes:
        types: the types of the columns of the key.
        elements: the elements; never empty, except in a set that rules fill.
        data: the types of the columns of the data; empty for a set and for a map to verdicts.
        verdicts: whether it is a map to verdicts.
        interval: whether keys may be prefixes, ranges and patterns; else they are single values.
        counted: whether each element counts its packets.
        learned: lifetime in seconds of an element that a rule adds (`Learn`), or 0.
        inline: whether the set is anonymous: its elements stand in the one rule that looks them up.
    """

    name: str
    types: tuple[Type, ...]
    elements: tuple[Element, ...]
    data: tuple[Type, ...] = ()
    verdicts: bool = False
    interval: bool = False
    counted: bool = False
    learned: int = 0
    inline: bool = False
    origin: Origin | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Table:
    """A table of ours: counters, limits, sets and chains, each sorted by name (base chains before others).

    Attributes:
        kept: True if a load replaces only the rules, and keeps the elements that rules have added; a table without
            chains is removed anyway.
    """

    family: str
    name: str
    counters: tuple[Counter, ...]
    limits: tuple[NamedLimit, ...]
    sets: tuple[Set, ...]
    chains: tuple[Chain, ...]
    kept: bool = False


@dataclass(frozen=True, slots=True)
class Ruleset:
    """All of our tables on a host."""

    tables: tuple[Table, ...]
