"""Escapes untrusted text in Markdown, Mermaid and HTML.

A name or description may contain characters of tables, emphasis, links, mentions, HTML, fences or Mermaid. In prose
every character of Markdown's syntax becomes a character reference. In code only the delimiters are escaped, since code
has no other markup.
"""

from taploom.report.diagnostics.visible import visible

_MEANING = frozenset("\\`*_{}[]()<>#|~&@!$^=\"'")


def prose(text: str) -> str:
    """The text escaped for a paragraph or a cell; GitHub resolves character references after parsing the markup."""
    return "".join(f"&#{ord(char)};" if char in _MEANING else char for char in visible(text))


def code(text: str) -> str:
    """A code span, also for table cells, in which GitHub requires a backslash before `|` even in code."""
    shown = visible(text).replace("|", "\\|").replace("\n", " ")
    longest = max((len(run) for run in _runs(shown)), default=0)
    ticks = "`" * (longest + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{ticks}{pad}{shown}{pad}{ticks}" if shown.strip() else ""


def fence(lines: list[str]) -> str:
    """The backticks of a fence, more than in any of the lines, so that no line can close it."""
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
    """The text escaped for a quoted label in Mermaid; special characters become numeric entities."""
    safe = (char if char.isalnum() or char in " .:/-+,~→" else f"#{ord(char)};" for char in visible(text))
    return "".join(safe)


def html(text: str) -> str:
    """The text escaped for HTML, as text or as the value of an attribute."""
    shown = visible(text)
    for char, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#39;")):
        shown = shown.replace(char, entity)
    return shown
