"""Prints pages of a large site without Markdown, and shortens the frame that the theme repeats on each page.

MkDocs parses Markdown for every page, and repeats on every page the titles of all guides in the navigation, and the
theme's indentation. On a site of ten thousand pages this takes more time and bytes than the pages themselves.
"""

import re
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation, Section
from mkdocs.structure.pages import Page, _RelativePathTreeprocessor
from mkdocs.structure.toc import get_toc

from taploom.site.markup.html import TocEntry, html
from taploom.site.page import Page as OurPage

_INDENT = re.compile(r"\s*\n\s*")
_START, _END = "<article", "</article>"


class QuickPage(Page):
    """A page that is printed as HTML without Markdown; MkDocs still resolves and checks its links."""

    def __init__(self, page: OurPage, title: str, file: File, config: MkDocsConfig) -> None:
        self._page = page
        super().__init__(title, file, config)

    def render(self, config: MkDocsConfig, files: Files) -> None:
        """Make the content from the blocks, or from Markdown if a block needs it or another plugin changed the text."""
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


def _nested(headings: tuple[TocEntry, ...]) -> list[Any]:
    """The headings as a tree, in the form that MkDocs reads from Markdown."""
    roots: list[Any] = []
    above: list[Any] = []
    for one in headings:
        token = {"level": one.level, "id": one.anchor, "name": one.words, "children": []}
        while above and above[-1]["level"] >= one.level:
            above.pop()
        (above[-1]["children"] if above else roots).append(token)
        above.append(token)
    return roots


def leaf_navigation(nav: Navigation) -> Navigation:
    """The shortened navigation for a leaf page, that is, for a page that the navigation of a large site does not list.

    In the first section, a list of one page becomes that page. Every other section keeps only its first page.
    """
    first, *others = nav.items
    network = Section(first.title, [_list(item) for item in first.children]) if first.is_section else first
    return Navigation([network, *map(_entrance, others)], nav.pages)


def _list(item: Any) -> Any:
    return item.children[0] if item.is_section and len(item.children) == 1 else item


def _entrance(item: Any) -> Any:
    return Section(item.title, item.children[:1]) if item.is_section else item


def without_indentation(output: str) -> str:
    """A page without indentation outside of its article, as the theme has no preformatted text there."""
    start, end = output.find(_START), output.rfind(_END)
    if start < 0 or end < start:
        return output
    return _INDENT.sub("\n", output[:start]) + output[start:end] + _INDENT.sub("\n", output[end:])
