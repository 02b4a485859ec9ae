"""Hostile trees and clones: `plan` shows the real change or an error, and runs no program."""

from collections.abc import Callable

import pytest
from tests.cli.conftest import Taploom
from tests.hostile.clone import TRUTH, Clone

RANGE = "main..change"
Case = Callable[[Clone], None]


def bare_as_specs(clone: Clone) -> None:
    clone.repository("specs")
    clone.commit()


def bare_and_partial(clone: Clone) -> None:
    clone.repository("specs", partial=True)
    clone.commit()


def bare_in_specs(clone: Clone) -> None:
    clone.repository("specs/more")
    clone.commit()


def bare_at_the_top(clone: Clone) -> None:
    clone.repository(".")
    clone.commit()


def bare_around_specs(clone: Clone) -> None:
    """Adds a bare repository `net` next to the folder of specs."""
    clone.repository("net")
    clone.commit()


def replaced_commit(clone: Clone) -> None:
    clone.git("replace", clone.name("change"), clone.name("main"))


def replaced_tree(clone: Clone) -> None:
    clone.git("replace", clone.git("rev-parse", "change:specs"), clone.git("rev-parse", "main:specs"))


def replaced_file(clone: Clone) -> None:
    names = [clone.git("rev-parse", f"{branch}:specs/forwards.yaml") for branch in ("change", "main")]
    clone.git("replace", *names)


def grafted(clone: Clone) -> None:
    """Cuts the history of the change, so that it has no commit in common with `main`."""
    clone.write(".git/info/grafts", f"{clone.name('change')}\n")


def attributes(clone: Clone) -> None:
    """Sets every attribute that affects diffs or checkouts, with programs in the configuration."""
    words = "diff=evil filter=evil merge=evil ident export-ignore export-subst text eol=crlf"
    text = f"* {words} working-tree-encoding=UTF-16\n"
    clone.write(".gitattributes", text)
    clone.git("update-index", "--add", "--cacheinfo", f"100644,{clone.object('blob', text.encode())},.gitattributes")
    clone.git("update-ref", "HEAD", clone.git("commit-tree", clone.git("write-tree"), "-p", "HEAD", "-m", "attributes"))
    names = ("filter.evil.smudge", "filter.evil.clean", "filter.evil.process", "merge.evil.driver")
    for name in ("diff.evil.textconv", "diff.evil.command", "diff.external", *names):
        clone.git("config", name, clone.mark)
    clone.git("config", "filter.evil.required", "true")


def monitor(clone: Clone) -> None:
    clone.git("config", "core.fsmonitor", clone.mark)
    clone.git("config", "core.untrackedCache", "true")


def pagers(clone: Clone) -> None:
    for name in ("core.pager", "pager.ls-tree", "pager.rev-parse", "pager.rev-list", "pager.cat-file", "core.editor"):
        clone.git("config", name, clone.mark)


def hooks(clone: Clone) -> None:
    folder = clone.top / "hooks"
    names = ("post-checkout", "post-index-change", "reference-transaction", "fsmonitor-watchman", "pre-auto-gc")
    for name in names:
        for place in (folder, clone.top / ".git/hooks"):
            place.mkdir(exist_ok=True)
            (place / name).write_text(f"#!/bin/sh\n{clone.mark}\n")
            (place / name).chmod(0o755)
    clone.git("config", "core.hooksPath", str(folder))


def outputs(clone: Clone) -> None:
    """Sets options that change the output of git's commands."""
    for name, value in (
        ("core.quotePath", "true"),
        ("core.abbrev", "4"),
        ("i18n.logOutputEncoding", "UTF-16"),
        ("i18n.commitEncoding", "UTF-16"),
        ("color.ui", "always"),
        ("log.follow", "true"),
        ("log.showSignature", "true"),
        ("gpg.program", clone.mark),
        ("format.pretty", "evil"),
        ("core.warnAmbiguousRefs", "true"),
    ):
        clone.git("config", name, value)


def names_of_files(clone: Clone) -> None:
    """Adds files that have odd names, and are not specs, to the folder of specs."""
    for name in (
        "-x",
        "--output=x",
        ":(glob)x",
        "a\nb",
        'a"b',
        "a\tb",
        "\x1b[31m",
        "$(touch y)",
        "`touch y`",
        "\u202e",
    ):
        clone.write(f"specs/{name}", "x")
    (clone.top / "specs").joinpath(b"\xff\xfe".decode("utf-8", "surrogateescape")).write_text("x")
    clone.commit()


