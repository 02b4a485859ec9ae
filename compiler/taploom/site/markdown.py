"""Markdown from texts of strangers: everything that could mean something to Markdown or HTML becomes an entity.

Links between pages begin with `@/`, the root of the site, until the page that they stand on is known: `placed` turns
them into relative ones, so that a site works below any path and from a folder.
"""

import re
from collections.abc import Iterable, Sequence

from taploom.report.diagnostics.visible import visible

_PLAIN = frozenset("-.,:/ ()+%'=")
_NUMBER = re.compile(r"(?:about )?[0-9,]+(?:<sup>[0-9]+</sup>)?")
_ROOT = re.compile(r"(\]\(|href=\")@/")


def escaped(text: str) -> str:
    """Words that show as they are, whatever they are; on one line."""
    shown = visible(text)
    words = [c if c.isalnum() or c in _PLAIN else f"&#{ord(c)};" for c in shown]
    if shown and not shown[0].isalpha():
        words[0] = f"&#{ord(shown[0])};"  # what begins a line may make a list of it
    return "".join(words)


def prose(text: str) -> str:
    """The same, with what stands between backticks as code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return escaped(text)
    return "".join(code(part) if number % 2 else escaped(part) for number, part in enumerate(parts))


def code(text: str) -> str:
    """Words as code, as they are."""
    return f"<code>{escaped(text)}</code>" if text else ""


def codes(texts: Iterable[object]) -> str:
    """Several, with commas between."""
    return ", ".join(code(str(text)) for text in texts)


def link(target: str, words: str) -> str:
    """A link to a page of the site, `target` being its source path such as `guests/web.md#nics`."""
    return f"[{escaped(words)}](@/{target})"


def outward(url: str) -> str:
    """A link to elsewhere, as the spec has it; the language takes http and https alone."""
    shown = escaped(url)
    return f'<a href="{shown}" rel="noopener">{shown}</a>' if url else ""


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of finished cells, numbers at the right.

    Columns in which no row has anything are left out; "" where there is no row.
    """
    found = [tuple(row) for row in rows]
    if not found:
        return ""
    kept = [i for i in range(len(head)) if any(row[i] for row in found)]
    rules = ["---:" if all(not row[i] or _NUMBER.fullmatch(row[i]) for row in found) else "---" for i in kept]
    lines = ["| " + " | ".join(head[i] for i in kept) + " |", "| " + " | ".join(rules) + " |"]
    lines += ["| " + " | ".join(row[i] or "&ndash;" for i in kept) + " |" for row in found]
    return "\n".join(lines) + "\n"


def listed(pairs: Iterable[tuple[str, str]]) -> str:
    """Labels and what they stand for, as a table of two columns; empty ones are left out."""
    rows = [(f"**{escaped(label)}**", text) for label, text in pairs if text]
    return table(("", " "), rows)


def sections(*parts: str) -> str:
    """Parts of a page with an empty line between; empty ones are left out."""
    return "\n\n".join(part.strip("\n") for part in parts if part) + "\n"


def section(title: str, body: str, level: int = 2) -> str:
    """A heading and what stands below it; "" where that is nothing."""
    return f"{'#' * level} {title}\n\n{body}" if body else ""


def fenced(text: str, language: str = "") -> str:
    """A block of code, between fences longer than any in it."""
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall(r"`+", text) or [""]))
    return f"{fence}{language}\n{text.rstrip(chr(10))}\n{fence}"


def placed(text: str, path: str) -> str:
    """The links of a page as seen from its own path."""
    root = "../" * path.count("/")
    return _ROOT.sub(lambda match: match[1] + root, text)


def codepoints(text: str) -> str:
    """Text for a block of raw HTML, where Markdown does not look but a reader of HTML does."""
    return "".join(f"&#{ord(c)};" if c in "&<>\"'" else c for c in visible(text.replace("\t", "    ")))
