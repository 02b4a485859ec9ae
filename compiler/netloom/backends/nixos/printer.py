"""The one place where Nix becomes text: a module to lines, each with the origin of what it says.

The layout is that of nixfmt, two spaces a level, one element a line, so that a guest more is a line more.
"""

from collections.abc import Iterator
from typing import assert_never

from netloom.backends.artifact import Line
from netloom.backends.nixos import quote
from netloom.backends.nixos.tree import (
    Attribute,
    Attributes,
    Bool,
    Call,
    Code,
    Expression,
    Integer,
    Lines,
    Listing,
    Module,
    Text,
    TextLine,
)
from netloom.plan.origin import Origin

_STEP = "  "


def lines(module: Module) -> tuple[Line, ...]:
    """Print a module, ready for an artifact."""
    return tuple(_module(module))


def expression(value: Expression) -> str:
    """Print an expression alone, as it stands at the left margin."""
    return "\n".join(line.text for line in _block(value, "", "", "", None))


def _module(module: Module) -> Iterator[Line]:
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
    yield from _block(module.body, "", "", "", None)


def _block(value: Expression, margin: str, before: str, after: str, origin: Origin | None) -> Iterator[Line]:
    """The lines of `value` at `margin`, the first begun by `before` and the last ended by `after`."""
    match value:
        case Attributes(entries, inline) if entries and not inline:
            yield Line(f"{margin}{before}{{", origin)
            for entry in entries:
                path, inner, cause = _joined(entry, origin)
                yield from _block(inner, margin + _STEP, f"{path} = ", ";", cause)
            yield Line(f"{margin}}}{after}", origin)
        case Listing(items) if len(items) > 1 or any(not _short(item.value) for item in items):
            yield Line(f"{margin}{before}[", origin)
            for item in items:
                opening, closing = ("(", ")") if isinstance(item.value, Call) else ("", "")
                yield from _block(item.value, margin + _STEP, opening, closing, item.origin or origin)
            yield Line(f"{margin}]{after}", origin)
        case Lines(content) if _margin_is_kept(content):
            yield Line(f"{margin}{before}''", origin)
            for line in content:
                text = f"{margin}{_STEP}{quote.indented(line.value)}" if line.value else ""
                yield Line(text, line.origin or origin)
            yield Line(f"{margin}''{after}", origin)
        case Call(function, (*first, last)):
            head = " ".join((function.text, *map(_argument, first), ""))
            if isinstance(last, Call):
                yield from _block(last, margin, f"{before}{head}(", f"){after}", origin)
            else:
                yield from _block(last, margin, f"{before}{head}", after, origin)
        case _:
            yield Line(f"{margin}{before}{_flat(value)}{after}", origin)


def _joined(entry: Attribute, origin: Origin | None) -> tuple[str, Expression, Origin | None]:
    """The path of an attribute, its value and its origin; a set of one leaf goes into the path, as in `a.b = 1;`."""
    path, value, cause = entry.path, entry.value, entry.origin or origin
    if isinstance(value, Attributes) and not value.inline and len(value.entries) == 1:
        only = value.entries[0]
        if not isinstance(only.value, Attributes):
            path, value, cause = (*path, *only.path), only.value, only.origin or cause
    return ".".join(map(quote.name, path)), value, cause


def _short(value: Expression) -> bool:
    """Whether an only element stands on the line of its list."""
    return isinstance(value, Text | Integer | Bool | Code)


def _margin_is_kept(content: tuple[TextLine, ...]) -> bool:
    """Whether an indented string gives these lines back: Nix strips the spaces that all its lines begin with."""
    return any(line.value and not line.value.startswith(" ") for line in content)


def _argument(value: Expression) -> str:
    return f"({_flat(value)})" if isinstance(value, Call) else _flat(value)


def _flat(value: Expression) -> str:
    """`value` on one line."""
    match value:
        case Text(text):
            return quote.quoted(text)
        case Lines(content):
            return quote.quoted("".join(f"{line.value}\n" for line in content))
        case Integer(number):
            return str(number) if number >= 0 else f"({number})"
        case Bool(flag):
            return "true" if flag else "false"
        case Code(text):
            return text
        case Call(function, arguments):
            return " ".join((function.text, *map(_argument, arguments)))
        case Listing(items):
            return " ".join(("[", *(_argument(item.value) for item in items), "]"))
        case Attributes(entries):
            inner = (f"{'.'.join(map(quote.name, entry.path))} = {_flat(entry.value)};" for entry in entries)
            return " ".join(("{", *inner, "}"))
    assert_never(value)
