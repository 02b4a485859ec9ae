"""Subjects, authors and file names from commits are one line of text on the pages in every theme, never markup."""

import os
import subprocess
import sys
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Page
from tests.hostile.clone import Clone
from tests.site.browsing import served
from tests.site.conftest import page
from tests.support import needs

from taploom.diff.history import history

__all__ = ["page"]

ODD_BREAKS = {
    "line separator": "one\u2028two",
    "paragraph separator": "one\u2029two",
    "next line": "one\u0085two",
    "vertical tab": "one\x0btwo",
    "form feed": "one\x0ctwo",
    "carriage return": "one\rtwo",
    "file separator": "one\x1ctwo",
    "several lines": "one\ntwo",
    "tabs": "one\t\ttwo",
}
SUBJECTS = {
    "script": "sought <script>window.marked=1</script>",
    "title": "sought </title></head><body><img src=x onerror=window.marked=1>",
    "entities": "sought &lt;script&gt;window.marked=1&lt;/script&gt; &#60;b&#62; &ltb>",
    "twice": "sought &amp;lt;img src=x onerror=window.marked=1&amp;gt;",
    "attribute": '"onmouseover="window.marked=1" x=\'y\' `z`',
    "comment": "--> <!-- ]]> <![CDATA[ <?php",
    "template": "{{ config }} {% raw %} {# x #} ${x}",
    "attributes of Markdown": "x {: onclick=window.marked=1 } {: .y #z }",
    "links": "[a](javascript:b) ![c](http://192.0.2.1/d) <http://192.0.2.1> [e]: http://192.0.2.1 http://192.0.2.1",
    "markup": "# *x* __y__ ~~z~~ | a | b | --- > - 1. ```",
    "front matter": "--- title: x ---",
    "our own marks": '<div class="tl-figure" data-taploom="site"></div> @/index.md [x](@/index.md)',
    "right to left": "\u202etxet \u2066\u2069",
    "escapes": "\x1b[31mred\x1b]0;title\x07 \x08\x7f",
    "commands": "::error::x ##[error]x ::add-mask::x",
    "nothing": "",
    "spaces": " \t ",
    "long": "long " * 50_000,
    "one word": "w" * 200_000,
    "zero width": "\u200b\ufeff\u00ad",
}
AUTHORS = {
    "script": b"<script>window.marked=1</script> <a@example.org> 1 +0000",
    "nothing": b"",
    "no mail": b"Ann 1798761600 +0000",
    "no date": b"Ann <a@example.org>",
    "year 5138": b"Ann <a@example.org> 99999999999 +0000",
    "further": b"Ann <a@example.org> 99999999999999999999 +0000",
    "before 1970": b"Ann <a@example.org> -5 +0000",
    "no zone": b"Ann <a@example.org> 1798761600",
    "zone of 99 hours": b"Ann <a@example.org> 1798761600 +9999",
    "odd digits": "Ann <a@example.org> \u0661\u0662 +\u0661\u0662\u0661\u0662".encode(),
    "line separator": "Ann\u2028\u0085Lee <a@example.org> 1798761600 +0200".encode(),
    "Latin-1": b"Ren\xe9 <a@example.org> 1798761600 +0200",
    "not text": b"\xff\xfe\x00\x01 <a@example.org> 1798761600 +0200",
}
_ANN = b"Ann <a@example.org> 1798761600 +0000"


def committed(clone: Clone, subject: bytes, who: bytes = _ANN, headers: bytes = b"") -> str:
    """Adds a commit that changes a comment in the specs, and returns the commit's hash."""
    (clone.top / "specs/more.yaml").write_text(f"taploom: 1\n# {clone.name('HEAD')}\n")
    clone.git("add", "--all")
    tree = clone.git("write-tree").encode()
    people = b"author %s\ncommitter %s\n" % (who, who)
    head = b"tree %s\nparent %s\n" % (tree, clone.name("HEAD").encode())
    name = clone.object("commit", head + people + headers + b"\n" + subject + b"\n")
    clone.git("update-ref", "HEAD", name)
    return name


