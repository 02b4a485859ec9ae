"""What a stranger's clone lacks, hides or has too much of: a sentence or a finding, in time and in little memory."""

import os
import shutil
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.conftest import Netloom
from tests.hostile.clone import TRUTH, Clone
from tests.support import needs

from netloom.diff.git import RevisionError
from netloom.diff.history import history

RANGE = "main..change"
MIB = 1 << 20


def large(clone: Clone, kind: str, size: int, head: bytes = b"") -> str:
    """The name of an object that says that it is large: it takes a thousandth of that on disk."""
    packer, file = zlib.compressobj(1), clone.top / ".git/large"
    with file.open("wb") as out:
        out.write(packer.compress(f"{kind} {size + len(head)}\0".encode() + head))
        for _ in range(0, size, MIB):
            out.write(packer.compress(b"#" * min(MIB, size)))
        out.write(packer.flush())
    name = f"{size:040x}"
    target = clone.top / ".git/objects" / name[:2] / name[2:]
    target.parent.mkdir(exist_ok=True)
    file.rename(target)
    return name


def _specs(clone: Clone, *more: tuple[str, str, bytes], without: bytes = b"") -> None:
    """Commits the specs as they are, and these entries."""
    kept = [entry for entry in clone.specs() if entry[2] != without]
    tree = clone.tree(*sorted([*kept, *more], key=lambda entry: entry[2]))
    clone.head(("40000", tree, b"specs"))


def _measured(clone: Clone, *words: str) -> tuple[int, str, int]:
    """Exit status, output, and the most memory in MiB that a process of it had."""
    command = [sys.executable, "-c", "from netloom.cli import main; main()", *words]
    process = subprocess.Popen(command, cwd=clone.top, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert process.stdout
    told = process.stdout.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, told, usage.ru_maxrss // 1024


@pytest.mark.parametrize("name", [b"large.yaml", b"netloom.lock"], ids=["spec", "lock"])
def test_a_file_of_700_mib_is_never_unpacked(name: bytes, clone: Clone) -> None:
    _specs(clone, ("100644", large(clone, "blob", 700 * MIB), name), without=name)
    status, told, memory = _measured(clone, "plan", "main..HEAD")
    assert status == 1, told
    assert f"specs/{name.decode()}:1:1: error[NL105]: the file has 700.0 MiB, and the most is 8" in told
    assert memory < 200


def test_files_of_more_than_64_mib_together_are_not_read(clone: Clone) -> None:
    blob = large(clone, "blob", 8 * MIB)
    _specs(clone, *(("100644", blob, f"more{number}.yaml".encode()) for number in range(90)))
    status, told, memory = _measured(clone, "plan", "main..HEAD")
    assert (status, "the specs have 720.0 MiB together" in told) == (1, True), told
    assert memory < 200


@pytest.mark.parametrize("kind", ["commit", "tree"])
def test_a_commit_or_a_tree_of_300_mib_is_refused(kind: str, clone: Clone) -> None:
    name = large(clone, kind, 300 * MIB, f"tree {clone.git('rev-parse', 'HEAD^{tree}')}\n".encode())
    if kind == "tree":
        clone.head(("40000", name, b"specs"))
    status, told, memory = _measured(clone, "plan", f"main..{'HEAD' if kind == 'tree' else name}")
    assert status == 64, told
    assert "internal error" not in told
    assert memory < 200


def test_a_message_of_70_mib_costs_the_page_and_no_more(clone: Clone) -> None:
    tree, who = clone.git("rev-parse", "main^{tree}"), "Ann <a@example.org> 1798761600 +0000"
    head = f"tree {tree}\nparent {clone.name('HEAD')}\nauthor {who}\ncommitter {who}\n\n".encode()
    (clone.top / ".git/refs/heads/change").write_text(large(clone, "commit", 70 * MIB, head) + "\n")
    with pytest.raises(RevisionError, match="answers more than 64 MiB"):
        history(Path("specs"), 3)


def test_ten_billion_files_in_a_few_trees(clone: Clone) -> None:
    """Ten folders in each of ten in each of ten …, all of them the same."""
    tree = clone.tree(("100644", clone.object("blob", b"netloom: 1\n"), b"x.yaml"))
    for _ in range(10):
        tree = clone.tree(*(("40000", tree, f"d{number}".encode()) for number in range(10)))
    _specs(clone, ("40000", tree, b"bomb"))
    status, told, memory = _measured(clone, "plan", "main..HEAD")
    assert status == 64, told
    assert "more than 64 MiB" in told
    assert memory < 300


def test_more_files_than_a_folder_may_have(clone: Clone) -> None:
    blob = clone.object("blob", b"netloom: 1\n")
    rows = (b"100644 %06d.yaml\0" % number + bytes.fromhex(blob) for number in range(100_001))
    clone.head(("40000", clone.object("tree", b"".join(rows)), b"specs"))
    status, told, _ = _measured(clone, "plan", "main..HEAD")
    assert (status, "`HEAD` has more than 100,000 files in specs" in told) == (64, True), told


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ((b"same.yaml", b"same.yaml"), "`HEAD` has same.yaml twice"),
        ((b"a/b.yaml", b"a/b.yaml"), "`HEAD` has a/b.yaml twice"),
        ((b"../../etc/x.yaml",), ""),
        ((b".git", b".."), ""),
        ((b"\xff\n\x1b[31m.yaml",), ""),
    ],
    ids=["twice", "twice with a slash", "upwards", "git's own", "no text"],
)
def test_trees_that_git_would_not_write(entries: tuple[bytes, ...], said: str, clone: Clone, netloom: Netloom) -> None:
    blob = clone.object("blob", b"netloom: 1\nzones: {zz: {}}\n")
    _specs(clone, *(("100644", blob, name) for name in entries))
    told = netloom("plan", "main..HEAD")
    assert told.status in (0, 1, 64)
    assert said in told.err
    assert "internal error" not in told.err
    assert "\x1b" not in told.out + told.err
    assert sorted(path.name for path in clone.top.parent.iterdir()) == ["clone"]


