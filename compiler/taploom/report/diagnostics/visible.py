"""Makes untrusted text harmless on a terminal, and measures its width.

A spec may contain escape sequences that recolour or retitle a terminal, and bidirectional marks that show a line in
another order than a parser reads it (CVE-2021-42574). To make them visible, a control picture or a code point replaces
every unprintable character.
"""

import unicodedata

SHOWN = 110
"""Maximum number of characters of a line that an excerpt shows."""
_BEFORE = 40
_PICTURES = 0x2400  # Unicode's Control Pictures follow the order of ASCII


def visible(text: str) -> str:
    """`text` with a printable replacement for each unprintable character."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _picture(ord(char)) for char in text)


def _picture(code: int) -> str:
    if code < 0x20:
        return chr(_PICTURES + code)
    return "␡" if code == 0x7F else f"<U+{code:04X}>"


def columns(text: str) -> int:
    """The columns of printable `text` on a terminal (UAX #11: wide characters take two, combining ones none)."""
    if text.isascii():
        return len(text)
    return sum(_width(char) for char in text)


def _width(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def excerpt(text: str, start: int, end: int) -> tuple[str, int, int]:
    """Cut a line around a span and make it visible.

    Args:
        text: the whole line, of any length.
        start: index of the first character of the span, from 0.
        end: index after the last character of the span; at least the length of the line if the span continues below.

    Returns:
        The text to show, the columns before the span, and the columns of the span (at least one).
    """
    start = min(start, len(text))
    head = 0 if len(text) <= SHOWN else max(0, min(start - _BEFORE, len(text) - SHOWN))
    tail = min(head + SHOWN, len(text))
    before = ("…" if head else "") + visible(text[head:start])
    marked = visible(text[start : max(start, min(end, tail))])
    after = visible(text[max(start, min(end, tail)) : tail]) + ("…" if tail < len(text) else "")
    return before + marked + after, columns(before), max(columns(marked), 1)
