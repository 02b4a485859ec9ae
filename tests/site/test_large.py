"""The site of many guests: fast paths of the build give the same pages as the ordinary path."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import markdown
import pytest
from mkdocs.config import load_config
from mkdocs.structure.files import File, Files
from tests.bench.sites import write_site
from tests.site.shapes import shape

from taploom.driver import compile_site, rendered
from taploom.mkdocs.large import QuickPage
from taploom.plan.origin import Meta
from taploom.site.markup.block import Paragraph
from taploom.site.markup.html import html
from taploom.site.page import Page
from taploom.site.pages.compose import pages
from taploom.site.view import GUESTS_DETAILED, SiteView, site_view

ROOT = Path(__file__).parents[2]
GUESTS = GUESTS_DETAILED + 1
HOSTILE = "<script>alert(1)</script> *not* `code` [a](http://evil.example) ![i](x) | cell </td> ]]> &amp; {: #i }"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("large")
    write_site(found / "specs", GUESTS, 8)
    subprocess.run([Path(sys.executable).with_name("taploom"), "lock"], cwd=found, check=True, capture_output=True)
    return found


@pytest.fixture(scope="module")
def large(folder: Path) -> SiteView:
    return _view(folder / "specs")


@pytest.fixture(scope="module")
def built(folder: Path) -> Path:
    out = folder / "out"
    command = [str(Path(sys.executable).with_name("mkdocs")), "build", "--strict", "--quiet", "--site-dir", str(out)]
    environment = {**os.environ, "SPECS": str(folder / "specs"), "SOURCE_DATE_EPOCH": "1700000000"}
    subprocess.run([*command, "--config-file", str(ROOT / "mkdocs.yml")], check=True, env=environment, timeout=300)
    return out


def _view(specs: Path) -> SiteView:
    site = compile_site(specs, now=1, prove=False)
    texts = {file.path: file.text for file in site.source.files}
    return site_view(site.plan, site.diagnostics, rendered(site.plan), texts)


def _anchors(tokens: list[dict[str, Any]]) -> Iterator[str]:
    for token in tokens:
        yield token["id"]
        yield from _anchors(token["children"])


def _checked(made: SiteView, step: int = 1) -> int:
    """Counts the pages that are printed without Markdown, and compares each with Markdown's output for that page."""
    done = 0
    for page in [*pages(made)][::step]:
        mine = html(page.blocks, page.path, lambda url: url)
        if mine is not None:
            toc = {"toc": {"permalink": True, "toc_depth": 3}}
            reader = markdown.Markdown(extensions=["attr_list", "tables", "toc"], extension_configs=toc)
            text = page.markdown.removeprefix(page.settings)
            assert shape(mine.text) == shape(reader.convert(text)), page.path
            tokens = reader.toc_tokens
            assert [one.anchor for one in mine.headings] == [*_anchors(tokens)], page.path
            done += 1
    return done


def test_directly_printed_html_equals_the_output_of_markdown() -> None:
    example = _view(ROOT / "specs")
    said = Meta(HOSTILE, "ops *a* _b_ `c`", ("edge",), "https://example.org/?a=<b>&c='d'")
    plan = example.plan
    guests = tuple(replace(guest, meta=said) for guest in plan.guests)
    networks = tuple(replace(network, meta=said) for network in plan.networks)
    hostile = site_view(replace(plan, guests=guests, networks=networks), (), (), {})
    assert _checked(example) > 20
    assert _checked(hostile) > 20


def test_pages_of_guests_of_a_large_site_need_no_markdown(large: SiteView) -> None:
    assert _checked(large, 20) > GUESTS // 20


def test_a_page_that_another_plugin_changed_is_read_as_markdown() -> None:
    config = load_config(str(ROOT / "mkdocs.yml"), plugins=[])
    ours = Page("a.md", "a", (Paragraph("*as it is*"),))
    file = File(ours.path, src_dir=None, dest_dir="", use_directory_urls=True)
    file.content_string = ours.markdown
    page = QuickPage(ours, ours.title, file, config)
    page.read_source(config)
    page.render(config, Files([file]))
    printed = html(ours.blocks, ours.path, str)
    assert printed
    assert page.content == printed.text
    page.markdown = f"{page.markdown}\n*said by another*\n"
    page.render(config, Files([file]))
    assert shape(page.content or "") == shape(f"{printed.text}<p><em>said by another</em></p>")


def test_a_guest_page_has_its_description_and_facts_and_no_indentation(built: Path) -> None:
    page = (built / "guests/g00007/index.html").read_text(encoding="utf-8")
    assert "<title>g00007 - taploom</title>" in page
    assert "guest number 7" in page
    assert page.count('<li class="md-tabs__item">') == 5
    frame = page[: page.index("<article")]
    assert "\n " not in frame
    assert '<h2 id="nics">' in page
    assert "<svg class=" in page


def test_search_finds_a_guest_of_a_large_site(built: Path, large: SiteView) -> None:
    index = json.loads((built / "search/search_index.json").read_text(encoding="utf-8"))
    found = {doc["location"]: doc for doc in index["docs"]}
    guest = large.plan.guests[7]
    doc = found[f"guests/{guest.name}/"]
    assert doc["title"] == guest.name
    nic = guest.nics[0]
    for word in (nic.ipv4.address, nic.ipv6.address, nic.mac, nic.tap, guest.host):
        assert str(word) in doc["text"]
    assert f"tcp/{large.dnat_entries[guest.name][0].first}" in doc["text"]