def nested(clone: Clone) -> str:
    """A repository in the place of specs, as a submodule that was checked out is one."""
    subprocess.run(["git", "init", "--quiet", "specs"], cwd=clone.top, check=True)
    clone.git("config", "-f", "specs/.git/config", "core.fsmonitor", clone.mark)
    return "specs is a repository of its own in this one"


def nested_file(clone: Clone) -> str:
    subprocess.run(["git", "init", "--quiet", "--separate-git-dir", "../mod", "specs"], cwd=clone.top, check=True)
    return "specs is a repository of its own in this one"


def nested_nonsense(clone: Clone) -> str:
    (clone.top / "specs/.git").mkdir()
    return "specs is a repository of its own in this one"


def link_within(clone: Clone) -> str:
    clone.site("other", changed=False)
    return _linked(clone, "other")


def link_out(clone: Clone) -> str:
    return _linked(clone, "/etc")


def _linked(clone: Clone, target: str) -> str:
    shutil.rmtree(clone.top / "specs")
    (clone.top / "specs").symlink_to(target)
    clone.commit()
    clone.git("branch", "--force", "change-2")
    return "`HEAD` has no specs in specs"


def missing(clone: Clone) -> str:
    name = clone.git("rev-parse", "change:specs/forwards.yaml")
    (clone.top / ".git/objects" / name[:2] / name[2:]).unlink()
    return "this clone lacks files of `change`"


def promised(clone: Clone) -> str:
    """The same in a partial clone, whose remote would run a command."""
    clone.git("config", "extensions.partialClone", "origin")
    clone.git("config", "core.repositoryformatversion", "1")
    clone.git("config", "remote.origin.promisor", "true")
    clone.git("config", "remote.origin.url", f"ext::{clone.mark}")
    clone.git("config", "protocol.ext.allow", "always")
    clone.git("config", "remote.origin.uploadpack", clone.mark)
    return missing(clone)


def promised_by_a_file(clone: Clone) -> str:
    said = promised(clone)
    clone.git("config", "remote.origin.url", str(clone.top))
    clone.git("config", "protocol.file.allow", "always")
    return said


def promised_tree(clone: Clone) -> str:
    promised(clone)
    name = clone.git("rev-parse", "change:specs")
    (clone.top / ".git/objects" / name[:2] / name[2:]).unlink()
    return "git ls-tree fails"


def damaged(clone: Clone) -> str:
    name = clone.git("rev-parse", "change:specs/forwards.yaml")
    file = clone.top / ".git/objects" / name[:2] / name[2:]
    file.chmod(0o644)
    file.write_bytes(b"no object")
    return "Error: "


def unborn(clone: Clone) -> str:
    for name in ("main", "change"):
        (clone.top / ".git/refs/heads" / name).unlink()
    return "`main` is no commit of this repository"


def no_repository(clone: Clone) -> str:
    shutil.rmtree(clone.top / ".git")
    return "is in no git repository"


def no_repository_but_one_that_looks_like_it(clone: Clone) -> str:
    clone.repository("specs")
    clone.repository(".")
    return no_repository(clone)


