"""The reachability explorer gives the same answers as `taploom reach` for random sites."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.properties.made_up import Tree, sites
from tests.properties.texts import text
from tests.site.asking import READY, answered, asked, questions, written
from tests.site.regions import differing
from tests.sites import NOW, compiled
from tests.support import needs

from taploom.flows.reach.query import Inquiry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

pytestmark = needs("chromium")
LATER = 2051222400
"""The start of 2035; by then, every entry of a random site that has an expiry has expired."""
some = settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def asking(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


@some
@given(sites(), st.sampled_from((NOW, LATER)))
def test_the_explorer_answers_as_the_command_for_random_sites(
    asking: Page, tmp_path_factory: pytest.TempPathFactory, site: Tree, now: int
) -> None:
    plan = compiled(text(site)).plan
    asking.clock.set_fixed_time(now)
    asking.goto(written(plan, tmp_path_factory.mktemp("explorer")).as_uri())
    asking.wait_for_selector(READY)
    made = questions(plan, random.Random(text(site)), 25)
    inquiry = Inquiry(plan, now)
    for question, found in zip(made, asked(asking, made), strict=True):
        assert (question, differing(found, answered(inquiry, question))) == (question, set())
