"""Writing and checking the rendered tree on a real file system."""

import json
import os
from pathlib import Path

import pytest
from tests.delivery.trees import content, tree

from taploom.delivery.comparison import Comparison
from taploom.delivery.tree import check, write


def drift(root: Path, **files: str) -> dict[str, str]:
    """The differences that `render --check` would list."""
    found = check(root, tree(**files))
    assert isinstance(found, Comparison)
    return dict(found.drift())


def test_the_first_delivery_writes_everything(tmp_path: Path) -> None:
    root = tmp_path / "build" / "plan"
    wanted = tree(hosts__a__x="1\n", hosts__a__y="2\n", plan_json="3\n")
    assert drift(root, hosts__a__x="1\n") == {"hosts/a/x": "missing", "manifest.json": "missing"}
    assert not root.exists()
    done = write(root, wanted)
    assert done.written == ("hosts/a/x", "hosts/a/y", "manifest.json", "plan.json")
    assert content(root) == {path: file.data for path, file in wanted.items()}
    assert not drift(root, hosts__a__x="1\n", hosts__a__y="2\n", plan_json="3\n")


@pytest.mark.unthreaded
def test_several_processes_write_one_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("taploom.base.parallel._processors", lambda: 3)
    monkeypatch.setattr("taploom.delivery.tree.WORTH_A_PROCESS", 1)
    wanted = tree(**{f"hosts__a__b__{number}": str(number) for number in range(50)})
    assert write(tmp_path, wanted).written == tuple(sorted(wanted))
    assert content(tmp_path) == {path: file.data for path, file in wanted.items()}
    assert write(tmp_path, wanted).unchanged == 51


def test_the_second_delivery_writes_nothing(tmp_path: Path) -> None:
    write(tmp_path, tree(hosts__a__x="1\n", plan_json="3\n"))
    before = {path: path.stat() for path in tmp_path.rglob("*")} | {tmp_path: tmp_path.stat()}
    done = write(tmp_path, tree(hosts__a__x="1\n", plan_json="3\n"))
    assert (done.written, done.removed, done.unchanged) == ((), (), 3)
    for path, stat in before.items():
        assert (path.stat().st_ino, path.stat().st_mtime_ns) == (stat.st_ino, stat.st_mtime_ns), path


def test_only_changed_files_are_written_and_obsolete_ones_removed(tmp_path: Path) -> None:
    write(tmp_path, tree(guests__w__n="n", hosts__a__x="1", hosts__a__y="2"))
    inode = (tmp_path / "hosts/a/x").stat().st_ino
    assert drift(tmp_path, hosts__a__x="1", hosts__a__y="9") == {
        "guests/w/n": "extra",
        "hosts/a/y": "stale",
        "manifest.json": "stale",
    }
    done = write(tmp_path, tree(hosts__a__x="1", hosts__a__y="9"))
    assert (done.written, done.removed) == (("hosts/a/y", "manifest.json"), ("guests/w/n",))
    assert (tmp_path / "hosts/a/x").stat().st_ino == inode
    assert not (tmp_path / "guests").exists()  # folders that become empty are removed
    assert content(tmp_path).keys() == {"hosts/a/x", "hosts/a/y", "manifest.json"}


@pytest.mark.parametrize(
    ("edit", "word"),
    [
        (lambda root: (root / "hosts/a/x").write_text("2"), ("hosts/a/x", "edited")),
        (lambda root: (root / "hosts/a/x").unlink(), ("hosts/a/x", "missing")),
        (lambda root: (root / "manifest.json").write_text("{}"), ("manifest.json", "edited")),
        (lambda root: (root / "manifest.json").unlink(), ("manifest.json", "missing")),
        (lambda root: (root / "hosts/a/new").write_text(""), ("hosts/a/new", "extra")),
        (lambda root: (root / "hosts/b").symlink_to("a"), ("hosts/b", "extra")),
        (lambda root: (root / "hosts/a/x").rename(root / "hosts/a/y"), ("hosts/a/y", "extra")),
    ],
)
def test_check_finds_each_edit(tmp_path: Path, edit: object, word: tuple[str, str]) -> None:
    write(tmp_path, tree(hosts__a__x="1"))
    assert not drift(tmp_path, hosts__a__x="1")
    assert callable(edit)
    edit(tmp_path)
    assert word in drift(tmp_path, hosts__a__x="1").items()


