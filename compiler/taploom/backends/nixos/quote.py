"""Strings and names in the syntax of Nix (the lexer of Nix 2.3 and later, `src/libexpr/lexer.l`).

The syntax has two traps. In an indented string, a single quote directly before an escape breaks the escape: `'`
followed by `''${` is read as an escaped `''` and a live `${`. So every single quote is escaped there, and not only
pairs. Both kinds of strings turn a raw carriage return into a line feed, so every carriage return is escaped.
"""

_KEYWORDS = frozenset(("assert", "else", "if", "in", "inherit", "let", "or", "rec", "then", "with"))
_HEAD = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_")
_TAIL = _HEAD | frozenset("0123456789'-")
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "$": "\\$", "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def quoted(value: str) -> str:
    """`value` as a string between double quotes.

    Raises:
        ValueError: the value holds a NUL, which no string of Nix can hold.
    """
    if "\0" in value:
        raise ValueError("a Nix string cannot hold NUL")
    return f'"{value.translate(_ESCAPES)}"'


def indented(line: str) -> str:
    """`line` as a line of an indented string.

    Raises:
        ValueError: the line holds a NUL or a line end.
    """
    if "\0" in line or "\n" in line:
        raise ValueError("a line of a Nix string cannot hold NUL or a line end")
    if not ("'" in line or "$" in line or "\r" in line):
        return line
    return line.replace("'", "''\\'").replace("$", "''$").replace("\r", "''\\r")


def name(attribute: str) -> str:
    """The name of an attribute, quoted unless it is a plain identifier."""
    plain = attribute not in _KEYWORDS and attribute[:1] in _HEAD and _TAIL.issuperset(attribute)
    return attribute if plain else quoted(attribute)