def nonsense_at_the_top(clone: Clone) -> str:
    clone.repository(".")
    shutil.rmtree(clone.top / ".git")
    (clone.top / ".git").mkdir()
    return "for no repository"


@pytest.mark.parametrize(
    "case",
    [
        nested,
        nested_file,
        nested_nonsense,
        link_within,
        link_out,
        missing,
        promised,
        promised_by_a_file,
        promised_tree,
        damaged,
        unborn,
        no_repository,
        no_repository_but_one_that_looks_like_it,
        nonsense_at_the_top,
    ],
    ids=lambda case: case.__name__,
)
def test_what_cannot_be_compared_is_said(case: Callable[[Clone], str], clone: Clone, netloom: Netloom) -> None:
    said = case(clone)
    told = netloom("plan", "main..HEAD" if "HEAD" in said else RANGE)
    assert told.status == 64, told
    assert said in told.err
    assert "internal error" not in told.err
    assert not clone.marker.exists()


VARIABLES = {
    "GIT_DIR": "{elsewhere}/.git",
    "GIT_WORK_TREE": "{elsewhere}",
    "GIT_INDEX_FILE": "{elsewhere}/index",
    "GIT_OBJECT_DIRECTORY": "{elsewhere}/.git/objects",
    "GIT_COMMON_DIR": "{elsewhere}/.git",
    "GIT_NAMESPACE": "x",
    "GIT_CEILING_DIRECTORIES": "{clone}",
    "GIT_REPLACE_REF_BASE": "refs/heads/",
    "GIT_SHALLOW_FILE": "{marker}",
    "GIT_CONFIG_PARAMETERS": "'core.fsmonitor'='touch {marker}'",
    "GIT_TRACE": "{marker}",
    "GIT_TRACE2_EVENT": "{marker}",
    "GIT_EXEC_PATH": "{clone}/bin",
    "GIT_EXTERNAL_DIFF": "touch {marker}",
    "GIT_PAGER": "touch {marker}",
    "GIT_SSH_COMMAND": "touch {marker}",
    "GIT_ICASE_PATHSPECS": "1",
    "GIT_DEFAULT_HASH": "sha256",
    "LANGUAGE": "de",
}


@pytest.mark.parametrize("name", VARIABLES)
def test_no_variable_of_gits_steers_it(
    name: str, clone: Clone, netloom: Netloom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    subprocess.run(["git", "init", "--quiet", str(elsewhere)], check=True)
    monkeypatch.setenv(name, VARIABLES[name].format(elsewhere=elsewhere, clone=clone.top, marker=clone.marker))
    told = netloom("plan", RANGE, "--detailed-exitcode")
    assert (told.status, TRUTH in told.out) == (2, True), told.err
    assert not clone.marker.exists()


@pytest.mark.parametrize("path", [".:{path}", ":{path}", "bin:{path}", "{path}:."])
def test_no_program_of_the_tree_is_run_as_git(
    path: str, clone: Clone, netloom: Netloom, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file in (
        clone.write("git", f"#!/bin/sh\n{clone.mark}\n"),
        clone.write("bin/git", f"#!/bin/sh\n{clone.mark}\n"),
    ):
        file.chmod(0o755)
    monkeypatch.setenv("PATH", path.format(path=os.environ["PATH"]))
    assert TRUTH in netloom("plan", RANGE).out
    assert not clone.marker.exists()


@needs("root")
def test_a_repository_of_somebody_else_is_left_alone_in_every_language(
    clone: Clone, netloom: Netloom, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for path in (clone.top, clone.top / ".git"):
        os.chown(path, 12345, 12345)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("LANGUAGE", "de")
    monkeypatch.delenv("SUDO_UID", raising=False)
    told = netloom("plan", RANGE)
    assert (told.status, "git does not trust the owner of this repository" in told.err) == (64, True)
    for name, value in (("COUNT", "1"), ("KEY_0", "safe.directory"), ("VALUE_0", "*")):
        monkeypatch.setenv(f"GIT_CONFIG_{name}", value)
    assert TRUTH in netloom("plan", RANGE).out
    (tmp_path / ".gitconfig").write_text(f"[safe]\n\tdirectory = {clone.top}\n[core]\n\tfsmonitor = {clone.mark}\n")
    for name in ("COUNT", "KEY_0", "VALUE_0"):
        monkeypatch.delenv(f"GIT_CONFIG_{name}")
    assert TRUTH in netloom("plan", RANGE).out
    assert not clone.marker.exists()
