"""Pages of the site: complete, linked, and without markup from descriptions."""

import html.parser
import posixpath
import re
from dataclasses import replace
from pathlib import Path

import markdown
import pytest
from tests.plans import seed

from taploom.cli.examples import EXAMPLES
from taploom.cli.group import LazyGroup
from taploom.driver import compile_site, rendered
from taploom.mkdocs.commands import described
from taploom.plan.origin import Meta
from taploom.plan.schema import plan_schema
from taploom.site.manual import Manual
from taploom.site.markup.block import Html
from taploom.site.navigation import LEAVES_LISTED, navigation
from taploom.site.page import Page
from taploom.site.pages import compose, reachability
from taploom.site.pages.broken import pages as broken_pages
from taploom.site.pages.compose import files, pages
from taploom.site.view import SiteView, site_view
from taploom.spec.document import language_schema

ROOT = Path(__file__).parents[2]
HOSTILE = (
    "<script>alert(1)</script> *not* _emphasis_ `code` [a](http://evil.example) ![i](x) | cell </td> ]]> &amp; {: #i }",
    "- no list",
    "1. no list",
    "# no heading",
    "javascript:alert(1) \u202etxt.exe",
)


@pytest.fixture(scope="module")
def example() -> SiteView:
    site = compile_site(ROOT / "specs", now=1, prove=False)
    texts = {file.path: file.text for file in site.source.files}
    manual = Manual(language_schema(), plan_schema(), tuple(described(LazyGroup("taploom"), EXAMPLES)))
    return site_view(site.plan, site.diagnostics, rendered(site.plan), texts, manual)


