"""The HTML page of a change in a real browser: it shows hostile text as text, sends no request, and fits a phone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.diff.site import BASE
from tests.diff.test_comment import HOSTILE, changed
from tests.sites import compiled
from tests.support import needs

from taploom.diagrams.difference import difference_graph
from taploom.diagrams.portrait import portrait
from taploom.diff.model import Change
from taploom.report.plan.html import change_html

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = needs("dot", "chromium")
_QUOTED = HOSTILE.replace("\\", "\\\\").replace('"', '\\"').replace("\u202e", "\\u202E")
_SEEN = HOSTILE.partition("\u202e")[0]


def hostile() -> tuple[dict[str, str], Change]:
    """Specs with hostile text in every free-text key, and the change from the base to them."""
    after = dict(BASE)
    after["policy.yaml"] = after["policy.yaml"].replace("also covered by lan-dmz", _QUOTED)
    after["guests.yaml"] = after["guests.yaml"].replace(
        "tags: [public]", f'description: "{_QUOTED}", owner: "{_QUOTED}"'
    )
    after["guests.yaml"] = after["guests.yaml"].replace(
        f'    description: "{_QUOTED}", owner: "{_QUOTED}"\n', f'    description: "{_QUOTED}"\n    owner: "{_QUOTED}"\n'
    )
    after["networks.yaml"] = after["networks.yaml"].replace("dmz: {", f'dmz: {{description: "{_QUOTED}", ')
    return after, changed(dict(BASE), after)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    after, change = hostile()
    graph, paint = difference_graph(compiled(dict(BASE)).plan, compiled(after).plan, change)
    path = tmp_path_factory.mktemp("page") / "plan.html"
    path.write_text(change_html(change, portrait(graph, paint) or ""), encoding="utf-8")
    return path


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_runs_no_script_fetches_nothing_and_fits_the_screen(
    browser: Browser, page: Path, scheme: str, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    shown = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    shown.on("request", lambda request: asked.append(request.url))
    shown.on("console", lambda message: said.append(message.text))
    shown.on("dialog", lambda dialog: said.append(f"dialog {dialog.message}"))
    shown.on("pageerror", lambda error: said.append(str(error)))
    shown.goto(page.as_uri())
    assert (asked, said) == ([page.as_uri()], [])
    assert shown.locator("script, img, iframe, link, [onclick], [onerror]").count() == 0
    assert shown.locator(f"td:has-text({_SEEN[:12]!r})").count() > 0
    assert _SEEN in shown.locator("main").inner_text()
    assert shown.locator(".picture svg").count() == 1
    assert shown.locator("a[href]").count() == 0
    assert shown.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    red = int(shown.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0]"))
    assert red < 64 if scheme == "dark" else red > 192
    context.close()