def submodules_elsewhere(clone: Clone) -> None:
    clone.write(
        ".gitmodules", f'[submodule "x"]\n\tpath = x\n\turl = "ext::{clone.mark}"\n\tupdate = "!{clone.mark}"\n'
    )
    clone.git("update-index", "--add", "--cacheinfo", f"160000,{clone.name('main')},x")
    clone.git("commit", "--quiet", "--message", "submodule")


def deep(clone: Clone) -> None:
    """Adds 3,000 nested folders next to the specs."""
    below = clone.tree(("100644", clone.object("blob", b"x"), b"x"))
    for _ in range(3000):
        below = clone.tree(("40000", below, b"d"))
    clone.head(("40000", below, b"deep"), ("40000", clone.git("rev-parse", "HEAD:specs"), b"specs"))


@pytest.mark.parametrize(
    "case",
    [
        bare_as_specs,
        bare_and_partial,
        bare_in_specs,
        bare_at_the_top,
        bare_around_specs,
        replaced_commit,
        replaced_tree,
        replaced_file,
        grafted,
        attributes,
        monitor,
        pagers,
        hooks,
        outputs,
        names_of_files,
        submodules_elsewhere,
        deep,
    ],
    ids=lambda case: case.__name__,
)
def test_plan_shows_the_change_and_runs_nothing(case: Case, clone: Clone, taploom: Taploom) -> None:
    case(clone)
    told = taploom("plan", RANGE, "--detailed-exitcode")
    assert told.status == 2, told.err
    assert TRUTH in told.out
    assert not clone.marker.exists()


_PLACES = {
    "main": "main",
    "the base's name": "{base}",
    "the base's short name": "{base:.7}",
    "the head's name": "{head}",
    "HEAD": "HEAD",
    "the range": "main..change",
    "a name of a remote": "origin/main",
}


@pytest.mark.parametrize("name", _PLACES)
@pytest.mark.parametrize("two", [False, True], ids=["BASE..HEAD", "BASE HEAD"])
def test_no_folder_is_taken_for_a_revision(name: str, two: bool, clone: Clone, taploom: Taploom) -> None:
    """The folder has the name of one revision, but contains the site of the other revision."""
    base, head = clone.name("main"), clone.name("change")
    clone.git("update-ref", "refs/remotes/origin/main", base)
    folder = _PLACES[name].format(base=base, head=head)
    clone.site(folder, changed=folder not in (head, "HEAD"))
    clone.git("add", "--all")
    clone.git("commit", "--quiet", "--message", "a folder")
    sides = {"the head's name": (base, head), "HEAD": ("main", "HEAD"), "the range": ("main", "change")}
    one, other = sides.get(name, (folder, "change"))
    told = taploom("plan", "--detailed-exitcode", *((one, other) if two else (f"{one}..{other}",)))
    assert told.status == 2, told.err
    assert TRUTH in told.out


def test_no_folder_is_taken_for_a_missing_revision(clone: Clone, taploom: Taploom) -> None:
    """The revision is missing, as in a shallow clone; the error says so, and how to name the folder."""
    clone.site("origin/main", changed=True)
    for words in (("origin/main..HEAD",), ("origin/main", "HEAD"), ("HEAD", "origin/main")):
        told = taploom("plan", *words)
        assert told.status == 64
        assert (
            "`origin/main` is not a commit of this repository; the folder of that name is `./origin/main`" in told.err
        )


def test_paths_are_recognised_by_their_form(clone: Clone, taploom: Taploom) -> None:
    clone.site("old..new", changed=False)
    clone.site("main", changed=True)
    assert taploom("plan", "./old..new", "./main", "--detailed-exitcode").status == 2
    assert taploom("plan", str(clone.top / "main"), "./specs").out == "No changes.\n"
    assert taploom("plan", "../clone/main", "specs/../specs").status == 64
    assert TRUTH in taploom("plan", "./old..new").out
    told = taploom("plan", "main..plan.json")
    assert told.status == 64
    assert "in BASE..HEAD both are revisions" in told.err
