"""The navigation: first the listed generated pages, then the handwritten pages, folder by folder.

Themes put titles into HTML without escaping, so `framed` makes titles with foreign text harmless.
"""

import html
from collections.abc import Iterable, Sequence
from typing import Any

from taploom.report.diagnostics.visible import visible
from taploom.site.page import Page

_REFERENCE = "reference/"
_LIKENESS = str.maketrans({"<": "\u2039", ">": "\u203a", '"': "\u201d", "'": "\u2019"})
LEAVES_LISTED = 150
"""Maximum number of generated pages for a navigation that lists them all; its cost in MkDocs is quadratic."""


def navigation(made: Sequence[Page], documents: Iterable[str]) -> list[dict[str, Any]]:
    """MkDocs' `nav`.

    Args:
        made: the generated pages.
        documents: source paths of all pages; those that are not generated become sections by folder.
    """
    paths = {page.path for page in made}
    listed = [page for page in made if page.listed]
    leaves = made if len(made) <= LEAVES_LISTED else ()
    network = [_entry(page, leaves) for page in listed if not page.path.startswith(_REFERENCE)]
    reference = [{_word(page): page.path} for page in listed if page.path.startswith(_REFERENCE)]
    nav: list[dict[str, Any]] = [{"Network": network}]
    folders: dict[str, list[str]] = {}
    for path in sorted(set(documents) - paths):
        folder = path.partition("/")[0] if "/" in path else ""
        folders.setdefault(folder, []).append(path)
    nav += [{_title(folder): written} for folder, written in sorted(folders.items(), key=lambda item: _rank(item[0]))]
    return [*nav, {"Reference": reference}] if reference else nav


def framed(title: str) -> str:
    """A title made safe for navigation, `<title>` and attributes; headings show it unchanged.

    Some themes apply Jinja's `striptags` to titles, which also resolves entities, so escaping is not enough: each
    character that could begin a tag or end an attribute is replaced by a similar one.
    """
    shown = visible(title).translate(_LIKENESS)
    return html.escape(shown.replace("&", "\uff06") if html.unescape(shown) != shown else shown)


def _entry(page: Page, leaves: Sequence[Page]) -> dict[str, Any]:
    """The entry of a page; an index page becomes a section with the leaves of its folder."""
    folder = page.path.removesuffix("index.md")
    if page.path == folder or not folder:
        return {_word(page): page.path}
    below = [{_word(leaf): leaf.path} for leaf in leaves if leaf.path.startswith(folder) and leaf is not page]
    return {_word(page): [page.path, *below]}


def _word(page: Page) -> str:
    return "Overview" if page.path == "index.md" else framed(page.title)


def _title(folder: str) -> str:
    return framed(folder.replace("-", " ").capitalize()) or "Notes"


def _rank(folder: str) -> tuple[int, str]:
    order = ("tutorial", "how-to", "explanation")
    return (order.index(folder) if folder in order else len(order), folder)
