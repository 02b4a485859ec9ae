"""Detects characters that no spec may contain, neither literally nor as an escape.

All later code relies on this: a text of the tree has no control characters except line feed and tab, no line separators
that only some tools honour, and no marks that reorder text on screen. With such marks, an attacker can show reviewers
another text than the compiled one (CVE-2021-42574).
"""

import functools
import re

_C0 = "\x00-\x08\x0b\x0c\x0e-\x1f"
_C1 = "\x7f-\x9f"
_SEPARATORS = "\u2028\u2029"
_BIDI = "\u202a-\u202e\u2066-\u2069"
_NOT_TEXT = "\ud800-\udfff\ufeff\ufffe\uffff"
_BANNED = re.compile(f"[{_C0}{_C1}{_SEPARATORS}{_BIDI}{_NOT_TEXT}]")
_BREAK = re.compile("\r\n|\n|\r")

_NAMES = {"\x00": "NUL", "\x1b": "escape", "\x7f": "delete", "\ufeff": "a byte order mark", "\r": "carriage return"}


def first_banned(text: str) -> int | None:
    """The index of the first banned character in a file; all kinds of line breaks are allowed."""
    found = _BANNED.search(text)
    return found.start() if found else None


def banned_value(text: str) -> str | None:
    """The first banned character in a value: one that is banned in files, or a carriage return."""
    found = _BANNED.search(text)
    return found.group() if found else "\r" if "\r" in text else None


def name_of(character: str) -> str:
    """The name of an unprintable character, such as `U+0000 (NUL)`."""
    code = f"U+{ord(character):04X}"
    if character in _NAMES:
        return f"{code} ({_NAMES[character]})"
    if "\u202a" <= character <= "\u2069":
        return f"{code} (it reorders the text on screen)"
    return code


def position(text: str, index: int) -> tuple[int, int]:
    """Line and column of the character at `index`, counted from 1."""
    line, start = 1, 0
    for found in _BREAK.finditer(text, 0, index):
        line, start = line + 1, found.end()
    return line, index - start + 1


@functools.lru_cache(maxsize=4)
def lines(text: str) -> tuple[str, ...]:
    """The lines of a text without their line breaks, split as in YAML; cached for several snippets of one file."""
    return tuple(_BREAK.split(text))


def printable_path(path: str) -> str:
    """A path for messages; U+FFFD replaces bytes that are not UTF-8, control characters and line breaks."""
    return "".join("\ufffd" if c in "\t\n\r" else c for c in _BANNED.sub("\ufffd", path))
