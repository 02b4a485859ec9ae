"""The built site in a real browser: no external requests, no broken links, pictures react to mouse and keys."""

from __future__ import annotations

import html.parser
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urldefrag

import pytest
from tests.support import needs

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, ViewportSize

ROOT = Path(__file__).parents[2]
pytestmark = needs("dot", "chromium")
PHONE: ViewportSize = {"width": 390, "height": 844}


class _Links(html.parser.HTMLParser):
    """A parser that collects the links and anchors of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        for name, value in attrs:
            if name in ("href", "src"):
                self.links.append(value or "")
            elif name in ("id", "name"):
                self.anchors.add(value or "")


def test_every_link_of_every_page_and_picture_leads_somewhere(built: Path) -> None:
    found = {path: _Links(path.read_text(encoding="utf-8")) for path in sorted(built.rglob("*.html"))}
    broken = []
    for path, page in found.items():
        for link in page.links:
            where, fragment = urldefrag(link)
            where = where.partition("?")[0]
            if re.match(r"[a-z]+:", link) or path.name == "404.html":
                continue
            target = (path.parent / unquote(where)).resolve() if where else path
            target = target / "index.html" if target.is_dir() else target
            anchors = found[target].anchors if target in found else set()
            if not target.is_file() or (fragment and target in found and unquote(fragment) not in anchors):
                broken.append((str(path.relative_to(built)), link))
    assert len(found) > 60
    assert broken == []


def test_pages_load_no_external_files_and_log_no_errors(address: str, page: Page) -> None:
    asked: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    for path in ("", "hosts/cedar/", "guests/web-1/", "policy/", "exports/cedar/", "reference/language/", "findings/"):
        page.goto(address + path)
    assert [url for url in asked if not url.startswith((address, "data:"))] == []
    assert errors == []


def test_pictures_show_a_cards_neighbours(address: str, page: Page) -> None:
    page.goto(address)
    page.hover('.tl-svg [id="tl-site--guest-backup"]')
    lit = page.eval_on_selector_all(".tl-svg .node.tl-on", "all => all.map(one => one.id)")
    assert sorted(lit) == ["tl-site--guest-backup", "tl-site--network-data", "tl-site--network-shop"]
    page.mouse.move(2, 2)
    assert page.locator(".tl-svg.tl-focus").count() == 0
    page.focus('.tl-svg [id="tl-site--guest-watch"] a')
    lit = page.eval_on_selector_all(".tl-svg .node.tl-on", "all => all.map(one => one.id)")
    assert sorted(lit) == ["tl-site--guest-watch", "tl-site--network-status"]


def test_pictures_zoom_and_pan_by_keyboard_and_mouse(address: str, page: Page) -> None:
    page.goto(f"{address}hosts/cedar/")
    box = "document.querySelector('.tl-svg').getAttribute('viewBox').split(' ').map(Number)"
    whole = page.evaluate(box)
    page.focus("figure.tl-figure")
    page.keyboard.press("+")
    near = page.evaluate(box)
    assert near[2] < whole[2]
    page.keyboard.press("ArrowRight")
    assert page.evaluate(box)[0] > near[0]
    page.keyboard.press("0")
    assert page.evaluate(box) == pytest.approx(whole, abs=0.01)
    page.click("button[aria-label='Zoom in']")
    before = page.evaluate(box)
    area = page.locator(".tl-svg").bounding_box()
    assert area
    page.mouse.move(area["x"] + 300, area["y"] + 20)
    page.mouse.down()
    page.mouse.move(area["x"] + 200, area["y"] + 20, steps=4)
    page.mouse.up()
    assert page.evaluate(box)[0] > before[0]


def test_a_card_leads_to_its_page(address: str, page: Page) -> None:
    page.goto(f"{address}hosts/cedar/")
    page.click('.tl-svg [id="tl-host-cedar--guest-web-1"] text >> nth=0')
    page.wait_for_url(f"{address}guests/web-1/")


@pytest.mark.parametrize("words", ["10.20.0.10", "02:00:5e:10:00:23", "team-build", "51820"])
def test_search_finds_addresses_owners_and_ports(address: str, page: Page, words: str) -> None:
    page.goto(address)
    page.click(".md-search__input")
    page.keyboard.type(words)
    page.wait_for_selector(".md-search-result__link", timeout=40000)
    found = page.eval_on_selector_all(".md-search-result__link", "all => all.map(one => one.getAttribute('href'))")
    wanted = {"10.20.0.10": "proxy-a", "02:00:5e:10:00:23": "watch", "team-build": "", "51820": "vpn"}[words]
    assert any(f"guests/{wanted}" in link for link in found), found


@pytest.mark.parametrize("path", ["", "hosts/cedar/", "guests/web-1/", "policy/", "addresses/", "exports/cedar/"])
def test_no_page_scrolls_sideways_on_a_phone(address: str, browser: Browser, path: str) -> None:
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    page.goto(address + path)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    context.close()


def test_pictures_follow_the_dark_scheme(address: str, browser: Browser) -> None:
    context = browser.new_context(color_scheme="dark", viewport={"width": 1440, "height": 1000})
    page = context.new_page()
    page.goto(address)
    colors = page.eval_on_selector_all(
        ".tl-svg text", "all => [...new Set(all.map(one => getComputedStyle(one).fill))]"
    )
    assert len(colors) > 4
    for color in colors:
        red, green, blue = map(int, re.findall(r"\d+", color)[:3])
        assert 0.299 * red + 0.587 * green + 0.114 * blue > 110, color
    context.close()


def test_building_again_gives_the_same_pages(built: Path, build: Callable[[Path, Path], None], tmp_path: Path) -> None:
    build(ROOT, tmp_path)
    names = sorted(path.relative_to(built) for path in built.rglob("*") if path.is_file())
    assert names == sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file())
    differing = [str(name) for name in names if (built / name).read_bytes() != (tmp_path / name).read_bytes()]
    assert differing == []