@pytest.mark.parametrize("case", ODD_BREAKS)
def test_a_subject_is_one_line_with_any_line_break(case: str, clone: Clone) -> None:
    committed(clone, ODD_BREAKS[case].encode() + b"\n\nand a second paragraph")
    (one,) = history(Path("specs"), 1)
    assert (one.subject, one.author, one.date) == ("one two", "Ann", "2027-01-01T00:00:00+00:00")


@pytest.mark.parametrize("case", SUBJECTS)
def test_a_subject_is_printable_and_one_line(case: str, clone: Clone) -> None:
    committed(clone, SUBJECTS[case].encode())
    one, before = history(Path("specs"), 2)
    assert one.parent == before.name
    assert len(one.subject.splitlines()) <= 1
    assert not set(one.subject) & set("\x1b\x07\x08\x7f\u202e\u2066\u2069\ufeff\0")
    assert len(one.subject) <= 301
    if case not in ("escapes", "zero width", "right to left"):
        assert one.subject[:20].strip() == " ".join(SUBJECTS[case].split())[:20].strip()


@pytest.mark.parametrize("case", AUTHORS)
def test_an_author_is_one_line(case: str, clone: Clone) -> None:
    committed(clone, b"x", AUTHORS[case])
    (one,) = history(Path("specs"), 1)
    assert len(one.author.splitlines()) <= 1
    assert one.date[:4] in ("", "1970", "2026", "2027", "5138")
    assert one.author in ("", "Ann", "Ann Lee", "René") or case in ("script", "not text", "no mail")


@pytest.mark.parametrize(
    ("headers", "subject", "told"),
    [
        (b"encoding UTF-16\n", b"plain", "plain"),
        (b"encoding no-such-thing\n", "größer".encode(), "größer"),
        (b"encoding ISO-8859-1\n", "größer".encode("latin-1"), "größer"),
        (b"gpgsig -----BEGIN PGP SIGNATURE-----\n \n author Eve <e@example.org>\n", b"signed", "signed"),
        (b"parent 0000000000000000000000000000000000000000\nauthor Eve <e> 1 +0000\n", b"again", "again"),
        (b"", b"nul \0 after", "nul \ufffd after"),
    ],
    ids=["UTF-16", "unknown encoding", "Latin-1", "signature", "headers again", "NUL"],
)
def test_odd_headers_of_a_commit_have_no_effect(headers: bytes, subject: bytes, told: str, clone: Clone) -> None:
    before = clone.name("HEAD")
    name = committed(clone, subject, headers=headers)
    if b"parent 000" in headers:
        return  # git takes this header for a second parent, which does not exist
    (one,) = history(Path("specs"), 1)
    assert (one.name, one.parent, one.subject, one.author) == (name, before, told, "Ann")


