"""Compares the reachability explorer in a browser with `taploom reach`: typed questions, links, and no JavaScript."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest
from tests.site.asking import READY, answered, asked, questions
from tests.site.regions import differing
from tests.support import needs

from taploom.driver import compile_site
from taploom.flows.reach.endpoints import services_of
from taploom.flows.reach.query import Inquiry
from taploom.plan.site import Plan

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parents[2]
NOW, LATER = 1798761600, 2051222400
"""The start of 2027, and the start of 2035, when a forward of the example has expired."""

pytestmark = needs("dot", "chromium")


@pytest.fixture(scope="module")
def plan() -> Plan:
    return compile_site(ROOT / "specs", now=NOW, prove=False).plan


@pytest.fixture(scope="module")
def asking(address: str, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    page = context.new_page()
    page.clock.set_fixed_time(NOW)
    page.goto(f"{address}reach/")
    page.wait_for_selector(READY)
    yield page
    context.close()


def _places(answers: Any) -> dict[str, object]:
    """The place in the specs of each deciding entry."""
    spans = {one["decided_by"]: one["span"] for one in answers}
    return {
        by: span and [str(Path(span["file"]).relative_to(ROOT)), span["line"], span["column"]]
        for by, span in spans.items()
    }


def test_two_hundred_random_questions_have_the_answers_of_reach(asking: Page, plan: Plan) -> None:
    made = questions(plan, random.Random(20270101), 200)
    inquiry, wrong, passing = Inquiry(plan, NOW), list[object](), 0
    for question, answers in zip(made, asked(asking, made), strict=True):
        wanted = answered(inquiry, question)
        places = {one["decided_by"]: one["place"][2:] or None for one in answers}
        if differing(answers, wanted) or places != _places(wanted):
            wrong.append(question)
        passing += any(one["verdict"] == "allow" for one in wanted)
    assert wrong == []
    assert 40 < passing < 190


def test_learned_addresses_are_split_from_real_ones(asking: Page) -> None:
    spans = "[[0xfffffffen, 0x100000001n]]"
    told = "all => all.map(String)"
    learned = f"[...taploomReach.spans.learned('ipv4', {spans})]"
    assert asking.evaluate(f"({told})({learned})") == [str(0x100000000), str(0x100000001)]
    assert asking.evaluate(f"({told})(taploomReach.spans.real('ipv4', {spans}).flat())") == [
        str(0xFFFFFFFE), str(0xFFFFFFFF)
    ]  # fmt: skip


def test_a_guest_with_an_address_from_a_pool_has_the_note_of_reach(asking: Page, plan: Plan) -> None:
    for question in (("desk-anna", "internet", "https"), ("tag/desk", "web-1", "ssh"), ("web-1", "desk-noor", "ssh")):
        found = asking.evaluate("one => taploomReach.ask(...one)", question)
        wanted = [note for one in answered(Inquiry(plan, NOW), question) for note in one["notes"] if "DHCP" in note]
        assert sorted(note for one in found for note in one["notes"] if "DHCP" in note) == sorted(wanted)
        assert wanted


def test_an_expired_entry_no_longer_applies(address: str, page: Page, plan: Plan) -> None:
    question = ("payment-provider", "cedar/eno1", "tcp/8443")
    verdicts = {}
    for now in (NOW, LATER):
        page.clock.set_fixed_time(now)
        page.goto(f"{address}reach/")
        page.wait_for_selector(READY)
        answers = page.evaluate("one => taploomReach.ask(...one)", question)
        assert differing(answers, answered(Inquiry(plan, now), question)) == set()
        verdicts[now] = {one["verdict"] for one in answers if one["hosts"][0]["ingress"] == "eno1"}
    assert verdicts[NOW] >= {"allow"}
    assert verdicts[LATER] == {"drop"}


def test_a_question_typed_by_keyboard_has_an_answer_with_links_and_a_url(address: str, page: Page) -> None:
    page.goto(f"{address}reach/")
    page.wait_for_selector(READY)
    page.focus("#tl-from")
    page.keyboard.type("web-1")
    page.keyboard.press("Tab")
    page.keyboard.type("internet")
    page.keyboard.press("Tab")
    page.keyboard.type("https")
    page.keyboard.press("Enter")
    page.wait_for_selector(".tl-reply")
    assert page.get_by_role("status").inner_text() == "IPv4: passes; IPv6: passes"
    assert page.url.endswith("reach/?from=web-1&to=internet&service=https")
    said = page.locator(".tl-reply").first.inner_text()
    assert "policy/web-out" in said
    assert "203.0.113.10" in said
    page.reload()
    page.wait_for_selector(".tl-reply")
    assert page.locator(".tl-reply").first.inner_text() == said
    page.locator(".tl-reply .tl-place").first.click()
    page.wait_for_url(re.compile(r"specs/.*#L\d+$"))
    line = page.locator(f"[id='{page.url.rpartition('#')[2]}']")
    assert "web-out" in line.inner_text()
    page.go_back()
    page.wait_for_selector(".tl-reply")
    page.get_by_role("link", name="policy/web-out").first.click()
    page.wait_for_url(f"{address}policy/#web-out")


def test_ends_can_be_swapped_and_going_back_restores_the_question(address: str, page: Page) -> None:
    page.goto(f"{address}reach/?from=internet&to=cedar/eno1&service=https")
    page.wait_for_selector(".tl-reply.tl-allow")
    assert "10.20.0.10" in page.locator(".tl-answer").inner_text()
    page.click(".tl-swap")
    page.wait_for_url("**?from=cedar%2Feno1&to=internet&service=https")
    page.wait_for_function("document.querySelector('.tl-summary')?.textContent.includes('IPv4: passes')")
    page.go_back()
    page.wait_for_function("document.querySelector('#tl-from').value === 'internet'")


@pytest.mark.parametrize(
    ("end", "said"),
    [(end, f"“{end}”") for end in ("nobody", "10.0.0.1/8", "tag/", "1.2.3", "::g", "guest/cedar", "constructor")]
    + [("cedar/eno9", "host “cedar” has no uplink “eno9”")],
)
def test_an_unknown_end_is_refused_with_a_sentence(asking: Page, end: str, said: str) -> None:
    asking.fill("#tl-from", end)
    asking.fill("#tl-to", "any")
    asking.fill("#tl-service", "")
    asking.press("#tl-to", "Enter")
    asking.wait_for_selector(".tl-refused")
    assert said in asking.get_by_role("alert").inner_text()


@pytest.mark.parametrize("service", ["tcp/70000", "tcp/9-1", "nothing", "tcp/x", "icmp/3-5", "esp/4", "tcp/"])
def test_an_unknown_service_is_refused_by_page_and_command(asking: Page, plan: Plan, service: str) -> None:
    with pytest.raises(ValueError, match="is not a service"):
        services_of(Inquiry(plan, NOW).index, service)
    asking.fill("#tl-from", "any")
    asking.fill("#tl-to", "cedar")
    asking.fill("#tl-service", service)
    asking.press("#tl-to", "Enter")
    asking.wait_for_selector(".tl-refused")
    assert service in asking.get_by_role("alert").inner_text()


def test_fields_suggest_matching_names(asking: Page) -> None:
    asking.fill("#tl-from", "web")
    offered = asking.eval_on_selector_all("#tl-from-list option", "all => all.map(one => one.value)")
    assert {"web-1", "web-2"} <= set(offered)
    assert all("web" in one for one in offered)


def test_without_javascript_there_is_a_table_of_allowed_traffic(address: str, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}reach/")
    assert not page.locator("form.tl-ask").is_visible()
    row = page.locator("tr", has_text="policy/payment-hooks").first
    assert "tcp/8443" in row.inner_text()
    assert row.get_by_role("link", name="policy/payment-hooks").get_attribute("href") == "../policy/#payment-hooks"
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_barrier_in_an_answer_and_it_fits_a_phone(
    address: str, browser: Browser, scheme: Literal["light", "dark"]
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    context = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme=scheme)
    page = context.new_page()
    for question, answer in (
        ("from=internet&to=cedar/eno1&service=https", ".tl-reply"),
        ("from=x&to=any", ".tl-refused"),
    ):
        page.goto(f"{address}reach/?{question}")
        page.wait_for_selector(answer)
        report = Axe().run(page, context={"include": ["article"]}, options={"resultTypes": ["violations"]}).response
        found = [(one["id"], one["nodes"][0]["html"][:160]) for one in report["violations"]]
        assert found == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()
