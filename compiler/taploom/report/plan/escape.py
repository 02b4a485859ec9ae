"""Escapes untrusted text in Markdown, Mermaid and HTML.

A name or description may hold characters of tables, emphasis, links, mentions, HTML, fences or Mermaid. In prose every
character of Markdown's syntax becomes a character reference. Code has no markup, so only its end is escaped.
"""

from taploom.report.diagnostics.visible import visible

_MEANING = frozenset("\\`*_{}[]()<>#|~&@!$^=\"'")


def prose(text: str) -> str:
    """Text within a paragraph or a cell: GitHub resolves character references after it has parsed the markup."""
    return "".join(f"&#{ord(char)};" if char in _MEANING else char for char in visible(text))


def code(text: str) -> str:
    """A code span, also within a table's cell, where GitHub requires a backslash before `|` even in code."""
    shown = visible(text).replace("|", "\\|").replace("\n", " ")
    longest = max((len(run) for run in _runs(shown)), default=0)
    ticks = "`" * (longest + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{ticks}{pad}{shown}{pad}{ticks}" if shown.strip() else ""


def fence(lines: list[str]) -> str:
    """The ticks of a fence that none of the lines can close."""
    longest = max((len(run) for line in lines for run in _runs(line)), default=0)
    return "`" * max(3, longest + 1)


def _runs(text: str) -> list[str]:
    """The runs of backticks in a text."""
    found, run = [], ""
    for char in f"{text} ":
        if char == "`":
            run += char
        elif run:
            found.append(run)
            run = ""
    return found


def mermaid(text: str) -> str:
    """The text of a Mermaid label between quotes; special characters become numeric entities of Mermaid."""
    safe = (char if char.isalnum() or char in " .:/-+,~→" else f"#{ord(char)};" for char in visible(text))
    return "".join(safe)


def html(text: str) -> str:
    """Text or the value of an attribute in HTML."""
    shown = visible(text)
    for char, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#39;")):
        shown = shown.replace(char, entity)
    return shown
