"""`mkdocs serve` in a browser: an open page reloads after a change of a spec, and shows the findings of a broken spec.

The benchmark `serve` measures how long a reload takes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.serving import Served, serving
from tests.support import needs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

pytestmark = needs("dot", "chromium")


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """The example site, served as `make serve` does."""
    with serving(tmp_path) as one:
        yield one


def _shows(page: Page, words: str) -> None:
    """Waits until the open page shows some words, without reloading it by hand."""
    page.get_by_text(words).first.wait_for(timeout=40000)


def test_an_open_page_follows_its_spec_and_shows_the_findings_of_a_broken_spec(served: Served, page: Page) -> None:
    served.started()
    page.goto(served.url)
    assert page.locator("svg.tl-svg").count() == 1
    served.edit("site.yaml", "domain: birch.example.org", "domain: other.example.net")
    _shows(page, "other.example.net")
    served.edit("guests/edge.yaml", "host: cedar", "host: ceder")
    _shows(page, "The specs have errors")
    said = page.locator("body").inner_text()
    assert "unknown host `ceder`" in said
    assert "specs/guests/edge.yaml:" in said
    assert "did you mean `cedar`?" in said
    served.edit("guests/edge.yaml", "host: ceder", "host: cedar")
    _shows(page, "other.example.net")
    assert page.locator("svg.tl-svg").count() == 1


def test_a_site_that_starts_broken_is_served_once_its_spec_is_corrected(served: Served, page: Page) -> None:
    served.edit("networks.yaml", "networks:", "networs:")
    served.started()
    page.goto(served.url)
    assert "networs" in page.locator("body").inner_text()
    served.edit("networks.yaml", "networs:", "networks:")
    page.locator("svg.tl-svg").wait_for(timeout=40000)
    page.goto(f"{served.url}guests/web-1/")
    assert "10.21.0.27" in page.locator("body").inner_text()