class _Shape(HTMLParser):
    """A parser that counts tags with the names of their attributes, and collects the targets of links."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: Counter[tuple[str, ...]] = Counter()
        self.links: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag, *sorted(name for name, _ in attrs)] += 1
        self.links |= {value or "" for name, value in attrs if name in ("href", "src", "action")}


FILES = ('a"onx=y><b>', "&lt;i&gt;", "é #1?%2e", "[x](y)", "{{ x }}", "a.b", "A-b", "w" * 240)
THEMES = {
    "mkdocs": "{name: mkdocs, highlightjs: false}",
    "readthedocs": "{name: readthedocs, highlightjs: false}",
    "material": "{name: material, font: false, features: [content.action.edit, content.action.view]}",
}
TINY = (
    'taploom: 1\nsite: {name: tiny, domain: vm.example.org, target: {systemd: 252, nftables: 1.0.6, nixos: "25.11"}}\n'
)


def _history(top: Path, subjects: list[str], author: str, files: list[str]) -> Clone:
    """A repository with a commit for each subject and a spec for each file name; the rest does not depend on them."""
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main", str(top)], check=True)
    clone = Clone(top, top / "marker")
    clone.write("specs/site.yaml", TINY)
    clone.write("docs/notes/notes.md", "# Notes\n")
    for number, name in enumerate(files):
        clone.write(f"specs/{name}.yaml", f"taploom: 1\nzones: {{z{number}: {{}}}}\n")
    clone.commit("begin")
    for subject in subjects:
        committed(clone, subject.encode(), f"{author} <a@example.org> 1798761600 +0000".encode())
    return clone


def _built(clone: Clone, theme: str, out: Path) -> dict[str, _Shape]:
    """Builds the site of a repository, and returns the shapes of its pages by path."""
    clone.write(
        "mkdocs.yml",
        f"site_name: t\ndocs_dir: docs\nrepo_url: https://git.example.org/o/r\nedit_uri: edit/main/\ntheme: {theme}\n"
        "plugins: [search, {taploom: {changes: 99}}]\nmarkdown_extensions: [attr_list, tables, toc]\n",
    )
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(out)]
    env = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=clone.top, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    found = {str(path.relative_to(out)): path.read_text(encoding="utf-8") for path in sorted(out.rglob("*.html"))}
    return {path: _Shape(text) for path, text in found.items()}


def _links(pages: dict[str, _Shape]) -> set[str]:
    return set().union(*(one.links for one in pages.values()))


@pytest.mark.parametrize("theme", THEMES)
def test_pages_have_the_shape_of_a_harmless_site(theme: str, tmp_path: Path) -> None:
    """Compares a hostile with a harmless site: same tags and attributes, and no links to other hosts or schemes."""
    words = list(SUBJECTS.values())
    author = '<b onclick=x>"A"</b> &lt;i&gt; {{ x }} [a](b)'.replace("<", "\u2039").replace(">", "\u203a")
    evil = _history(tmp_path / "evil", words, author, list(FILES))
    good = _history(tmp_path / "good", ["x"] * len(words), "Ann", [f"f{n}" for n in range(len(FILES))])
    shapes, expected = (_built(each, THEMES[theme], tmp_path / f"{each.top.name}-out") for each in (evil, good))
    assert len(shapes) == len(expected) > len(words) + len(FILES)
    tags, wanted = (sum((one.tags for one in found.values()), Counter()) for found in (shapes, expected))
    assert tags == wanted
    for part in ("scheme", "netloc"):
        places, harmless = ({getattr(urlsplit(link), part) for link in _links(found)} for found in (shapes, expected))
        assert places == harmless
    edits = {unquote(urlsplit(link).path) for link in _links(shapes) if "/edit/main/" in link}
    assert {f"/o/r/edit/main/specs/{name}.yaml" for name in FILES} <= edits


@needs("chromium")
def test_no_script_from_commits_runs_in_a_browser(tmp_path: Path, page: Page) -> None:
    """Opens every page of changes, and the search results that list them."""
    evil = _history(tmp_path / "evil", list(SUBJECTS.values()), "Ann", list(FILES))
    _built(evil, THEMES["material"], tmp_path / "out")
    with served(tmp_path / "out") as address:
        for path in sorted((tmp_path / "out/changes").glob("**/index.html")):
            page.goto(f"{address}{path.parent.relative_to(tmp_path / 'out')}/")
            assert page.evaluate("window.marked") is None
        page.goto(address)
        page.click(".md-search__input")
        page.keyboard.type("sought")
        page.wait_for_selector(".md-search-result__link", timeout=40000)
        assert page.locator(".md-search-result__item img, .md-search-result__item script").count() == 0
        assert page.evaluate("window.marked") is None


def test_no_two_files_share_a_page() -> None:
    from taploom.site.sources import page_of

    names = ("a-b", "a.b", "a/b", "a--b", "A-b", "a_b", "a b", "-a-b", "a-b-", "é", "è", "x" * 300, "x" * 301)
    assert len({page_of(f"specs/{name}.yaml") for name in names}) == len(names)
    assert max(len(page_of(f"specs/{name}.yaml")) for name in names) < 150
    assert page_of("specs/hosts/dmz-1.yaml") == "specs/specs--hosts--dmz-1-yaml.md"
