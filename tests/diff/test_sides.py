"""The sides that `taploom plan` compares: git revisions, folders and `plan.json` files; it never changes a checkout."""

import json
from pathlib import Path

import pytest
from tests.cli.conftest import Taploom, taploom
from tests.diff.conftest import git, write
from tests.diff.site import BASE

__all__ = ["taploom"]


@pytest.fixture
def here(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh clone of the repository, with `main` checked out, as the current folder."""
    git(tmp_path, "clone", "--quiet", str(repository), "clone")
    clone = tmp_path / "clone"
    git(clone, "branch", "pool-shrunk", "origin/pool-shrunk")
    monkeypatch.chdir(clone)
    return clone


def summary(text: str) -> dict[str, int]:
    found = json.loads(text)["summary"]
    assert isinstance(found, dict)
    return found


def test_by_default_the_working_tree_is_compared_with_the_last_commit(here: Path, taploom: Taploom) -> None:
    assert taploom("plan").out == "No changes.\n"
    files = {**BASE, "more.yaml": "taploom: 1\nservices: {x: tcp/9}\n"}
    write(here / "specs", files)
    assert summary(taploom("plan", "--format", "json").out) == {"add": 1, "change": 0, "remove": 0}
    assert git(here, "status", "--porcelain") == "?? specs/more.yaml"


def test_a_branch_is_compared_with_its_merge_base(here: Path, taploom: Taploom) -> None:
    write(here / "specs", {**BASE, "more.yaml": "taploom: 1\nservices: {x: tcp/9}\n"})
    git(here, "add", "-A")
    git(here, "commit", "--quiet", "-m", "more on main")
    before = git(here, "rev-parse", "HEAD"), git(here, "status", "--porcelain")
    parted = summary(taploom("plan", "main..pool-shrunk", "--format", "json").out)
    exact = summary(taploom("plan", "main..pool-shrunk", "--exact", "--format", "json").out)
    assert parted == {"add": 0, "change": 1, "remove": 0}
    assert exact == {"add": 0, "change": 1, "remove": 1}
    assert (git(here, "rev-parse", "HEAD"), git(here, "status", "--porcelain")) == before


def test_folders_plan_files_and_revisions_give_the_same_difference(
    here: Path, taploom: Taploom, tmp_path: Path
) -> None:
    write(tmp_path / "old", dict(BASE))
    write(tmp_path / "new", {**BASE, "networks.yaml": BASE["networks.yaml"].replace("2.0.199", "2.0.149")})
    for name in ("old", "new"):
        assert taploom("render", "--specs", f"{tmp_path}/{name}", "--out", f"{tmp_path}/{name}-out").status == 0
    folders = json.loads(taploom("plan", f"{tmp_path}/old", f"{tmp_path}/new", "--format", "json").out)
    sides = [f"{tmp_path}/{name}-out/plan.json" for name in ("old", "new")]
    plans = json.loads(taploom("plan", *sides, "--format", "json").out)
    revisions = json.loads(taploom("plan", "main..pool-shrunk", "--format", "json").out)
    for key in ("summary", "worst_class", "files"):
        assert folders[key] == plans[key] == revisions[key]


def test_hunks_turn_the_old_rendered_files_into_the_new_ones(here: Path, taploom: Taploom, tmp_path: Path) -> None:
    assert taploom("render", "--out", f"{tmp_path}/old").status == 0
    git(here, "checkout", "--quiet", "pool-shrunk")
    assert taploom("render", "--out", f"{tmp_path}/new").status == 0
    data = json.loads(taploom("plan", "main..pool-shrunk", "--format", "json").out)
    differing = {
        str(path.relative_to(tmp_path / "new"))
        for path in (tmp_path / "new/hosts").rglob("*")
        if path.is_file() and path.name != "manifest.json"
        and path.read_bytes() != (tmp_path / "old" / path.relative_to(tmp_path / "new")).read_bytes()
    }  # fmt: skip
    assert {file["path"] for file in data["files"]} == differing
    for file in data["files"]:
        assert applied((tmp_path / "old" / file["path"]).read_text(), file["hunks"]) == (
            (tmp_path / "new" / file["path"]).read_text()
        )


def applied(old: str, hunks: list[dict[str, object]]) -> str:
    """Applies hunks to a file's text, as patch(1) does."""
    lines, found, at = old.splitlines(keepends=True), [], 0
    for hunk in hunks:
        start, listed = hunk["old_line"], hunk["lines"]
        assert isinstance(start, int)
        assert isinstance(listed, list)
        found += lines[at : start - 1]
        at = start - 1
        for line in listed:
            if line[0] in " -":
                assert lines[at] == f"{line[1:]}\n"
                at += 1
            found += [f"{line[1:]}\n"] if line[0] in " +" else []
    return "".join(found + lines[at:])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nowhere",), "`nowhere` is not a commit"),
        (("--", "-x"), "is not a commit"),
        (("a", "b", "c"), "`c` is one too many: `--specs DIR` names the folder of the specs"),
        (("",), "a side is empty: name a revision, a folder such as ./old, or a plan.json"),
        (("main", ""), "a side is empty"),
        (("main:specs",), "name the commit alone, `main`, and its folder by `--specs specs`"),
        (("main..main:specs",), "name the commit alone"),
        (("main..main", "--specs", "nowhere"), "`main` has no specs in nowhere: `--specs DIR` names their folder"),
        (("missing.json", "main"), "missing.json"),
    ],
)
def test_sides_that_cannot_be_compared_are_rejected_with_a_reason(
    here: Path, taploom: Taploom, words: tuple[str, ...], said: str
) -> None:
    done = taploom("plan", *words)
    assert done.status in (1, 64)
    assert said in done.err
    assert "internal error" not in done.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("old", "new"), "the folders of these names are `./old` and `./new`"),
        (("old..new",), "the folders of these names are `./old` and `./new`"),
        (("./old", "new"), "the folder of that name is `./new`"),
        (("old", "empty"), "the folder of that name is `./old`"),
    ],
)
def test_outside_a_repository_the_error_shows_how_to_write_folders(
    taploom: Taploom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], said: str
) -> None:
    """The folders contain specs without a lock, as people make them by hand."""
    for name in ("old", "new"):
        write(tmp_path / name, dict(BASE))
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    done = taploom("plan", *words)
    assert done.status == 64
    assert f"specs is not in a git repository; {said}.\n" in done.err


