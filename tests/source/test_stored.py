"""Reading a working tree and reading a commit of it give the same files, and the same findings at the same places."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import pytest
from tests.support import needs

from taploom.diff.revisions import commit_of, revision
from taploom.driver import Compiled, compile_blobs, compile_site

SITE = "taploom: 1\nnetworks: {{net{0}: {{ipv4: 10.{0}.0.1/24}}}}\n"
LOCK = "guest/web net1 ipv4 10.1.0.9\n"


def git(at: Path, *words: str, stdin: bytes | None = None) -> str:
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "protocol.file.allow=always", *words]
    done = subprocess.run(command, cwd=at, check=True, capture_output=True, input=stdin)
    return done.stdout.decode().strip()


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty repository with a folder of specs and another folder, as the current folder."""
    (tmp_path / "clone/specs/sub").mkdir(parents=True)
    (tmp_path / "clone/other").mkdir()
    (tmp_path / "clone/other/x.yaml").write_text(SITE.format(9))
    (tmp_path / "clone/specs/a.yaml").write_text(SITE.format(1))
    monkeypatch.chdir(tmp_path / "clone")
    git(Path(), "init", "--quiet")
    return tmp_path / "clone"


def both(at: Path) -> tuple[Compiled, Compiled]:
    """The site compiled from the working tree, and compiled from a commit of it."""
    git(at, "add", "--all", "--force")
    git(at, "commit", "--quiet", "--allow-empty", "-m", "x")
    found = revision(Path("specs"), "HEAD", commit_of(Path("specs"), "HEAD"))
    stored = compile_blobs(found.blobs, "specs", now=0, prove=False, sizes=found.sizes, refused=found.refused)
    return compile_site(Path("specs"), now=0, prove=False), stored


def shown(site: Compiled) -> tuple[list[str], list[str]]:
    """The paths of all files, and the findings with their places."""
    return [file.path for file in site.source.files], sorted(f"{d.span} {d.code} {d.message}" for d in site.diagnostics)


LINKS = {
    "a file of the folder": ("b.yaml", "sub/c.txt"),
    "a spec that is also read directly": ("b.yaml", "a.yaml"),
    "through another link": ("b.yaml", "sub/d.yaml"),
    "a hidden file, as in mounted volumes": ("b.yaml", ".data/e.yaml"),
    "out of the folder": ("b.yaml", "../other/x.yaml"),
    "out of the folder and back": ("b.yaml", "../specs/sub/c.txt"),
    "nowhere": ("b.yaml", "gone.yaml"),
    "itself": ("b.yaml", "b.yaml"),
    "a folder": ("more", "sub"),
    "a folder named like a spec": ("more.yaml", "sub"),
    "a folder outside": ("more", "../other"),
    "a text outside": ("notes.md", "../other/x.yaml"),
    "another machine's file": ("b.yaml", "/etc/hostname"),
    "another machine's folder": ("more", "/etc"),
}


@needs("git")
@pytest.mark.parametrize(("name", "target"), LINKS.values(), ids=LINKS)
def test_links_are_treated_alike(clone: Path, name: str, target: str) -> None:
    (clone / "specs/sub/c.txt").write_text(SITE.format(2))
    (clone / "specs/sub/d.yaml").symlink_to("c.txt")
    (clone / "specs/.data").mkdir()
    (clone / "specs/.data/e.yaml").write_text(SITE.format(3))
    (clone / "specs" / name).symlink_to(target)
    here, stored = both(clone)
    assert shown(here) == shown(stored)


@needs("git")
def test_a_submodule_is_refused_in_the_tree_and_in_a_commit(clone: Path) -> None:
    for folder in ("b", "sub/c"):
        git(clone, "init", "--quiet", f"specs/{folder}")
        (clone / "specs" / folder / "x.yaml").write_text(SITE.format(4))
        git(clone / "specs" / folder, "add", ".")
        git(clone / "specs" / folder, "commit", "--quiet", "-m", "x")
    here, stored = both(clone)
    assert shown(here) == shown(stored)
    assert [str(d.span) for d in here.diagnostics if d.code == "TL128"] == ["specs/b:1:1", "specs/sub/c:1:1"]