def test_an_edited_file_is_restored_and_reported(tmp_path: Path) -> None:
    write(tmp_path, tree(hosts__a__x="1"))
    (tmp_path / "hosts/a/x").write_text("mine")
    done = write(tmp_path, tree(hosts__a__x="1"))
    assert (done.written, done.restored) == (("hosts/a/x",), ("hosts/a/x",))
    assert (tmp_path / "hosts/a/x").read_text() == "1"


def test_a_foreign_file_stops_the_delivery(tmp_path: Path) -> None:
    (tmp_path / "hosts/a").mkdir(parents=True)
    (tmp_path / "hosts/a/x").write_text("mine")
    before = content(tmp_path)
    done = write(tmp_path, tree(hosts__a__x="1", hosts__b__x="1"))
    assert [d.code for d in done.diagnostics] == ["TL912"]
    assert content(tmp_path) == before
    assert not write(tmp_path, tree(hosts__a__x="1"), force=True).diagnostics
    assert (tmp_path / "hosts/a/x").read_text() == "1"


def test_a_foreign_file_with_equal_content_is_taken_over(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text("1")
    assert write(tmp_path, tree(plan_json="1")).written == ("manifest.json",)
    assert write(tmp_path, tree(plan_json="2")).written == ("manifest.json", "plan.json")


def test_other_files_in_the_folder_are_kept(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/config").write_text("mine")
    write(tmp_path, tree(hosts__a__x="1"))
    (tmp_path / "hosts/a/notes").write_text("mine")
    assert drift(tmp_path, hosts__a__x="1") == {"hosts/a/notes": "extra"}
    write(tmp_path, tree(plan_json="1"))
    assert content(tmp_path).keys() == {"README.md", ".git/config", "hosts/a/notes", "manifest.json", "plan.json"}


def test_an_edited_obsolete_file_is_kept_until_forced(tmp_path: Path) -> None:
    write(tmp_path, tree(hosts__a__x="1", plan_json="1"))
    (tmp_path / "hosts/a/x").write_text("mine")
    done = write(tmp_path, tree(plan_json="1"))
    assert [d.code for d in done.diagnostics] == ["TL913"]
    assert (tmp_path / "hosts/a/x").read_text() == "mine"
    write(tmp_path, tree(hosts__a__x="mine", plan_json="1"))
    (tmp_path / "hosts/a/x").write_text("more")
    assert write(tmp_path, tree(plan_json="1"), force=True).removed == ("hosts/a/x",)


@pytest.mark.parametrize(
    "manifest", ["<<<<<<< HEAD\n", "{}", '{"format": "taploom-tree/1", "files": [1]}', "[" * 99999]
)
def test_an_invalid_manifest_owns_no_file(tmp_path: Path, manifest: str) -> None:
    write(tmp_path, tree(hosts__a__x="1"))
    (tmp_path / "manifest.json").write_text(manifest)
    assert {d.code for d in write(tmp_path, tree(plan_json="1")).diagnostics} == {"TL912"}
    assert (tmp_path / "hosts/a/x").exists()
    done = write(tmp_path, tree(hosts__a__x="1"), force=True)
    assert done.written == ("manifest.json",)


def test_modes_follow_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        write(tmp_path / "out", tree(hosts__x="1"))
    finally:
        os.umask(before)
    assert (tmp_path / "out/hosts/x").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "out/hosts").stat().st_mode & 0o777 == 0o700


def test_the_manifest_lists_checksums(tmp_path: Path) -> None:
    write(tmp_path, tree(plan_json="1\n"))
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    # printf '1\n' | sha256sum
    checksum = "4355a46b19d348dc2f57c046f8ef63d4538ebb936000f3c9ee954a27460dd865"
    assert manifest == {"format": "taploom-tree/1", "files": [{"path": "plan.json", "sha256": checksum}]}
