"""`python -m tests.site.screenshots FOLDER OUT` takes pictures of each kind of page, light, dark, wide and on a phone.

The pictures are for people who changed the design; no test compares them.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.site.browsing import PHONE, WIDE, chromium, kinds, served

if TYPE_CHECKING:
    from playwright.sync_api import Page

ASKED = "reach/?from=internet&to=cedar/eno1&service=https"
"""A question that the explorer answers before its picture is taken."""
SOUGHT = "10.20.0.10"
"""Text that is typed into the search."""


def main(folder: Path, out: Path) -> None:
    """Takes the pictures of the site that was built in `folder`."""
    out.mkdir(parents=True, exist_ok=True)
    with served(folder) as address, chromium() as browser:
        for scheme in ("light", "dark"):
            for name, size in (("wide", WIDE), ("phone", PHONE)):
                context = browser.new_context(viewport=size, color_scheme=scheme)
                page = context.new_page()
                for path in kinds(folder):
                    kind = path.strip("/").replace("/", "-") or "overview"
                    kind = "changes-revision" if kind.startswith("changes-") else kind
                    page.goto(address + path)
                    _take(page, out / f"{kind}-{scheme}-{name}.png")
                page.goto(address + ASKED)
                page.locator(".tl-answer > *").first.wait_for()
                _take(page, out / f"reach-asked-{scheme}-{name}.png")
                _search(page, address)
                _take(page, out / f"search-{scheme}-{name}.png", whole=False)
                context.close()
    print(f"{out}: {len([*out.glob('*.png')])} pictures")


def _take(page: Page, file: Path, *, whole: bool = True) -> None:
    page.evaluate("document.fonts.ready")
    page.screenshot(path=file, full_page=whole, animations="disabled")


def _search(page: Page, address: str) -> None:
    page.goto(address)
    button = page.locator("label.md-header__button[for=__search]")
    (button if button.is_visible() else page.locator(".md-search__input")).click()
    page.locator(".md-search__input").fill(SOUGHT)
    page.locator(".md-search-result__item").first.wait_for()
    page.wait_for_timeout(400)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
