"""Texts of hostile specs stay text in a real browser, on every page and in both themes, and search finds them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.support import needs

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Dialog, Page

pytestmark = needs("dot", "chromium")
HOSTILE = (
    r"<script>alert(1)</script> **b** _e_ `c` [a](javascript:alert(2)) 'p' \"q\" ]]> <img src=x onerror=alert(3)> "
    r"{{ 7*7 }} {: #i } | &amp; </td></table> שלום"
)
OWNER = "<img src=x onerror=alert(4)> team-night"
META = f'description: "{HOSTILE}", owner: "{OWNER}", tags: [web]'
SPEC = f"""\
taploom: 1  # <script>alert('comment')</script> ]]> </code></pre>
site: {{name: seed, domain: vm.example.org}}
zones: {{internet: {{{META}}}}}
addresses: {{office: {{prefixes: [198.51.100.0/24, "2001:db8:f::/48"], {META}}}}}
services: {{metrics: {{ports: [tcp/9100], {META}}}}}
networks:
  microvm: {{ipv4: 10.0.0.1/24, ipv6: "fd12:3456:789a::1/64", dhcp: true, ra: true, nat: true, {META}}}
hosts:
  hypervisor:
    description: "{HOSTILE}"
    owner: "{OWNER}"
    uplinks: {{eth0: {{zone: internet, ipv4: dhcp, ipv6: ra, description: "{HOSTILE}"}}}}
    networks: {{microvm: {{taps: vm-*}}}}
guests:
  proxy: {{host: hypervisor, nics: {{microvm: {{ipv4: 10.0.0.10, mac: 02:00:00:aa:bb:cc}}}}, {META}}}
forwards:
  web: {{on: hypervisor, ports: tcp/8088, to: proxy, {META}}}
policy:
  guests-out: {{from: microvm, to: internet, allow: metrics, {META}}}
  admin: {{from: office, to: host/hypervisor, allow: ssh, {META}}}
"""
PLUGINS = "plugins: [{search: {separator: '[\\s\\-:]+'}}, taploom]\n"
MATERIAL = "theme: {name: material, font: false}\n" + PLUGINS
BUILT_IN = "theme: {name: mkdocs, highlightjs: false}\n" + PLUGINS
SEARCH = {
    "material": (".md-search__input", ".md-search__input", ".md-search-result__link"),
    "mkdocs": ("[data-bs-target='#mkdocs_search_modal']", "#mkdocs-search-query", "#mkdocs-search-results article a"),
}
"""In each theme: the element that opens the search, its input field, and its results."""
SHOWN = (
    "<script>alert(1)</script> **b** _e_ c [a](javascript:alert(2)) 'p' \"q\" ]]> <img src=x onerror=alert(3)> "
    "{{ 7*7 }} {: #i } | &amp; </td></table> שלום"
)


@pytest.fixture(scope="module", params=[MATERIAL, BUILT_IN], ids=["material", "mkdocs"])
def site(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    build: Callable[[Path, Path], None],
    serve: Callable[[Path], str],
) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("words")
    (folder / "specs").mkdir()
    (folder / "docs").mkdir()
    (folder / "specs/site.yaml").write_text(SPEC, encoding="utf-8")
    subprocess.run(
        [str(Path(sys.executable).with_name("taploom")), "lock"], cwd=folder, check=True, capture_output=True
    )
    head = "site_name: words\ndocs_dir: docs\nsite_dir: out\nmarkdown_extensions: [attr_list, tables]\n"
    (folder / "mkdocs.yml").write_text(head + request.param, encoding="utf-8")
    build(folder, folder / "out")
    return folder / "out", serve(folder / "out")


def test_hostile_texts_run_no_script_and_add_no_elements_on_any_page(site: tuple[Path, str], page: Page) -> None:
    folder, url = site
    bad: list[str] = []

    def opened(dialog: Dialog) -> None:
        bad.append(f"dialog {dialog.message}")
        dialog.dismiss()

    page.on("dialog", opened)
    page.on("pageerror", lambda error: bad.append(str(error)))
    page.on("request", lambda request: None if request.url.startswith((url, "data:")) else bad.append(request.url))
    shown = 0
    for path in sorted(folder.rglob("*.html")):
        page.goto(url + str(path.relative_to(folder)))
        text = page.evaluate("document.body.textContent")
        shown += SHOWN in " ".join(text.split())
        made = page.evaluate(
            "document.querySelectorAll('[onerror], [href^=\"javascript:\"], img[src=x], #i').length"
            " + [...document.scripts].filter(one => one.textContent.includes('alert(')).length"
        )
        bad += [f"{path.name} has {made} of their tags"] * bool(made)
        assert "\u202e" not in text, path
    assert bad == []
    assert shown >= 10


@pytest.mark.parametrize("words", ["proxy", "10.0.0.10", "02:00:00:aa:bb:cc", "8088", "team-night"])
def test_search_finds_a_guest_by_name_address_mac_port_and_owner(
    site: tuple[Path, str], page: Page, words: str
) -> None:
    folder, url = site
    opens, field, results = SEARCH[
        "material" if "md-search" in (folder / "index.html").read_text(encoding="utf-8") else "mkdocs"
    ]
    if opens == field:
        page.goto(url)
    else:  # this theme ignores keys until its index is loaded
        with page.expect_console_message(lambda message: "search ready" in message.text):
            page.goto(url)
    page.click(opens)
    page.locator(field).press_sequentially(words)
    page.locator(f"{results}[href*='guests/proxy']").first.wait_for(state="attached", timeout=30000)


@pytest.mark.parametrize("site", [MATERIAL], ids=["material"], indirect=True)
def test_the_page_of_a_guest_ranks_before_pages_that_name_its_address(site: tuple[Path, str], page: Page) -> None:
    _, url = site
    page.goto(url)
    page.click(".md-search__input")
    page.keyboard.type("10.0.0.10")
    page.locator(".md-search-result__item:first-child a[href*='guests/proxy']").first.wait_for(timeout=30000)


def test_a_picture_is_drawn_and_its_links_work(site: tuple[Path, str], page: Page) -> None:
    _, url = site
    page.goto(f"{url}hosts/hypervisor/")
    page.click('.tl-svg [id="tl-host-hypervisor--guest-proxy"] text >> nth=0')
    page.wait_for_url(f"{url}guests/proxy/")


def test_no_page_scrolls_sideways_on_a_phone(site: tuple[Path, str], browser: Browser) -> None:
    folder, url = site
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page, wide = context.new_page(), []
    for path in sorted(folder.rglob("*.html")):
        page.goto(url + str(path.relative_to(folder)))
        wide += [path.parent.name] * (page.evaluate("document.documentElement.scrollWidth") > 390)
    context.close()
    assert wide == []