def test_a_base_that_does_not_compile_is_compared_as_far_as_it_is_sound(here: Path, taploom: Taploom) -> None:
    git(here, "branch", "broken", "origin/broken")
    data = json.loads(taploom("plan", "broken..main", "--exact", "--format", "json").out)
    assert data["notes"] == ["the base does not compile: it is compared as far as it is sound"]
    assert [one["object"] for one in data["objects"]] == ["guest/desk"]


def test_in_a_shallow_clone_the_error_names_the_git_command_to_run(
    here: Path, taploom: Taploom, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(here.parent, "clone", "--quiet", "--depth", "1", f"file://{here}", "cut")
    monkeypatch.chdir(here.parent / "cut")
    done = taploom("plan", "HEAD~1..HEAD")
    assert done.status == 64
    assert "history is cut off: `git fetch --unshallow`" in done.err
    assert taploom("plan").out == "No changes.\n"


_OPEN = "taploom: 1\nguests:\n  spare: {host: hv1, nics: {lan: {ipv4: auto, mac: 02:00:00:00:02:40}}}\n"


def test_a_change_of_the_lock_alone_changes_only_the_addresses_in_it(here: Path, taploom: Taploom) -> None:
    write(here / "specs", {**BASE, "spare.yaml": _OPEN})
    assert taploom("lock").status == 0
    lock = here / "specs/taploom.lock"
    text = lock.read_text()
    git(here, "add", "-A")
    git(here, "commit", "--quiet", "-m", "a guest whose address is the lock's")
    lock.write_text(f"{text}# a word\n")
    assert taploom("plan", "--detailed-exitcode").out == "No changes.\n"
    (row,) = [line for line in text.splitlines() if line.startswith("guest/spare lan ipv4 ")]
    lock.write_text(text.replace(row, "guest/spare lan ipv4 10.2.0.77"))
    reported = taploom("plan", "--detailed-exitcode")
    assert reported.status == 2
    assert f"nics.lan.ipv4: {row.split()[-1]} → 10.2.0.77" in reported.out
    assert "D4 hv1 spare: the guest's old address is refused from now on" in reported.out


def test_a_base_without_its_lock_is_compared_as_far_as_it_is_sound(here: Path, taploom: Taploom) -> None:
    write(here / "specs", {**BASE, "spare.yaml": _OPEN})
    git(here, "add", "-A")
    git(here, "commit", "--quiet", "-m", "no lock yet")
    assert taploom("lock").status == 0
    done = taploom("plan", "--format", "json", "--detailed-exitcode")
    assert json.loads(done.out)["notes"] == ["the base does not compile: it is compared as far as it is sound"]
    assert "internal error" not in done.err
