"""Printer of the ruleset as text for nft, with one element per line, so that a change of one fact changes one line.

The oldest supported nft is 1.0.6, so the text has no `destroy`, no `} }` on one line and no empty `elements`, and the
comment of an element stands before its colon. The body of a table can be printed alone, as NixOS adds the transaction
around it.
"""

import functools
from collections.abc import Iterator, Mapping

from taploom.backends.artifact import Line
from taploom.backends.nftables.fields import Type
from taploom.backends.nftables.idents import COMMENT_BYTES, quotable
from taploom.backends.nftables.statements import inline, joined, listed, literal
from taploom.backends.nftables.tree import (
    Chain,
    Element,
    Lookup,
    Match,
    NamedLimit,
    Rule,
    Ruleset,
    Set,
    Statement,
    Table,
    VerdictStatement,
)
from taploom.base.identity import remembered

_HEAD = (
    "# Rendered by taploom from the specs; the next ruleset overwrites changes made here.",
    "# One transaction: replaces the tables of taploom and touches no other.",
)
_INLINE_VALUES = 4
_LEARNED_SIZE = 65535


def document(ruleset: Ruleset) -> tuple[Line, ...]:
    """A file for `nft -f`; loading it again has no further effect."""
    lines = [Line(text) for text in _HEAD]
    for table in ruleset.tables:
        name = f"table {table.family} {table.name}"
        verb = "flush" if table.kept and table.chains else "delete"
        lines += [Line(""), Line(name), Line(f"{verb} {name}")]
        if table.chains or not table.kept:
            lines += [Line(f"{name} {{"), *_indented(body(table)), Line("}")]
    return tuple(lines)


@remembered
def body(table: Table) -> tuple[Line, ...]:
    """The text between the braces of a table, without indentation."""
    lines = [Line(f"counter {counter.name} {{ }}", counter.origin) for counter in table.counters]
    for limit in table.limits:
        lines += _limit(limit)
    inlined = {one.name: one for one in table.sets if one.inline}
    for one in table.sets:
        lines += [] if one.inline else _set(one)
    for chain in table.chains:
        lines += _chain(chain, inlined)
    return tuple(lines)


def _indented(lines: tuple[Line, ...]) -> list[Line]:
    return [Line(f"\t{text}", origin) for text, origin in lines]


def _limit(limit: NamedLimit) -> Iterator[Line]:
    yield Line(f"limit {limit.name} {{", limit.origin)
    yield Line(f"\trate {limit.rate}/{limit.unit} burst {limit.burst} packets", limit.origin)
    yield Line("}", limit.origin)


def _set(one: Set) -> Iterator[Line]:
    word = "map" if one.data or one.verdicts else "set"
    yield Line(f"{word} {one.name} {{", one.origin)
    yield from (Line(f"\t{text}", one.origin) for text in _declaration(one))
    if one.elements:
        yield Line("\telements = {", one.origin)
        yield from (Line(f"\t\t{_element(element, one)},", element.origin) for element in one.elements)
        yield Line("\t}", one.origin)
    yield Line("}", one.origin)


def _declaration(one: Set) -> Iterator[str]:
    key = " . ".join(t.value for t in one.types)
    data = " . ".join(t.value for t in one.data) or ("verdict" if one.verdicts else "")
    raw = Type.ND_TARGET in one.types
    # If a column has no named type, `typeof` declares all columns by expressions.
    yield (f"typeof {key.replace('ifname', 'iifname')}" if raw else f"type {key}") + (f" : {data}" if data else "")
    if one.learned:
        yield f"size {_LEARNED_SIZE}"
    flags = [*(["interval"] if one.interval else []), *(["dynamic", "timeout"] if one.learned else [])]
    if flags:
        yield f"flags {','.join(flags)}"
    if one.learned:
        yield f"timeout {one.learned}s"
    if one.counted:
        yield "counter"


def _element(element: Element, one: Set) -> str:
    key = " . ".join(map(literal, element.key, one.types))
    comment = f"{' counter' if one.inline and one.counted else ''}{_comment(element.comment)}"
    data = element.data
    if data is None:
        return f"{key}{comment}"
    if isinstance(data, VerdictStatement):
        return f"{key}{comment} : {inline(data)}"
    return f"{key}{comment} : {' . '.join(map(literal, data, one.data))}"


def _chain(chain: Chain, inlined: Mapping[str, Set]) -> Iterator[Line]:
    yield Line(f"chain {chain.name} {{", chain.origin)
    if chain.base:
        base = chain.base
        head = f"type {base.type} hook {base.hook} priority {base.priority}; policy {base.policy.value};"
        yield Line(f"\t{head}", chain.origin)
    for rule in chain.rules:
        origin = rule.origin or chain.origin
        yield from (Line(f"\t{text}", of or origin) for text, of in _rule(rule, inlined))
    yield Line("}", chain.origin)


def _rule(rule: Rule, inlined: Mapping[str, Set]) -> Iterator[Line]:
    """A rule on one line, or on several if a match lists many values or a set is inlined."""
    text = ""
    for statement in rule.statements:
        values = list(_values(statement, inlined))
        if values:
            assert isinstance(statement, Match | Lookup)
            operator = "!= {" if statement.negated else "{"
            yield Line(f"{text} {joined(statement.fields)} {operator}".strip())
            yield from (Line(f"\t{value},", origin) for value, origin in values)
            text = "}"
        else:
            text = f"{text} {inline(statement)}".strip()
    yield Line(f"{text}{_comment(rule.comment)}")


def _values(statement: Statement, inlined: Mapping[str, Set]) -> Iterator[Line]:
    """The values that a statement lists on lines of their own."""
    match statement:
        case Match(values=values) if len(values) > _INLINE_VALUES:
            yield from map(Line, listed(statement))
        case Lookup(set=name) if name in inlined:
            yield from (Line(_element(element, inlined[name]), element.origin) for element in inlined[name].elements)
        case _:
            pass


@functools.lru_cache(maxsize=65536)
def _comment(text: str) -> str:
    return f' comment "{quotable(text, COMMENT_BYTES)}"' if text else ""