class _Reader(html.parser.HTMLParser):
    """A parser that collects the tags, texts and links of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words = ""
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.words += data


def _read(page: Page) -> _Reader:
    extensions = ["attr_list", "tables", "toc", "fenced_code", "meta"]
    return _Reader(markdown.markdown(page.markdown, extensions=extensions))


def test_zones_beyond_the_size_of_the_table_have_links_to_questions(
    example: SiteView, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reachability, "PAIRS_SHOWN", 0)
    (page,) = reachability.pages(example)
    read = _read(page)
    for zone in example.plan.zones:
        for question in (f"from=any&to=zone/{zone.name}", f"from=zone/{zone.name}&to=any"):
            assert any(link.endswith(f"?{question}") for link in read.links), question


def test_every_kind_of_page_is_built() -> None:
    folder = Path(compose.__file__).parent
    kinds = {
        path.stem for path in folder.glob("*.py") if "\ndef pages(view: SiteView)" in path.read_text(encoding="utf-8")
    }
    assert kinds - {"compose"} == {builder.__module__.rpartition(".")[2] for builder in compose.BUILDERS}


def test_every_object_of_the_example_has_its_page(example: SiteView) -> None:
    paths = {page.path for page in pages(example)}
    plan = example.plan
    wanted = {f"hosts/{one.name}.md" for one in plan.hosts} | {f"guests/{one.name}.md" for one in plan.guests}
    wanted |= {f"networks/{one.name}.md" for one in plan.networks} | {f"zones/{one.name}.md" for one in plan.zones}
    wanted |= {"index.md", "addresses.md", "forwards.md", "policy.md", "findings.md", "exports/index.md"}
    assert wanted - paths == set()


def test_every_link_between_pages_leads_to_a_page(example: SiteView) -> None:
    made = {page.path: page for page in pages(example)}
    known = {*made, *(file.path for file in files(example))}
    found = [
        (page.path, target)
        for page in made.values()
        for target in re.findall(
            r"\]\(([^)#:?]+)(?:[#?][^)]*)?\)", re.sub(r"```.*?```", "", page.markdown, flags=re.DOTALL)
        )
        if posixpath.normpath(posixpath.join(posixpath.dirname(page.path), target)) not in known
    ]
    assert found == []
    assert sum(page.markdown.count("](") for page in made.values()) > 500


def test_pages_show_addresses_owners_and_ports(example: SiteView) -> None:
    made = {page.path: _read(page).words for page in pages(example)}
    watch = made["guests/watch.md"]
    for words in ("2001:db8:10:23:0:5eff:fe10:23", "02:00:5e:10:00:23", "team-platform", "monitoring"):
        assert words in watch
    assert "tcp/443" in made["guests/proxy-a.md"]
    assert "203.0.113.10" in made["hosts/cedar.md"]


def test_a_guest_lists_exactly_the_entries_that_apply_to_it(example: SiteView) -> None:
    (page,) = (page for page in pages(example) if page.path == "guests/web-1.md")
    parts = {part.partition("\n")[0]: part for part in page.markdown.split("\n## ")}
    told = {name: set(re.findall(r"policy\.md#([a-z0-9-]+)", parts[name])) for name in ("Reached by", "Reaches")}
    # web-1 has the tags monitored and web, and is on shop in zone servers; no other entry of policy.yaml covers it.
    assert told["Reached by"] == {"monitoring", "proxies-to-shop"}
    assert told["Reaches"] == {"names", "seen", "shop-to-data", "web-out"}


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_descriptions_stay_text_on_every_page(text: str) -> None:
    plan = seed()
    meta = Meta(description=text, owner=text, tags=(text,))
    plan = replace(
        plan,
        hosts=tuple(replace(one, meta=meta) for one in plan.hosts),
        guests=tuple(replace(one, meta=meta) for one in plan.guests),
        networks=tuple(replace(one, meta=meta) for one in plan.networks),
        forwards=tuple(replace(one, meta=meta) for one in plan.forwards),
        policy=tuple(replace(one, meta=meta) for one in plan.policy),
        zones=tuple(replace(one, meta=meta) for one in plan.zones),
    )
    harmless = {page.path: _read(page) for page in pages(site_view(seed(), (), (), {}))}
    shown = 0
    for page in pages(site_view(plan, (), (), {})):
        found = _read(page)
        new = (
            set(found.tags) - set(harmless[page.path].tags) - {"code", "p", "table", "thead", "tbody", "tr", "th", "td"}
        )
        assert new <= {"strong"}, page.path
        assert not any("evil" in link or "javascript" in link for link in found.links)
        plain = "".join(c if c.isprintable() else f"<U+{ord(c):04X}>" for c in text)
        shown += plain.replace("`", "") in found.words.replace("`", "")
    assert shown > 8


def test_finished_html_does_not_depend_on_the_specs(example: SiteView) -> None:
    """Printers do not escape `Html`, so it may contain nothing from a spec."""
    found = [
        [one for page in pages(of) for one in page.body if isinstance(one, Html)]
        for of in (example, site_view(seed(), (), (), {}))
    ]
    assert len(found[0]) == 1
    assert found[0] == found[1]


def test_no_page_shows_emphasis_as_asterisks(example: SiteView) -> None:
    """Texts are escaped, so an asterisk of Markdown in a sentence of taploom would be shown as one."""
    found = [each for page in pages(example) for each in re.findall(r"&#42;\w[^|&]*\w&#42;", page.markdown)]
    assert found == []


def test_the_same_plan_gives_the_same_pages(example: SiteView) -> None:
    assert [page.markdown for page in pages(example)] == [page.markdown for page in pages(example)]


def test_guest_pages_of_a_large_site_are_not_in_the_navigation() -> None:
    made = [Page("index.md", "Site", (), listed=True), Page("guests/index.md", "Guests", (), listed=True)]
    few = [*made, Page("guests/a.md", "a", ())]
    many = [*made, *(Page(f"guests/g{n}.md", f"g{n}", ()) for n in range(LEAVES_LISTED))]
    assert navigation(few, [])[0]["Network"][1] == {"Guests": ["guests/index.md", {"a": "guests/a.md"}]}
    assert navigation(many, [])[0]["Network"][1] == {"Guests": ["guests/index.md"]}


def test_a_broken_spec_gives_a_page_with_the_error_and_its_place(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text("taploom: 1\nnetworks: {x: {zone: [a]}}\n", encoding="utf-8")
    site = compile_site(tmp_path, now=1)
    assert site.failed
    (page,) = broken_pages(site.diagnostics, {file.path: file.text for file in site.source.files})
    assert "site.yaml:2:" in page.markdown
    assert "error[TL" in page.markdown
