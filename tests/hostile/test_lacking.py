"""Clones that lack something, or have something else in its place: `plan` says so, fetches nothing, runs nothing."""

import shutil
import subprocess
from collections.abc import Callable

import pytest
from tests.cli.conftest import Taploom
from tests.hostile.clone import Clone


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
def test_what_cannot_be_compared_is_said(case: Callable[[Clone], str], clone: Clone, taploom: Taploom) -> None:
    said = case(clone)
    told = taploom("plan", "main..HEAD" if "HEAD" in said else "main..change")
    assert told.status == 64, told
    assert said in told.err
    assert "internal error" not in told.err
    assert not clone.marker.exists()
