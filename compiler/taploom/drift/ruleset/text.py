"""Prints rules and elements in the syntax of nft, for people; names in a listing may be invalid in that syntax."""

from collections.abc import Iterator, Mapping

from taploom.backends.nftables.fields import Type
from taploom.backends.nftables.statements import inline, joined, literal
from taploom.backends.nftables.tree import (
    Dispatch,
    Element,
    Lookup,
    Rule,
    Set,
    Statement,
    TranslateBy,
    VerdictStatement,
)
from taploom.backends.nftables.values import Value

_SHOWN = 4


def rule_text(rule: Rule, sets: Mapping[str, Set], unknown: tuple[str, ...] = ()) -> str:
    """A rule on one line; statements that taploom cannot read are at its end, as JSON."""
    comment = (f'comment "{rule.comment}"',) if rule.comment else ()
    return " ".join([*(_statement(statement, sets) for statement in rule.statements), *unknown, *comment])


def element_text(element: Element, one: Set) -> str:
    """The text of an element with its verdict or data."""
    return " : ".join(_element(element, one))


def _statement(statement: Statement, sets: Mapping[str, Set]) -> str:
    match statement:
        case Lookup(fields, name, negated) if _inline(name, sets):
            return f"{joined(fields)} {'!= ' if negated else ''}{_listed(sets[name])}"
        case Dispatch(fields, name) if _inline(name, sets):
            return f"{joined(fields)} vmap {_listed(sets[name])}"
        case TranslateBy(_, fields, name) if _inline(name, sets):
            return f"dnat to {joined(fields)} map {_listed(sets[name])}"
        case _:
            try:
                return inline(statement)
            except ValueError:  # a name that is invalid in specs
                return repr(statement)


def _inline(name: str, sets: Mapping[str, Set]) -> bool:
    return name in sets and sets[name].inline


def _listed(one: Set) -> str:
    texts = [element_text(element, one) for element in one.elements[:_SHOWN]]
    more = [f"and {len(one.elements) - _SHOWN} more"] if len(one.elements) > _SHOWN else []
    return f"{{ {', '.join([*texts, *more])} }}"


def _element(element: Element, one: Set) -> Iterator[str]:
    yield _key(element.key, one.types)
    if isinstance(element.data, VerdictStatement):
        yield inline(element.data)
    elif element.data is not None:
        yield _key(element.data, one.data)


def _key(key: tuple[Value, ...], types: tuple[Type, ...]) -> str:
    try:
        return " . ".join(map(literal, key, types))
    except ValueError:  # a name that is invalid in specs
        return " . ".join(map(str, key))
