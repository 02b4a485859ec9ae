"""Words on one line: text, and what is more than text.

A `str` is text and nothing else, whoever wrote it: the printers escape it. So a builder of pages cannot forget to.
"""

import functools
import re
from collections.abc import Iterable
from typing import TypeAlias
from urllib.parse import quote

from taploom.base.frozen import dataclass

Inline: TypeAlias = (
    "str | Code | Link | Outward | Strong | Emphasis | Number | Span | Anchor | Break | tuple[Inline, ...]"
)
"""Text, an element, or several of them one after the other; "" and () are nothing."""

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
        words: what is shown.
        style: a class of the style sheet, or "".
    """

    target: str
    words: str | Code
    style: str = ""


@dataclass(frozen=True, slots=True)
class Outward:
    """A link to elsewhere, as a spec has it; text alone where it is neither http nor https."""

    url: str


@dataclass(frozen=True, slots=True)
class Strong:
    """Words of weight."""

    words: Inline


@dataclass(frozen=True, slots=True)
class Emphasis:
    """Words said otherwise."""

    words: Inline


@dataclass(frozen=True, slots=True)
class Number:
    """A number; a column of nothing else stands at the right.

    Attributes:
        text: its digits, as they are shown.
        power: the exponent of the last number in `text`, or None.
    """

    text: str
    power: int | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """Words with a class of the style sheet."""

    style: str
    words: Inline


@dataclass(frozen=True, slots=True)
class Anchor:
    """An invisible target of links."""

    name: str


@dataclass(frozen=True, slots=True)
class Break:
    """The end of a line within a cell."""


def code(text: object) -> Inline:
    """A text as code; nothing where it is empty."""
    shown = str(text)
    return Code((shown,)) if shown else ""


def codes(texts: Iterable[object]) -> Inline:
    """Several, with commas between."""
    return joined(map(code, texts))


def joined(parts: Iterable[Inline], between: Inline = ", ") -> Inline:
    """Parts with the same between each two; nothing where there is none."""
    found = [one for part in parts for one in (between, part)]
    return tuple(found[1:])


def prose(text: str) -> Inline:
    """What people write into a description: text, and code between backticks."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return text
    return tuple(code(part) if number % 2 else part for number, part in enumerate(parts) if part)


def is_empty(words: Inline) -> bool:
    """Whether nothing would be shown."""
    return all(map(is_empty, words)) if isinstance(words, tuple) else not words


def text_of(words: Inline) -> str:
    """The words alone."""
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
    """The target of a link as a URL relative to the page `path`, without scheme and host whatever it is made of."""
    root = "" if target.startswith("#") else "../" * path.count("/")
    return root + _relative(target)


@functools.lru_cache(maxsize=65536)
def _relative(target: str) -> str:
    page, hash_sign, anchor = target.partition("#")
    page = page.lstrip("/").rstrip("&")  # with `#` it would be the beginning of a character reference
    return _UNSAFE.sub(lambda match: quote(match[0]), page) + hash_sign + identifier(anchor)


def identifier(name: str) -> str:
    """A name as the value of `id`: letters, digits and few signs."""
    return _NO_NAME.sub("-", name)


def is_web(url: str) -> bool:
    """Whether a URL leads to a web page and does nothing else."""
    return url.startswith(("https://", "http://"))
