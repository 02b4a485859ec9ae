"""Prints the elements that both printers write as HTML, which Markdown leaves unchanged."""

from collections.abc import Callable
from typing import assert_never

from taploom.site.markup.inline import Break, Code, Emphasis, Inline, Number, Outward, Strong, is_web

InlineElement = Code | Outward | Strong | Emphasis | Number | Break


def element(words: InlineElement, escaped: Callable[[str], str], inline: Callable[[Inline], str]) -> str:
    """An element as HTML.

    Args:
        words: the element.
        escaped: escapes a text for the printer's format.
        inline: prints what is within the element.
    """
    match words:
        case Code(parts):
            return f"<code>{'<wbr>'.join(map(escaped, parts))}</code>"
        case Outward(url):
            text = escaped(url)
            return f'<a href="{text}" rel="noopener">{text}</a>' if is_web(url) else text
        case Strong(inner):
            return f"<strong>{inline(inner)}</strong>"
        case Emphasis(inner):
            return f"<em>{inline(inner)}</em>"
        case Number(text, power):
            return escaped(text) + ("" if power is None else f"<sup>{power}</sup>")
        case Break():
            return "<br>"
        case _:
            assert_never(words)
