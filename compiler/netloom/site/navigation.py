"""The navigation: generated pages that are listed, and below them what people wrote, folder by folder."""

from collections.abc import Iterable, Sequence
from typing import Any

from netloom.site.page import Page

_REFERENCE = "reference/"


def navigation(made: Sequence[Page], documents: Iterable[str]) -> list[dict[str, Any]]:
    """MkDocs' `nav`.

    Args:
        made: the generated pages.
        documents: source paths of all pages; those that are not generated become sections by folder.
    """
    paths = {page.path for page in made}
    listed = [page for page in made if page.listed]
    network = [{_word(page): page.path} for page in listed if not page.path.startswith(_REFERENCE)]
    reference = [{page.title: page.path} for page in listed if page.path.startswith(_REFERENCE)]
    nav: list[dict[str, Any]] = [{"Network": network}]
    folders: dict[str, list[str]] = {}
    for path in sorted(set(documents) - paths):
        folder = path.partition("/")[0] if "/" in path else ""
        folders.setdefault(folder, []).append(path)
    nav += [{_title(folder): written} for folder, written in sorted(folders.items(), key=lambda item: _rank(item[0]))]
    return [*nav, {"Reference": reference}] if reference else nav


def _word(page: Page) -> str:
    return "Overview" if page.path == "index.md" else page.title


def _title(folder: str) -> str:
    return folder.replace("-", " ").capitalize() or "Notes"


def _rank(folder: str) -> tuple[int, str]:
    order = ("tutorial", "how-to", "explanation")
    return (order.index(folder) if folder in order else len(order), folder)
