"""`mkdocs serve` in a browser: an open page follows a changed spec, and a broken one as its findings.

How soon it does is measured by the benchmark (`serve`).
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
    """The example, as `make serve` serves it."""
    with serving(tmp_path) as one:
        yield one


def _shows(page: Page, words: str) -> None:
    """Wait until the open page says something, without loading it again."""
    page.get_by_text(words).first.wait_for(timeout=40000)


def test_an_open_page_follows_its_spec_and_shows_the_findings_of_a_broken_one(served: Served, page: Page) -> None:
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


def test_a_site_that_starts_broken_comes_to_life_once_it_is_mended(served: Served, page: Page) -> None:
    served.edit("networks.yaml", "networks:", "networs:")
    served.started()
    page.goto(served.url)
    assert "networs" in page.locator("body").inner_text()
    served.edit("networks.yaml", "networs:", "networks:")
    page.locator("svg.tl-svg").wait_for(timeout=40000)
    page.goto(f"{served.url}guests/web-1/")
    assert "10.21.0.27" in page.locator("body").inner_text()
