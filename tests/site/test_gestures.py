"""Pictures in the browser: touch gestures, printing, and highlighting across the bar of a host."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.site.browsing import PHONE
from tests.support import needs

if TYPE_CHECKING:
    from playwright.sync_api import Browser, CDPSession, Page

pytestmark = needs("dot", "chromium")
_BOX = "document.querySelector('.tl-svg').getAttribute('viewBox').split(' ').map(Number)"
_LIT = "[...document.querySelectorAll('.tl-svg .node.tl-on')].map(one => one.id).sort()"


def test_two_fingers_zoom_and_one_finger_pans(address: str, browser: Browser) -> None:
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(f"{address}hosts/cedar/")
    page.locator(".tl-svg").scroll_into_view_if_needed()
    area = page.locator(".tl-canvas").bounding_box()
    assert area
    touch = context.new_cdp_session(page)
    x, y, whole = area["x"] + 150, area["y"] + 200, page.evaluate(_BOX)
    _fingers(touch, "touchStart", (x - 20, y), (x + 20, y))
    for apart in (30, 45, 60):
        _fingers(touch, "touchMove", (x - apart, y), (x + apart, y))
    _fingers(touch, "touchEnd")
    near = page.evaluate(_BOX)
    assert near[2] == pytest.approx(whole[2] / 3, rel=0.02)  # the fingers are three times as far apart
    _fingers(touch, "touchStart", (x, y))
    for moved in (20, 40, 60):
        _fingers(touch, "touchMove", (x - moved, y))
    _fingers(touch, "touchEnd")
    assert page.evaluate(_BOX)[0] > near[0]
    context.close()


def _fingers(touch: CDPSession, kind: str, *places: tuple[float, float]) -> None:
    points = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(places)]
    touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def test_a_printed_page_is_light_and_shows_the_complete_picture(address: str, browser: Browser) -> None:
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    page.goto(f"{address}guests/backup/")
    whole = page.evaluate(_BOX)
    page.focus("figure.tl-figure")
    page.keyboard.press("+")
    seen = f"[document.body.getAttribute('data-md-color-scheme'), {_BOX}]"
    page.evaluate(f"addEventListener('beforeprint', () => {{ window.printed = {seen}; }})")
    page.pdf()
    scheme, box = page.evaluate("window.printed")
    assert scheme == "default"
    assert box == pytest.approx(whole, abs=0.01)
    assert page.evaluate("document.body.getAttribute('data-md-color-scheme')") == "slate"
    context.close()


def test_a_network_highlights_uplinks_across_the_bar_but_no_other_network(address: str, page: Page) -> None:
    page.goto(f"{address}hosts/cedar/")
    page.hover('.tl-svg [id="tl-host-cedar--network-data"] text >> nth=0')
    names = [one.removeprefix("tl-host-cedar--") for one in page.evaluate(_LIT)]
    assert names == [
        "guest-backup", "guest-db-copy", "guest-db-main", "network-data", "spine-cedar", "uplink-cedar:eno1",
        "uplink-cedar:eno2",
    ]  # fmt: skip