NAMES = ["b.yml", "B.YAML", "b.yaml/c.yaml", "b\u2028.yaml", "b\x07.yaml", "sub/.yaml", ".b.yaml", "b.txt", "c.YML"]


@needs("git")
@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_names_are_treated_alike(clone: Path, name: str) -> None:
    (clone / "specs" / name).parent.mkdir(exist_ok=True)
    (clone / "specs" / name).write_text(SITE.format(2))
    here, stored = both(clone)
    assert shown(here) == shown(stored)


HIDDEN = ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x00", "\x1b", "\u202e", "\r"]


@needs("git")
@pytest.mark.parametrize("character", HIDDEN, ids=ascii)
@pytest.mark.parametrize("file", ["taploom.lock", "a.yaml"])
def test_a_line_after_an_unusual_line_break_is_not_hidden(clone: Path, file: str, character: str) -> None:
    """To a reviewer, the hidden line looks like the end of a comment."""
    text = {"taploom.lock": LOCK, "a.yaml": SITE.format(1)}[file]
    hidden = {"taploom.lock": "guest/db net1 ipv4 10.1.0.8", "a.yaml": "addresses: {hidden: 10.9.9.9}"}[file]
    (clone / "specs" / file).write_text(f"{text}# for now{character}{hidden}\n", newline="")
    here, stored = both(clone)
    assert shown(here) == shown(stored)
    line = text.count("\n") + 1
    codes = {"taploom.lock": "TL301", "a.yaml": "TL107"}
    if character == "\r":  # git, editors and YAML treat it as a line end
        assert codes[file] not in [d.code for d in here.diagnostics]
        return
    assert (codes[file], f"specs/{file}:{line}:10") in [(d.code, str(d.span)) for d in here.diagnostics]
    assert "hidden" not in here.document.addresses


@needs("git")
@pytest.mark.parametrize("data", [b"guest/web net1 ipv4 10.1.0.9 # \xff\n", b"\xff\xfeg\x00"], ids=["latin", "utf-16"])
def test_a_lock_that_is_not_utf_8_is_refused(clone: Path, data: bytes) -> None:
    (clone / "specs/taploom.lock").write_bytes(data)
    here, stored = both(clone)
    assert shown(here) == shown(stored)
    assert [d.code for d in here.diagnostics] == ["TL106"]


@needs("git")
@pytest.mark.parametrize("target", ["/etc/hostname", "../other/x.yaml", "a.yaml", "gone"])
def test_a_lock_that_is_a_link_is_refused_and_its_target_not_read(clone: Path, target: str) -> None:
    (clone / "specs/taploom.lock").symlink_to(target)
    here, stored = both(clone)
    assert shown(here) == shown(stored)
    assert [(d.code, str(d.span)) for d in here.diagnostics] == [("TL104", "specs/taploom.lock:1:1")]


@needs("git")
@pytest.mark.parametrize("seed", range(12))
def test_random_trees_are_treated_alike(clone: Path, seed: int) -> None:
    """The trees mix files, folders and links, with names of specs and other names."""
    chance = random.Random(seed)
    folders = ["", "sub/", "deep.yaml/", ".hidden/", "sub/more/"]
    names = [f"{folder}{name}" for folder in folders for name in ("k.yaml", "l.yml", "m.txt", "n", "o.yaml")]
    for number, name in enumerate(chance.sample(names, 14)):
        path = clone / "specs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if chance.random() < 0.5:
            path.write_text(SITE.format(10 + number))
        else:
            climb = "../" * chance.randrange(3)
            path.symlink_to(chance.choice([climb + chance.choice(names), f"{climb}other", f"{climb}specs/a.yaml", "."]))
    here, stored = both(clone)
    assert shown(here) == shown(stored)
