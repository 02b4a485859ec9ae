"""The printer of Nix: it turns a module into lines, each with its origin.

The layout is that of nixfmt: two spaces per level and one element per line, so that one more guest is one more line.
"""

import functools
from collections.abc import Iterator
from typing import assert_never

from taploom.backends.artifact import Line
from taploom.backends.nixos import quote
from taploom.backends.nixos.tree import (
    Attribute,
    AttributeSet,
    Bool,
    Call,
    Expression,
    IndentedString,
    Integer,
    Module,
    NixCode,
    NixList,
    NixString,
)
from taploom.plan.origin import Origin

_STEP = "  "


def lines(module: Module) -> tuple[Line, ...]:
    """Print a module, ready for an artifact."""
    out = list(_head(module))
    _print(out, module.body, "", "", "", None)
    return tuple(out)


def expression(value: Expression) -> str:
    """Print an expression alone, as it stands at the left margin."""
    out: list[Line] = []
    _print(out, value, "", "", "", None)
    return "\n".join(line.text for line in out)


def _head(module: Module) -> Iterator[Line]:
    if not module.comment.isprintable():
        raise ValueError("a comment is one line of printable text")
    yield Line(f"# {module.comment}")
    yield Line(f"{{ {', '.join((*module.arguments, '...'))} }}:")
    if module.bindings:
        yield Line("let")
        for binding in module.bindings:
            yield Line(f"{_STEP}# {binding.comment}")
            yield from (Line(f"{_STEP}{text}") for text in f"{binding.name} = {binding.code};".split("\n"))
        yield Line("in")


def _print(out: list[Line], value: Expression, margin: str, before: str, after: str, origin: Origin | None) -> None:
    """Add the lines of `value` at `margin`, with `before` in front of the first line and `after` behind the last."""
    if isinstance(value, AttributeSet) and value.attributes and not value.inline:
        out.append(Line(f"{margin}{before}{{", origin))
        _attributes(out, value.attributes, margin + _STEP, origin)
        out.append(Line(f"{margin}}}{after}", origin))
    elif isinstance(value, NixList) and (len(value.items) > 1 or any(not _short(item.value) for item in value.items)):
        out.append(Line(f"{margin}{before}[", origin))
        for item in value.items:
            opening, closing = ("(", ")") if isinstance(item.value, Call) else ("", "")
            _print(out, item.value, margin + _STEP, opening, closing, item.origin or origin)
        out.append(Line(f"{margin}]{after}", origin))
    elif isinstance(value, IndentedString) and _margin_is_kept(value.lines):
        out.append(Line(f"{margin}{before}''", origin))
        out.extend(_indented(value.lines, margin + _STEP, origin))
        out.append(Line(f"{margin}''{after}", origin))
    elif isinstance(value, Call) and value.arguments:
        *first, last = value.arguments
        head = " ".join((value.function.text, *map(_argument, first), ""))
        opening, closing = ("(", ")") if isinstance(last, Call) else ("", "")
        _print(out, last, margin, f"{before}{head}{opening}", f"{closing}{after}", origin)
    else:
        out.append(Line(f"{margin}{before}{_flat(value)}{after}", origin))


def _attributes(out: list[Line], attributes: tuple[Attribute, ...], margin: str, origin: Origin | None) -> None:
    quoted = quote.quoted
    for attribute in attributes:
        path, inner, cause = _joined(attribute, origin)
        if isinstance(inner, NixString):  # most lines are of this kind, so they skip the call
            out.append(Line(f"{margin}{path} = {quoted(inner.value)};", cause))
        else:
            _print(out, inner, margin, f"{path} = ", ";", cause)


def _indented(content: tuple[Line, ...], margin: str, origin: Origin | None) -> list[Line]:
    escaped = quote.indented
    return [Line(f"{margin}{escaped(text)}" if text else "", cause or origin) for text, cause in content]


def _joined(attribute: Attribute, origin: Origin | None) -> tuple[str, Expression, Origin | None]:
    """The path of an attribute, its value and its origin; a set of one value joins the path, as in `a.b = 1;`."""
    value, cause = attribute.value, attribute.origin or origin
    if type(value) is AttributeSet and len(value.attributes) == 1 and not value.inline:
        only = value.attributes[0]
        if type(only.value) is not AttributeSet:
            return _path((*attribute.path, *only.path)), only.value, only.origin or cause
    return _path(attribute.path), value, cause


@functools.lru_cache(maxsize=4096)
def _path(names: tuple[str, ...]) -> str:
    return ".".join(map(quote.name, names))


def _short(value: Expression) -> bool:
    """Whether a list whose only element is this value is printed on one line."""
    return isinstance(value, NixString | Integer | Bool | NixCode)


def _margin_is_kept(content: tuple[Line, ...]) -> bool:
    """Whether an indented string keeps these lines as they are: Nix strips the indentation that all lines share."""
    return any(text and not text.startswith(" ") for text, _ in content)


def _argument(value: Expression) -> str:
    return f"({_flat(value)})" if isinstance(value, Call) else _flat(value)


def _flat(value: Expression) -> str:
    """`value` on one line."""
    match value:
        case NixString(text):
            return quote.quoted(text)
        case IndentedString(content):
            return quote.quoted("".join(f"{text}\n" for text, _ in content))
        case Integer(number):
            return str(number) if number >= 0 else f"({number})"
        case Bool(flag):
            return "true" if flag else "false"
        case NixCode(text):
            return text
        case Call(function, arguments):
            return " ".join((function.text, *map(_argument, arguments)))
        case NixList(items):
            return " ".join(("[", *(_argument(item.value) for item in items), "]"))
        case AttributeSet(attributes):
            inner = (f"{_path(attribute.path)} = {_flat(attribute.value)};" for attribute in attributes)
            return " ".join(("{", *inner, "}"))
    assert_never(value)
