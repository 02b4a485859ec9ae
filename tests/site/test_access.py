"""Accessibility of each kind of page: no finding of axe, contrast in both schemes, phone width, no external requests.

The driver's package includes axe-core, so nothing is downloaded. https://github.com/dequelabs/axe-core
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest
from tests.site.browsing import PHONE, WIDE, kinds
from tests.support import needs

from taploom.diagrams.palette import contrast

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = needs("dot", "chromium")
Scheme = Literal["light", "dark"]
_RULES = {
    "light": {"resultTypes": ["violations"]},
    "dark": {"resultTypes": ["violations"], "runOnly": ["color-contrast"]},
}
"""Options for axe: all rules in the light scheme; only contrast in the dark scheme, because all else is equal."""
_BEGINNING = {"include": ["body"], "exclude": ["article > h2:nth-of-type(n+12) ~ *", "article > h2:nth-of-type(n+12)"]}
"""Selects the whole page, but only the first eleven of many similar sections."""
PICTURES = ("", "hosts/cedar/", "guests/backup/", "policy/")
_TEXTS = """svg => [...svg.querySelectorAll("text")].map(text => {
  const behind = [];
  const box = text.getBoundingClientRect(), x = box.x + 2, y = box.y + box.height / 2;
  for (const shape of svg.querySelectorAll("path, polygon")) {
    const area = shape.getBoundingClientRect();
    const inside = area.x <= x && x <= area.right && area.y <= y && y <= area.bottom;
    const before = shape.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING;
    const fill = getComputedStyle(shape).fill;
    if (inside && before && fill !== "none" && !fill.endsWith(", 0)")) behind.push(fill);
  }
  return [text.textContent, getComputedStyle(text).fill, behind.at(-1) ?? ""];
})"""
"""For each text of a picture: its words, its colour, and the colour of the last shape drawn behind it."""


def _visit(browser: Browser, scheme: Scheme, *, phone: bool = False) -> Page:
    return browser.new_context(viewport=PHONE if phone else WIDE, color_scheme=scheme).new_page()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_barrier_on_any_kind_of_page(
    built: Path, address: str, browser: Browser, scheme: Scheme
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page, found = _visit(browser, scheme), []
    for path in kinds(built):
        page.goto(address + path)
        report = Axe().run(page, context=_BEGINNING, options=_RULES[scheme]).response
        assert len(report["passes"]) >= (1 if scheme == "dark" else 10), path
        found += [
            (path, one["id"], one["nodes"][0]["html"][:160], one["nodes"][0]["failureSummary"][:240])
            for one in report["violations"]
            if one["impact"] in ("serious", "critical")
        ]
    page.context.close()
    assert found == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PICTURES)
def test_every_text_of_a_picture_contrasts_with_its_background(
    address: str, browser: Browser, path: str, scheme: Scheme
) -> None:
    page = _visit(browser, scheme)
    page.goto(address + path)
    texts = page.locator(".tl-svg").evaluate(_TEXTS)
    page.context.close()
    assert len(texts) > 20
    pale = [(words, ink, fill) for words, ink, fill in texts if not fill or contrast(_hex(ink), _hex(fill)) < 4.5]
    assert pale == []


def _hex(color: str) -> str:
    return "#" + "".join(f"{int(part):02x}" for part in re.findall(r"\d+", color)[:3])


def test_no_kind_of_page_scrolls_sideways_on_a_phone(built: Path, address: str, browser: Browser) -> None:
    page, wide = _visit(browser, "light", phone=True), []
    for path in kinds(built):
        page.goto(address + path)
        if page.evaluate("document.documentElement.scrollWidth") > PHONE["width"]:
            wide.append(path)
    page.context.close()
    assert wide == []


def test_no_kind_of_page_loads_external_files_or_logs_errors(built: Path, address: str, browser: Browser) -> None:
    page = _visit(browser, "light")
    asked: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    for path in kinds(built):
        page.goto(address + path)
        page.evaluate("document.fonts.ready")
    page.context.close()
    assert [url for url in asked if not url.startswith((address, "data:"))] == []
    assert errors == []
    assert any(url.endswith("inter.woff2") for url in asked)
