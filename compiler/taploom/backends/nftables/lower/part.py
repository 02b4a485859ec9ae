"""Parts of a table, with the objects that one module adds, and the table that joins all parts."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from taploom.backends.nftables.tree import (
    Base,
    Chain,
    Count,
    Counter,
    Dispatch,
    Learn,
    Lookup,
    NamedLimit,
    Rule,
    Set,
    Statement,
    Table,
    TranslateBy,
)
from taploom.base.frozen import dataclass
from taploom.plan.origin import Origin

Object = TypeVar("Object", Set, NamedLimit, Chain)


@dataclass(frozen=True, slots=True)
class TablePart:
    """Objects for one table, without counters: the table declares each counter that a rule names."""

    chains: tuple[Chain, ...] = ()
    sets: tuple[Set, ...] = ()
    limits: tuple[NamedLimit, ...] = ()


@dataclass(frozen=True, slots=True)
class ChainRules:
    """Rules for a chain of another part, with the objects that the rules need."""

    rules: tuple[Rule, ...] = ()
    sets: tuple[Set, ...] = ()
    limits: tuple[NamedLimit, ...] = ()


def together(parts: Iterable[TablePart | ChainRules]) -> TablePart:
    """All objects of the parts; the rules of a `ChainRules` are left out, as a chain has them already."""
    every = tuple(parts)
    return TablePart(
        tuple(chain for part in every if isinstance(part, TablePart) for chain in part.chains),
        tuple(one for part in every for one in part.sets),
        tuple(limit for part in every for limit in part.limits),
    )


def table(family: str, part: TablePart, origin: Origin) -> Table:
    """The table `taploom` of a family: sets that no rule reads are left out, the rest is sorted."""
    return _table(family, "taploom", part, origin, kept=False)


def memory(family: str, part: TablePart, origin: Origin) -> Table:
    """The table of a family that keeps learned elements; a set that rules fill stays, even if no rule reads it."""
    return _table(family, "taploom-memory", part, origin, kept=True)


def _table(family: str, name: str, part: TablePart, origin: Origin, *, kept: bool) -> Table:
    used = frozenset(_reads(part.chains))
    counters = sorted({s.name for s in _statements(part.chains) if isinstance(s, Count) and s.name})
    chains = sorted(_once(part.chains), key=lambda chain: (chain.base is None, chain.name))
    return Table(
        family,
        name,
        tuple(Counter(name, origin) for name in counters),
        _once(part.limits),
        tuple(one for one in _once(part.sets) if one.name in used or one.learned),
        tuple(chains),
        kept,
    )


def base(kind: str, hook: str, priority: str) -> Base:
    """The hook of a base chain with policy `accept`, as only packets of our interfaces are judged."""
    return Base(kind, hook, priority)


def _once(objects: Iterable[Object]) -> tuple[Object, ...]:
    by_name = {one.name: one for one in objects}
    return tuple(by_name[name] for name in sorted(by_name))


def _statements(chains: Iterable[Chain]) -> Iterator[Statement]:
    return (statement for chain in chains for rule in chain.rules for statement in rule.statements)


def _reads(chains: Iterable[Chain]) -> Iterator[str]:
    for statement in _statements(chains):
        match statement:
            case Lookup(_, name) | Learn(_, name):
                yield name
            case Dispatch(_, name) | TranslateBy(_, _, name):
                yield name
            case _:
                pass
