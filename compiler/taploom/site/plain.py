"""HTML from the Markdown that `taploom.site` itself writes: headings, tables, links, finished HTML, and nothing else.

What strangers wrote is entities already, so a few substitutions do what a parser of all of Markdown does, in a
twentieth of the time; of ten thousand pages that is what a build takes. A page with more than that is left to Markdown.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from html import unescape

from taploom.base.frozen import dataclass

_LINK = re.compile(r"\[([^\]]*)\]\(([^)]*)\)(?:\{: \.([a-z-]+) \})?")
_STRONG = re.compile(r"\*\*([^*]+)\*\*")
_HEADING = re.compile(r"(#{1,3}) (.*?)(?: \{: #(\S+) \})?")
_STYLED = re.compile(r"\n\{: \.([a-z-]+) \}$")
_FOREIGN = re.compile(r"```|^(?:[-*+>] |[0-9]+\. | {4}|#{4}|~)|`", re.MULTILINE)
_TAG = re.compile(r"<[^>]*>")
_RIGHT = ' style="text-align: right;"'
Url = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: its level from 1, the anchor, and its words as HTML without tags."""

    level: int
    anchor: str
    words: str


@dataclass(frozen=True, slots=True)
class Html:
    """A page's content and its headings."""

    text: str
    headings: tuple[Heading, ...]


def html(markdown: str, url: Url) -> Html | None:
    """What Markdown with the extensions attr_list, tables and toc makes of a page.

    Args:
        markdown: as `Page.markdown` has it, without the front matter.
        url: turns the target of a link into what stands in `href`.

    Returns:
        None where the page has what only Markdown knows.
    """
    if _FOREIGN.search(markdown):
        return None
    headings: list[Heading] = []
    parts = [_block(block, url, headings) for block in re.split(r"\n{2,}", markdown.strip("\n"))]
    return Html("\n".join(parts).strip(), tuple(headings))


def _block(block: str, url: Url, headings: list[Heading]) -> str:
    if block.startswith("#") and (match := _HEADING.fullmatch(block)):
        return _heading(match, url, headings)
    if block.startswith("| "):
        return _table(block.split("\n"), url)
    if block.startswith("<div"):
        return f"{block}\n"
    style = _STYLED.search(block)
    if style:
        return f'<p class="{style[1]}">{_inline(block[: style.start()], url)}</p>'
    return f"<p>{_inline(block, url)}</p>"


def _heading(match: re.Match[str], url: Url, headings: list[Heading]) -> str:
    level, inner = len(match[1]), _inline(match[2], url)
    words = _TAG.sub("", inner)
    anchor = match[3] or _unused(_slug(words), {one.anchor for one in headings})
    headings.append(Heading(level, anchor, words))
    link = f'<a class="headerlink" href="#{anchor}" title="Permanent link">&para;</a>'
    return f'<h{level} id="{anchor}">{inner}{link}</h{level}>'


def _slug(words: str) -> str:
    """As the `toc` extension of Markdown has it."""
    plain = unicodedata.normalize("NFKD", unescape(words)).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", plain).strip().lower())


def _unused(anchor: str, taken: set[str]) -> str:
    number, found = 0, anchor
    while found in taken:
        number += 1
        found = f"{anchor}_{number}"
    return found


def _table(lines: Sequence[str], url: Url) -> str:
    sides = [_RIGHT if rule.endswith(":") else "" for rule in _cells(lines[1])]
    head = "\n".join(f"<th{side}>{cell}</th>" for side, cell in zip(sides, _cells(_inline(lines[0], url)), strict=True))
    rows = "\n".join(_row(_inline(line, url), sides) for line in lines[2:])
    return f"<table>\n<thead>\n<tr>\n{head}\n</tr>\n</thead>\n<tbody>\n{rows}\n</tbody>\n</table>"


def _row(line: str, sides: Sequence[str]) -> str:
    cells = "\n".join(f"<td{side}>{cell}</td>" for side, cell in zip(sides, _cells(line), strict=True))
    return f"<tr>\n{cells}\n</tr>"


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line[2:-2].split(" | ")]


def _inline(text: str, url: Url) -> str:
    if "[" in text:
        text = _LINK.sub(lambda match: _link(match, url), text)
    return _STRONG.sub(r"<strong>\1</strong>", text) if "**" in text else text


def _link(match: re.Match[str], url: Url) -> str:
    target = url(match[2].replace("&amp;", "&")).replace("&", "&amp;")
    return f'<a{f" class={chr(34)}{match[3]}{chr(34)}" if match[3] else ""} href="{target}">{match[1]}</a>'
