"""The tree as the text that nft reads, one element a line, so that a change of one fact is a change of one line.

nft 1.0.6 is the oldest reader: no `destroy`, no `} }` on one line, no empty `elements`, an element's comment before its
colon. A table's body is printed alone too, as NixOS wraps it in a transaction of its own.
"""

from collections.abc import Iterable, Iterator

from netloom.backends.artifact import Line
from netloom.backends.nftables.fields import Type
from netloom.backends.nftables.idents import COMMENT_BYTES, quotable
from netloom.backends.nftables.statements import inline, literal
from netloom.backends.nftables.tree import (
    Chain,
    Element,
    Match,
    NamedLimit,
    Rule,
    Ruleset,
    Set,
    Table,
    Verdict,
)
from netloom.plan.origin import Origin

_HEAD = (
    "# Rendered by netloom; a change made here is lost with the next one.",
    "# One transaction: replaces the tables of netloom and touches no other.",
)
_INLINE_VALUES = 4
_LEARNED_SIZE = 65535


def document(ruleset: Ruleset) -> tuple[Line, ...]:
    """A file for `nft -f`: loading it any number of times leaves it once."""
    lines = [Line(text) for text in _HEAD]
    for table in ruleset.tables:
        name = f"table {table.family} {table.name}"
        lines += [Line(""), Line(name), Line(f"delete {name}"), Line(f"{name} {{"), *_indented(body(table)), Line("}")]
    return tuple(lines)


def body(table: Table) -> tuple[Line, ...]:
    """What stands between the braces of a table, without indentation."""
    lines = [Line(f"counter {counter.name} {{ }}", counter.origin) for counter in table.counters]
    for limit in table.limits:
        lines += _limit(limit)
    for entry in table.sets:
        lines += _set(entry)
    for chain in table.chains:
        lines += _chain(chain)
    return tuple(lines)


def _limit(limit: NamedLimit) -> Iterator[Line]:
    rate = f"rate {limit.rate}/{limit.unit} burst {limit.burst} packets"
    return _block(f"limit {limit.name}", (Line(rate, limit.origin),), limit.origin)


def _set(entry: Set) -> Iterator[Line]:
    word = "map" if entry.data or entry.verdicts else "set"
    inner = [Line(text, entry.origin) for text in _declaration(entry)]
    if entry.elements:
        inner.append(Line("elements = {", entry.origin))
        inner += (Line(f"\t{_element(element, entry)},", element.origin) for element in entry.elements)
        inner.append(Line("}", entry.origin))
    return _block(f"{word} {entry.name}", inner, entry.origin)


def _declaration(entry: Set) -> Iterator[str]:
    key = " . ".join(t.value for t in entry.types)
    data = " . ".join(t.value for t in entry.data) or ("verdict" if entry.verdicts else "")
    raw = Type.ND_TARGET in entry.types
    # A column without a type of its own is told by an expression, and then all of them are.
    yield (f"typeof {key.replace('ifname', 'iifname')}" if raw else f"type {key}") + (f" : {data}" if data else "")
    if entry.learned:
        yield f"size {_LEARNED_SIZE}"
    flags = [*(["interval"] if entry.interval else []), *(["dynamic", "timeout"] if entry.learned else [])]
    if flags:
        yield f"flags {','.join(flags)}"
    if entry.learned:
        yield f"timeout {entry.learned}s"
    if entry.counted:
        yield "counter"


def _element(element: Element, entry: Set) -> str:
    key = " . ".join(map(literal, element.key, entry.types))
    comment = f" {_comment(element.comment)}" if element.comment else ""
    match element.data:
        case None:
            return f"{key}{comment}"
        case Verdict():
            return f"{key}{comment} : {inline(element.data)}"
        case _:
            return f"{key}{comment} : {' . '.join(map(literal, element.data, entry.data))}"


def _chain(chain: Chain) -> Iterator[Line]:
    inner: list[Line] = []
    if chain.base:
        base = chain.base
        head = f"type {base.type} hook {base.hook} priority {base.priority}; policy {base.policy.value};"
        inner.append(Line(head, chain.origin))
    for rule in chain.rules:
        inner += _rule(rule, rule.origin or chain.origin)
    return _block(f"chain {chain.name}", inner, chain.origin)


def _rule(rule: Rule, origin: Origin | None) -> Iterator[Line]:
    """One line, or several where a match lists many values."""
    text = ""
    for statement in rule.statements:
        if isinstance(statement, Match) and len(statement.values) > _INLINE_VALUES:
            head, *values = _listed(statement)
            yield Line(f"{text} {head}".strip(), origin)
            yield from (Line(f"\t{value},", origin) for value in values)
            text = "}"
        else:
            text = f"{text} {inline(statement)}".strip()
    comment = f" {_comment(rule.comment)}" if rule.comment else ""
    yield Line(f"{text}{comment}", origin)


def _listed(match: Match) -> Iterator[str]:
    fields = " . ".join(f.value for f in match.fields)
    yield f"{fields} {'!= ' if match.negated else ''}{{"
    for value in match.values:
        yield " . ".join(map(literal, value))


def _comment(text: str) -> str:
    return f'comment "{quotable(text, COMMENT_BYTES)}"'


def _block(head: str, inner: Iterable[Line], origin: Origin | None) -> Iterator[Line]:
    yield Line(f"{head} {{", origin)
    yield from _indented(inner)
    yield Line("}", origin)


def _indented(lines: Iterable[Line]) -> Iterator[Line]:
    return (Line(f"\t{line.text}", line.origin) for line in lines)
