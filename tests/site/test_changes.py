"""The page of recent changes: its content for a real git repository, and its text without a repository."""

import html
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.diff.site import BASE
from tests.plans import seed
from tests.sites import compiled
from tests.support import needs

from taploom.diagrams.palette import Paint, paint, tone
from taploom.mkdocs.past import RevisionCache
from taploom.site.page import Page
from taploom.site.pages.changes import pages
from taploom.site.view import site_view

OPEN = ("forwards.yaml", "ports: tcp/443", "ports: [tcp/443, tcp/8443]")
HOSTILE = "Open 8443 <script>alert(1)</script> | `x` [a](http://evil.example) &amp;"


def _git(folder: Path, *words: str) -> str:
    who = ["-c", "user.name=Ann <b>", "-c", "user.email=ann@example.org", "-c", "commit.gpgsign=false"]
    env = {**os.environ, "GIT_COMMITTER_DATE": "2026-05-04T03:02:01Z", "GIT_CONFIG_GLOBAL": os.devnull}
    done = subprocess.run(["git", *who, *words], cwd=folder, env=env, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with three revisions of a site: the first one, a new comment, and a new port in a forward."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "specs").mkdir()
    for name, text in BASE.items():
        (tmp_path / "specs" / name).write_text(text, encoding="utf-8")
    _git(tmp_path, "init", "--quiet", "--initial-branch=main")
    for subject, file, before, after in (
        ("Begin", "site.yaml", "", ""),
        ("Say more", "site.yaml", "taploom: 1\n", "taploom: 1\n# more\n"),
        (HOSTILE, *OPEN),
    ):
        path = tmp_path / "specs" / file
        path.write_text(path.read_text(encoding="utf-8").replace(before, after, 1), encoding="utf-8")
        (tmp_path / "README").write_text(subject, encoding="utf-8")
        _git(tmp_path, "add", ".")
        _git(tmp_path, "commit", "--quiet", "--message", subject)
    (tmp_path / "README").write_text("nothing of the specs", encoding="utf-8")
    _git(tmp_path, "commit", "--quiet", "--all", "--message", "Not of the specs")
    return tmp_path


def _pages(specs: Path, count: int = 9) -> list[Page]:
    return list(pages(site_view(seed(), (), (), {}, history=RevisionCache().history(specs, count))))


def test_each_revision_of_the_specs_has_a_page_with_its_changes(clone: Path) -> None:
    index, opened, commented, begun = _pages(Path("specs"))
    names = _git(clone, "log", "--format=%h", "--abbrev=7", "--max-count=4").split()
    assert [page.path for page in (opened, commented, begun)] == [f"changes/{name}.md" for name in names[1:]]
    assert "1 new exposure" in index.markdown
    assert "D1" in index.markdown
    assert "tcp/8443" in opened.markdown
    assert "EXPOSED" in opened.markdown
    assert "hosts/hv1/nftables/taploom.nft" in opened.markdown
    assert "The plan is the same as before" in commented.markdown
    assert "This is the first revision" in begun.markdown


def test_the_number_of_revisions_shown_is_limited(clone: Path) -> None:
    assert [len(_pages(Path("specs"), count)) for count in (1, 2, 9)] == [2, 3, 4]


def test_names_and_subjects_of_commits_are_escaped(clone: Path) -> None:
    text = "\n".join(page.markdown for page in _pages(Path("specs")))
    assert "<script" not in text
    assert "](http" not in text
    assert "Ann <b" not in text


def test_a_shallow_clone_says_what_it_lacks(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _git(clone, "clone", "--quiet", "--depth=3", clone.as_uri(), "shallow")
    monkeypatch.chdir(clone / "shallow")
    index, *rest = _pages(Path("specs"))
    assert len(rest) == 1
    assert "git fetch --unshallow" in index.markdown


def test_without_a_repository_the_page_says_so(tmp_path: Path) -> None:
    (page,) = _pages(tmp_path)
    assert "is not in a git repository" in page.markdown


def test_without_git_the_page_says_so(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(clone / "nothing"))
    (page,) = _pages(Path("specs"))
    assert "git is not installed" in page.markdown


def test_a_revision_with_errors_is_shown_as_such(clone: Path) -> None:
    path = clone / "specs/guests.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("host: hv1", "host: nobody", 1), encoding="utf-8")
    _git(clone, "commit", "--quiet", "--all", "--message", "Break it")
    assert "have errors" in _pages(Path("specs"))[1].markdown


def _commit(clone: Path, file: str, before: str, after: str, subject: str) -> str:
    path = clone / "specs" / file
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    _git(clone, "commit", "--quiet", "--all", "--message", subject)
    return _git(clone, "rev-parse", "HEAD")[:7]


def test_a_change_has_a_picture_only_if_the_picture_shows_it(clone: Path) -> None:
    _commit(clone, "forwards.yaml", "ports: [tcp/443, tcp/8443]", "ports: tcp/443", "Close 8443")
    _commit(clone, "policy.yaml", "allow: any", "allow: [https]", "Less for guests")
    _, policy, closed, opened, commented, begun = _pages(Path("specs"))
    assert [len(one.figures) for one in (policy, closed, opened, commented, begun)] == [1, 1, 1, 0, 0]
    assert "by-lan" in {node.name for node in policy.figures[0].graph.nodes}
    (figure,) = opened.figures
    assert figure.mark in opened.markdown
    assert figure.text == "Changed: forward/web."


@needs("dot")
def test_removed_objects_in_a_picture_have_no_link_and_all_colours_have_a_dark_variant(
    clone: Path, build: Callable[[Path, Path], None], tmp_path: Path
) -> None:
    for file, gone in {
        "networks.yaml": r"  lan:.*\n",
        "hosts.yaml": r"      lan:.*\n",
        "guests.yaml": r"  db:(.*\n)*",
    }.items():
        path = clone / "specs" / file
        path.write_text(re.sub(gone, "", path.read_text(encoding="utf-8")), encoding="utf-8")
    (clone / "specs/policy.yaml").write_text(
        "taploom: 1\npolicy:\n  admin: {from: office, to: hosts, allow: ssh}\n", encoding="utf-8"
    )
    name = _commit(clone, "site.yaml", "# more", "# less", "Less")
    _site(clone)
    build(clone, tmp_path / "out")
    text = (tmp_path / f"out/changes/{name}/index.html").read_text(encoding="utf-8")
    cards = dict(
        re.findall(
            r'<g id="tl-difference--((?:guest|network)-[a-z]+)" class="node[^>]*>(.*?)(?=<g id="tl|</svg>)', text
        )
    )
    assert set(cards) == {"guest-web", "guest-db", "guest-desk", "network-dmz", "network-lan"}
    assert {card for card, shown in cards.items() if "removed" in shown} == {"guest-db", "guest-desk", "network-lan"}
    assert {card for card, shown in cards.items() if "<a href" in shown} == {"guest-web", "network-dmz"}
    style = (tmp_path / "out/assets/taploom-colors.css").read_text(encoding="utf-8")
    used = set(re.findall(r'(?:fill|stroke)="(#[0-9a-f]{6})"', text))
    assert len(used) > 10
    assert {color for color in used if f'fill="{color}"' not in style} == set()


def test_pictures_follow_the_colours_of_the_site(clone: Path) -> None:
    """A cached revision also follows the site's colours, as in a served site."""
    cache, specs = RevisionCache(rebuilt=True), Path("specs")
    colors = [paint(compiled(BASE).plan, Paint({"dmz": tone(color)}, {})) for color in ("#aa0000", "#0000aa")]
    told = [cache.history(specs, 1, one).revisions[0] for one in colors]
    for revision, own in zip(told, colors, strict=True):
        assert revision.picture
        assert revision.picture[1].network("dmz") == own.network("dmz")
    assert told[0].change is told[1].change


def _site(clone: Path) -> None:
    (clone / "docs").mkdir()
    (clone / "mkdocs.yml").write_text(
        "site_name: t\ndocs_dir: docs\ntheme: {name: mkdocs, highlightjs: false}\n"
        "plugins: [{taploom: {changes: 2}}]\nmarkdown_extensions: [attr_list, tables]\n",
        encoding="utf-8",
    )


def test_a_site_with_hostile_commit_subjects_builds_strictly(
    clone: Path, build: Callable[[Path, Path], None], tmp_path: Path
) -> None:
    _site(clone)
    build(clone, tmp_path / "out")
    made = sorted((tmp_path / "out/changes").glob("*/index.html"))
    assert len(made) == 2
    whole = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "out").rglob("*.html"))
    assert "<script>alert" not in whole
    assert ">Open 8443 <script>alert(1)</script> | `x`" in html.unescape(whole)  # the heading is unchanged
