"""Despite links, interruptions, full disks or a second writer, delivery loses no file and writes only to its folder."""

import errno
import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.delivery.trees import content, tree

from taploom.delivery.folder import Folder
from taploom.delivery.manifest import HOST, document, read_manifest, sha256, tree_manifest
from taploom.delivery.tree import write


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder outside the tree, which must not change."""
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "x").write_text("precious")
    return folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The folder into which files are delivered."""
    folder = tmp_path / "root"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("link", ["hosts", "hosts/a"])
def test_a_linked_folder_is_never_entered(root: Path, outside: Path, link: str, force: bool) -> None:
    (root / link).parent.mkdir(exist_ok=True)
    (root / link).symlink_to(outside)
    wanted = tree(hosts__a__x="1") if link == "hosts/a" else tree(hosts__x="1")
    assert {d.code for d in write(root, wanted, force=force).diagnostics} == {"TL912"}
    assert content(outside) == {"x": b"precious"}


def test_a_folder_that_was_replaced_by_a_link_is_not_cleaned(root: Path, outside: Path) -> None:
    write(root, tree(hosts__x="precious", plan_json="1"))
    (root / "hosts/x").unlink()
    (root / "hosts").rmdir()
    (root / "hosts").symlink_to(outside)
    write(root, tree(plan_json="1"))
    assert content(outside) == {"x": b"precious"}


def test_a_linked_file_is_replaced_and_not_followed(root: Path, outside: Path) -> None:
    write(root, tree(hosts__x="1"))
    (root / "hosts/x").unlink()
    (root / "hosts/x").symlink_to(outside / "x")
    assert write(root, tree(hosts__x="1")).restored == ("hosts/x",)
    assert not (root / "hosts/x").is_symlink()
    assert content(outside) == {"x": b"precious"}


def test_a_linked_manifest_owns_no_file_and_is_not_followed(root: Path, outside: Path) -> None:
    (outside / "m").write_bytes(tree_manifest({"x": frozenset()}))
    (root / "manifest.json").symlink_to(outside / "m")
    (root / "x").write_text("mine")
    before = content(outside)
    assert {d.code for d in write(root, tree(plan_json="1")).diagnostics} == {"TL912"}
    assert content(root)["x"] == b"mine"
    write(root, tree(plan_json="1"), force=True)
    assert content(outside) == before


@pytest.mark.parametrize(
    "path", ["../outside/x", "/etc/passwd", "hosts/../../outside/x", "", "hosts//x", "./x", "x\0y", "hosts/.."]
)
def test_a_manifest_with_paths_outside_its_folder_is_ignored(root: Path, outside: Path, path: str) -> None:
    assert read_manifest(tree_manifest({path: frozenset(("0",))})) is None
    (root / "manifest.json").write_bytes(tree_manifest({path: frozenset(("0",))}))
    write(root, tree(plan_json="1"), force=True)
    assert content(outside) == {"x": b"precious"}


@pytest.mark.parametrize(
    "path",
    ["README.md", ".git/config", ".git/hooks/pre-commit", "specs/site.yaml", "hosts", "guests", "Makefile", "hosts.md"],
)
@pytest.mark.parametrize("force", [False, True])
def test_a_hostile_manifest_cannot_claim_files_of_others(root: Path, path: str, force: bool) -> None:
    """A manifest row for somebody else's file, with its true checksum, must not cause its removal or replacement."""
    write(root, tree(hosts__a__x="1", plan_json="1"))
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    if not (root / path).exists():
        (root / path).write_text("mine")
    rows = {"hosts/a/x": "1", "plan.json": "1", path: "mine"}
    owned = {name: frozenset((sha256(text.encode()),)) for name, text in rows.items()}
    (root / "manifest.json").write_bytes(tree_manifest(owned))
    before = content(root)
    write(root, tree(hosts__a__x="2", plan_json="2"), force=force)
    if path not in ("hosts", "guests"):
        assert content(root)[path] == before[path]


@pytest.mark.parametrize("path", ["etc/passwd", "etc/ssh/sshd_config", "README.md", "root/taploom"])
def test_a_hostile_bundle_manifest_cannot_claim_files_of_others(path: str) -> None:
    rows = [{"path": path, "sha256": sha256(b"mine")}]
    assert read_manifest(document({"format": HOST}, rows)) is None


def test_a_pipe_in_place_of_a_file_does_not_hang(root: Path) -> None:
    (root / "hosts").mkdir()
    os.mkfifo(root / "hosts/x")
    assert [d.code for d in write(root, tree(hosts__x="1")).diagnostics] == ["TL912"]


def test_a_folder_in_place_of_a_file_is_never_removed(root: Path) -> None:
    (root / "hosts/x").mkdir(parents=True)
    assert [d.code for d in write(root, tree(hosts__x="1"), force=True).diagnostics] == ["TL912"]


