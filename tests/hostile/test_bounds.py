"""For clones with huge content or invalid objects, taploom reports an error within limits of time and memory."""

import os
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from tests.cli.conftest import Taploom
from tests.hostile.clone import Clone
from tests.plans import seed

from taploom.diff.git import RevisionError
from taploom.diff.history import history
from taploom.mkdocs.past import RevisionCache
from taploom.site.pages.changes import pages
from taploom.site.view import site_view

RANGE = "main..change"
MIB = 1 << 20


def large(clone: Clone, kind: str, size: int, head: bytes = b"") -> str:
    """Writes a large object, compressed to about a thousandth of its size, and returns its hash."""
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
    """Commits the current specs with further entries, or without one."""
    kept = [entry for entry in clone.specs() if entry[2] != without]
    tree = clone.tree(*sorted([*kept, *more], key=lambda entry: entry[2]))
    clone.head(("40000", tree, b"specs"))


MEASURED = """
import os, subprocess, sys
process = subprocess.Popen([sys.executable, "-c", "from taploom.cli import main; main()", *sys.argv[2:]])
_, status, usage = os.wait4(process.pid, 0)
open(sys.argv[1], "w").write(str(usage.ru_maxrss // 1024))
os._exit(os.waitstatus_to_exitcode(status))
"""
"""A small process that starts the command and measures its memory.

Until a child calls execve(2), Linux counts the parent's memory in the child's peak, and the test process is large.
"""


def _measured(clone: Clone, *words: str) -> tuple[int, str, int]:
    """Exit status, output, and peak memory in MiB of a taploom command."""
    peak = clone.top.parent / "peak"
    command = [sys.executable, "-c", MEASURED, str(peak), *words]
    done = subprocess.run(command, cwd=clone.top, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout.decode(), int(peak.read_text())


@pytest.mark.parametrize("name", [b"large.yaml", b"taploom.lock"], ids=["spec", "lock"])
def test_a_file_of_700_mib_is_never_decompressed(name: bytes, clone: Clone) -> None:
    _specs(clone, ("100644", large(clone, "blob", 700 * MIB), name), without=name)
    status, told, memory = _measured(clone, "plan", "main..HEAD")
    assert status == 1, told
    assert f"specs/{name.decode()}:1:1: error[TL105]: the file has 700.0 MiB, and the maximum is 8" in told
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


def test_a_commit_message_of_70_mib_fails_only_the_history(clone: Clone) -> None:
    tree, who = clone.git("rev-parse", "main^{tree}"), "Ann <a@example.org> 1798761600 +0000"
    head = f"tree {tree}\nparent {clone.name('HEAD')}\nauthor {who}\ncommitter {who}\n\n".encode()
    (clone.top / ".git/refs/heads/change").write_text(large(clone, "commit", 70 * MIB, head) + "\n")
    with pytest.raises(RevisionError, match="prints more than 64 MiB"):
        history(Path("specs"), 3)


def test_ten_billion_files_in_a_few_trees_are_refused(clone: Clone) -> None:
    """The tree has ten levels, each with ten identical folders."""
    tree = clone.tree(("100644", clone.object("blob", b"taploom: 1\n"), b"x.yaml"))
    for _ in range(10):
        tree = clone.tree(*(("40000", tree, f"d{number}".encode()) for number in range(10)))
    _specs(clone, ("40000", tree, b"bomb"))
    status, told, memory = _measured(clone, "plan", "main..HEAD")
    assert status == 64, told
    assert "more than 64 MiB" in told
    assert memory < 300


def test_more_files_than_the_limit_are_refused(clone: Clone) -> None:
    blob = clone.object("blob", b"taploom: 1\n")
    rows = (b"100644 %06d.yaml\0" % number + bytes.fromhex(blob) for number in range(100_001))
    clone.head(("40000", clone.object("tree", b"".join(rows)), b"specs"))
    status, told, _ = _measured(clone, "plan", "main..HEAD")
    assert (status, "`HEAD` has more than 100,000 files in specs" in told) == (64, True), told


def test_an_unreadable_revision_is_not_shown_as_the_first_one(clone: Clone) -> None:
    blob = clone.object("blob", b"taploom: 1\n")
    _specs(clone, ("100644", blob, b"same.yaml"), ("100644", blob, b"same.yaml"))
    index, page, *_ = pages(site_view(seed(), (), (), {}, history=RevisionCache().history(Path("specs"), 3)))
    assert "cannot be read" in index.markdown
    assert "has same.yaml twice" in page.markdown
    assert "Nothing before it" not in page.markdown


_TEXTS = {"deep": b"[" * 200_000, "null": b"null", "no text": b"\xff\xfe\x00", "nothing": b"", "digits": b"9" * 100_000}


@pytest.mark.parametrize("name", [*_TEXTS, "a link to an endless file"])
def test_an_invalid_plan_file_is_a_usage_error(name: str, clone: Clone, taploom: Taploom) -> None:
    path = clone.top / "rendered/plan.json"
    path.parent.mkdir()
    path.write_bytes(_TEXTS[name]) if name in _TEXTS else path.symlink_to("/dev/zero")
    told = taploom("plan", "rendered/plan.json", os.devnull)
    assert (told.status, told.out) == (64, "")
    assert "internal error" not in told.err


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
def test_odd_names_in_trees_are_reported_or_ignored(
    entries: tuple[bytes, ...], said: str, clone: Clone, taploom: Taploom
) -> None:
    blob = clone.object("blob", b"taploom: 1\nzones: {zz: {}}\n")
    _specs(clone, *(("100644", blob, name) for name in entries))
    told = taploom("plan", "main..HEAD")
    assert told.status in (0, 1, 64)
    assert said in told.err
    assert "internal error" not in told.err
    assert "\x1b" not in told.out + told.err
    assert sorted(path.name for path in clone.top.parent.iterdir()) == ["clone"]
