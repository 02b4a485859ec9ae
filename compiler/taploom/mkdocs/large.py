"""A large site in MkDocs: pages that need no Markdown, and frames around them without what all of them repeat.

What MkDocs does for a page costs more than the page: Markdown, a navigation with every title of the guides, a theme's
indentation. None of it is missed by a reader of ten thousand pages, and all of it is by who has to host them.
"""

import re
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation, Section
from mkdocs.structure.pages import Page, _RelativePathTreeprocessor
from mkdocs.structure.toc import get_toc

from taploom.site.markup.html import Entry, html
from taploom.site.page import Page as OurPage

_INDENT = re.compile(r"\s*\n\s*")
_START, _END = "<article", "</article>"


class QuickPage(Page):
    """A page that needs no Markdown; its links are resolved, and checked, by MkDocs."""

    def __init__(self, page: OurPage, title: str, file: File, config: MkDocsConfig) -> None:
        self._page = page
        super().__init__(title, file, config)

    def render(self, config: MkDocsConfig, files: Files) -> None:
        """Make the content; by Markdown where only that can, or another plugin has written into it."""
        links = _RelativePathTreeprocessor(self.file, files, config)
        own = self.file.content_string == f"{self._page.settings}{self.markdown}"
        made = html(self._page.blocks, self._page.path, links.path_to_url) if own else None
        if made is None:
            super().render(config, files)
            return
        self.content = made.text
        self.toc = get_toc(_nested(made.headings))
        self.present_anchor_ids = set(made.anchors)
        self.links_to_anchors = links.links_to_anchors


def _nested(headings: tuple[Entry, ...]) -> list[Any]:
    """Headings below those that they belong to, as MkDocs reads them from Markdown."""
    roots: list[Any] = []
    above: list[Any] = []
    for one in headings:
        token = {"level": one.level, "id": one.anchor, "name": one.words, "children": []}
        while above and above[-1]["level"] >= one.level:
            above.pop()
        (above[-1]["children"] if above else roots).append(token)
        above.append(token)
    return roots


def brief(nav: Navigation) -> Navigation:
    """The navigation of a leaf: its own section, the first, with a line for each list, and a way into the others."""
    first, *others = nav.items
    network = Section(first.title, [_list(item) for item in first.children]) if first.is_section else first
    return Navigation([network, *map(_entrance, others)], nav.pages)


def _list(item: Any) -> Any:
    return item.children[0] if item.is_section and len(item.children) == 1 else item


def _entrance(item: Any) -> Any:
    return Section(item.title, item.children[:1]) if item.is_section else item


def squeezed(output: str) -> str:
    """A page without the indentation of its frame, which has no text that keeps spaces; the article stays as it is."""
    start, end = output.find(_START), output.rfind(_END)
    if start < 0 or end < start:
        return output
    return _INDENT.sub("\n", output[:start]) + output[start:end] + _INDENT.sub("\n", output[end:])