def test_after_a_kill_the_next_run_completes(root: Path) -> None:
    """A process is killed between two files; the next run owns the files already written, even with other specs."""
    write(root, tree(hosts__a="0", hosts__z="0"))
    script = (
        "import os, signal, sys\nfrom pathlib import Path\nimport taploom.delivery.folder as folder\n"
        "from tests.delivery.trees import tree\nfrom taploom.delivery.tree import write\n"
        "rename, calls = os.rename, []\n"
        "def dying(*args, **more):\n"
        "    calls.append(args)\n"
        "    if len(calls) == 4: os.kill(os.getpid(), signal.SIGKILL)\n"
        "    rename(*args, **more)\n"
        "os.rename = dying\n"
        "write(Path(sys.argv[1]), tree(hosts__a='1', hosts__b='1', hosts__c='1', hosts__z='1'))\n"
    )
    here = Path(__file__).parents[2]
    died = subprocess.run([sys.executable, "-c", script, root], cwd=here, check=False)
    assert died.returncode == -signal.SIGKILL
    # The journal (in manifest.json), a and b are in place; c is not yet renamed.
    assert {path: data for path, data in content(root).items() if path != "manifest.json"} == {
        "hosts/a": b"1", "hosts/b": b"1", "hosts/.c.taploom-new": b"1", "hosts/z": b"0",
    }  # fmt: skip
    wanted = tree(hosts__b="2", hosts__d="2")
    done = write(root, wanted)
    assert not done.diagnostics
    assert done.removed == ("hosts/a", "hosts/z")
    assert content(root) == {path: file.data for path, file in wanted.items()}


def test_a_full_disk_is_a_finding_and_leaves_no_partial_file(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(root, tree(hosts__a="0", hosts__b="0"))
    fill = Folder._fill

    def full(name: str, parent: int, data: bytes, mode: int | None) -> None:
        if name.startswith(".b"):
            fill(name, parent, data[:1], mode)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        fill(name, parent, data, mode)

    monkeypatch.setattr(Folder, "_fill", staticmethod(full))
    done = write(root, tree(hosts__a="1 new", hosts__b="1 new"))
    assert [d.message for d in done.diagnostics] == [f"cannot write `{root}/hosts/b`: No space left on device"]
    assert done.written == ("hosts/a",)
    assert {path: data for path, data in content(root).items() if path != "manifest.json"} == {
        "hosts/a": b"1 new", "hosts/b": b"0",
    }  # fmt: skip
    monkeypatch.undo()
    assert not write(root, tree(hosts__a="1 new", hosts__b="1 new")).diagnostics


@pytest.mark.parametrize("below", ["", "/plan.json"])
def test_a_file_in_place_of_the_folder_is_a_finding(root: Path, below: str) -> None:
    (root / "file").write_text("")
    done = write(Path(f"{root}/file{below}"), tree(plan_json="1"))
    assert [d.code for d in done.diagnostics] == ["TL911"]
    assert str(root / "file") in done.diagnostics[0].message


def test_a_second_writer_is_a_finding(root: Path) -> None:
    descriptor = os.open(root, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        assert [d.code for d in write(root, tree(plan_json="1")).diagnostics] == ["TL914"]
    finally:
        os.close(descriptor)
    assert not write(root, tree(plan_json="1")).diagnostics


def test_no_descriptor_is_left_open(root: Path) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    for text in ("1", "2"):
        write(root, tree(**{f"hosts__{n}__a__b__c": text for n in range(50)}))
    write(root, tree(hosts="now a file"))
    assert len(list(Path("/proc/self/fd").iterdir())) == before


@pytest.mark.unthreaded
@pytest.mark.parametrize("failing", ["hosts/0/x", "hosts/39/x"], ids=["here", "in a child"])
def test_files_written_before_a_failure_of_one_process_are_reported(
    root: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    monkeypatch.setattr("taploom.base.parallel._processors", lambda: 3)
    monkeypatch.setattr("taploom.delivery.tree.WORTH_A_PROCESS", 1)
    put = Folder.write

    def full(folder: Folder, path: str, data: bytes, mode: int | None) -> None:
        if path == failing:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path)
        put(folder, path, data, mode)

    monkeypatch.setattr(Folder, "write", full)
    wanted = tree(**{f"hosts__{number}__x": "1" for number in range(40)})
    done = write(root, wanted)
    assert [d.message for d in done.diagnostics] == [f"cannot write `{root / failing}`: No space left on device"]
    assert 10 < len(done.written) < 40
    assert done.written == tuple(path for path in sorted(content(root)) if path != "manifest.json")
    monkeypatch.setattr(Folder, "write", put)
    assert not write(root, wanted).diagnostics
    assert content(root) == {path: file.data for path, file in wanted.items()}
