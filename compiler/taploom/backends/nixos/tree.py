"""The kinds of Nix expressions that a NixOS module of plain settings needs.

The nodes are frozen and their union is closed. A value from a plan can only be a `NixString`, an `IndentedString`, an
`Integer`, a `Bool` or the name of an attribute, and the printer writes each of these as a literal of Nix. `NixCode` is
the one node that is printed as it stands, and it accepts only string literals in the code of this package.
"""

from typing import LiteralString, NamedTuple

from taploom.backends.artifact import Line
from taploom.base.frozen import dataclass
from taploom.plan.origin import Origin


@dataclass(frozen=True, slots=True)
class NixString:
    """A string on one line, quoted."""

    value: str


@dataclass(frozen=True, slots=True)
class IndentedString:
    """A string of lines, each with its line end; printed as an indented string, so that a diff shows single lines."""

    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Integer:
    """A number."""

    value: int


@dataclass(frozen=True, slots=True)
class Bool:
    """`true` or `false`."""

    value: bool


@dataclass(frozen=True, slots=True)
class NixCode:
    """Nix that this package contains as text, never built from a plan (`LiteralString` is checked)."""

    text: LiteralString


@dataclass(frozen=True, slots=True)
class Call:
    """A function applied to arguments; the printer puts parentheses around an argument that is no atom."""

    function: NixCode
    arguments: tuple["Expression", ...]


class ListItem(NamedTuple):
    """One element of a list."""

    value: "Expression"
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class NixList:
    """A list."""

    items: tuple[ListItem, ...]


class Attribute(NamedTuple):
    """`path = value;`, where the names of the path are joined by dots."""

    path: tuple[str, ...]
    value: "Expression"
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class AttributeSet:
    """A set of attributes.

    Attributes:
        attributes: the attributes in the order of printing; no path occurs twice, or is the beginning of another.
        inline: True for a set that is printed on one line, such as a row of a table.
    """

    attributes: tuple[Attribute, ...]
    inline: bool = False


Expression = NixString | IndentedString | Integer | Bool | NixCode | Call | NixList | AttributeSet


@dataclass(frozen=True, slots=True)
class Binding:
    """`name = code;` of a module's `let`, below a comment that says why it is there."""

    name: LiteralString
    code: LiteralString
    comment: LiteralString


@dataclass(frozen=True, slots=True)
class Module:
    """The file of a NixOS module: a function from `arguments` to a set of settings.

    Attributes:
        comment: a line at the head of the file for its reader.
        arguments: names of the function's arguments, besides `...`.
        bindings: definitions that the settings share.
    """

    comment: str
    arguments: tuple[LiteralString, ...]
    bindings: tuple[Binding, ...]
    body: AttributeSet


def texts(*values: str, origin: Origin | None = None) -> NixList:
    """A list of strings."""
    return NixList(tuple(ListItem(NixString(value), origin) for value in values))
