"""Inline content of a page: plain text, and elements such as links and code.

A `str` is always plain text, even if it comes from a spec: the printers escape it, so builders of pages do not.
"""

import functools
import re
from collections.abc import Iterable
from typing import TypeAlias
from urllib.parse import quote

from taploom.base.frozen import dataclass

Inline: TypeAlias = (
    "str | Code | Link | Outward | Strong | Emphasis | Number | StyledSpan | Anchor | Break | tuple[Inline, ...]"
)
"""Text, an element, or several of them one after the other; "" and () are empty."""

_UNSAFE = re.compile(r"[^\w/?&=%+.~,@-]")
_NO_NAME = re.compile(r"[^\w.:-]")


@dataclass(frozen=True, slots=True)
class Code:
    """Text in the font of code.

    Attributes:
        parts: the text, in pieces between which a line may break.
    """

    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """A link within the site.

    Attributes:
        target: source path of a page, such as `guests/web.md#nics`, or `#nics` on the same page.
        words: the shown text.
        style: a class of the style sheet, or "".
    """

    target: str
    words: str | Code
    style: str = ""


@dataclass(frozen=True, slots=True)
class Outward:
    """A link of a spec to a URL outside the site; shown as plain text if its scheme is neither http nor https."""

    url: str


@dataclass(frozen=True, slots=True)
class Strong:
    """Words in `<strong>`."""

    words: Inline


@dataclass(frozen=True, slots=True)
class Emphasis:
    """Words in `<em>`."""

    words: Inline


@dataclass(frozen=True, slots=True)
class Number:
    """A number; a column that contains only numbers is aligned to the right.

    Attributes:
        text: its digits, as they are shown.
        power: the exponent of the last number in `text`, or None.
    """

    text: str
    power: int | None = None


@dataclass(frozen=True, slots=True)
class StyledSpan:
    """Words with a class of the style sheet."""

    style: str
    words: Inline


@dataclass(frozen=True, slots=True)
class Anchor:
    """An invisible target of links."""

    name: str


@dataclass(frozen=True, slots=True)
class Break:
    """A line break within a cell."""


def code(text: object) -> Inline:
    """A text as code; empty for an empty text."""
    shown = str(text)
    return Code((shown,)) if shown else ""


def codes(texts: Iterable[object]) -> Inline:
    """Several texts as code, with commas between them."""
    return joined(map(code, texts))


def joined(parts: Iterable[Inline], between: Inline = ", ") -> Inline:
    """Parts with a separator between them; empty if there is no part."""
    found = [one for part in parts for one in (between, part)]
    return tuple(found[1:])


def prose(text: str) -> Inline:
    """A description from a spec; text between backticks becomes code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return text
    return tuple(code(part) if number % 2 else part for number, part in enumerate(parts) if part)


def is_empty(words: Inline) -> bool:
    """Whether the words show nothing."""
    return all(map(is_empty, words)) if isinstance(words, tuple) else not words


def text_of(words: Inline) -> str:
    """The text of the words, without markup."""
    match words:
        case str():
            return words
        case tuple():
            return "".join(map(text_of, words))
        case Code(parts):
            return "".join(parts)
        case Outward(url):
            return url
        case Number(text, power):
            return text if power is None else f"{text}^{power}"
        case Anchor() | Break():
            return ""
        case _:
            return text_of(words.words)


def address(target: str, path: str) -> str:
    """A link's target as a URL relative to the page `path`; the URL never has a scheme or host, whatever the target."""
    root = "" if target.startswith("#") else "../" * path.count("/")
    return root + _relative(target)


@functools.lru_cache(maxsize=65536)
def _relative(target: str) -> str:
    page, hash_sign, anchor = target.partition("#")
    page = page.lstrip("/").rstrip("&")  # `&` before `#` would begin a character reference
    return _UNSAFE.sub(lambda match: quote(match[0]), page) + hash_sign + identifier(anchor)


def identifier(name: str) -> str:
    """A name as a value of `id`: each character other than a letter, digit, `_`, `.` or `:` becomes `-`."""
    return _NO_NAME.sub("-", name)


def is_web(url: str) -> bool:
    """Whether the scheme of a URL is http or https, so that it only leads to a web page."""
    return url.startswith(("https://", "http://"))
