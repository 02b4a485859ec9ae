"""Clones with something missing or replaced: `plan` reports it, fetches nothing, and runs nothing."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.conftest import Taploom
from tests.hostile.clone import Clone


def nested(clone: Clone) -> str:
    """Makes the folder of specs a repository, like a submodule that is checked out."""
    subprocess.run(["git", "init", "--quiet", "specs"], cwd=clone.top, check=True)
    clone.git("config", "-f", "specs/.git/config", "core.fsmonitor", clone.mark)
    return "specs is a separate repository inside this one"


def nested_file(clone: Clone) -> str:
    subprocess.run(["git", "init", "--quiet", "--separate-git-dir", "../mod", "specs"], cwd=clone.top, check=True)
    return "specs is a separate repository inside this one"


def nested_nonsense(clone: Clone) -> str:
    (clone.top / "specs/.git").mkdir()
    return "specs is a separate repository inside this one"


def missing(clone: Clone) -> str:
    name = clone.git("rev-parse", "change:specs/forwards.yaml")
    (clone.top / ".git/objects" / name[:2] / name[2:]).unlink()
    return "this clone lacks files of `change`"


def promised(clone: Clone) -> str:
    """Removes an object from a partial clone, whose remote would run a command."""
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
    return "`main` is not a commit of this repository"


def no_repository(clone: Clone) -> str:
    shutil.rmtree(clone.top / ".git")
    return "is not in a git repository"


def no_repository_but_one_that_looks_like_it(clone: Clone) -> str:
    clone.repository("specs")
    clone.repository(".")
    return no_repository(clone)


def nonsense_at_the_top(clone: Clone) -> str:
    clone.repository(".")
    shutil.rmtree(clone.top / ".git")
    (clone.top / ".git").mkdir()
    return "git does not recognise"


@pytest.mark.parametrize(
    "case",
    [
        nested,
        nested_file,
        nested_nonsense,
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
def test_a_clone_that_cannot_be_compared_is_reported(
    case: Callable[[Clone], str], clone: Clone, taploom: Taploom
) -> None:
    said = case(clone)
    told = taploom("plan", "main..HEAD" if "HEAD" in said else "main..change")
    assert told.status == 64, told
    assert said in told.err
    assert "internal error" not in told.err
    assert not clone.marker.exists()


def link_within(clone: Clone) -> str:
    clone.site("other", changed=False)
    return _linked(clone, "specs", "other")


def link_out_of_the_repository(clone: Clone) -> str:
    """Links to a folder elsewhere on the machine that has specs and a lock."""
    elsewhere = clone.marker.parent / "elsewhere"
    shutil.copytree(clone.top / "specs", elsewhere / "specs")
    (elsewhere / "specs/taploom.lock").write_text("a secret of the machine\n")
    return _linked(clone, "specs", str(elsewhere / "specs"))


def link_to_a_folder_of_the_system(clone: Clone) -> str:
    return _linked(clone, "specs", "/etc")


def link_nowhere(clone: Clone) -> str:
    return _linked(clone, "specs", "gone")


def _linked(clone: Clone, name: str, target: str) -> str:
    shutil.rmtree(clone.top / name)
    (clone.top / name).symlink_to(target)
    clone.commit()
    return f"{name}:1:1: error[TL104]: the path of the folder of specs must not contain this symbolic link"


def submodule(clone: Clone) -> str:
    """Makes the folder of specs a submodule that is checked out."""
    clone.git("rm", "-r", "--quiet", "--force", "specs")
    clone.site("specs", changed=False)
    subprocess.run(["git", "init", "--quiet", "specs"], cwd=clone.top, check=True)
    _commit_all(clone.top / "specs")
    clone.commit()
    return "specs:1:1: error[TL128]: this folder is a repository of its own"


def submodule_in_specs(clone: Clone) -> str:
    _submodule(clone)
    return "specs/more:1:1: error[TL128]: this folder is a repository of its own"


def submodule_in_specs_that_is_not_checked_out(clone: Clone) -> str:
    """Leaves an empty folder, as a clone without `--recurse-submodules` does."""
    _submodule(clone)
    shutil.rmtree(clone.top / "specs/more")
    (clone.top / "specs/more").mkdir()
    return "specs/more:1:1: error[TL128]: this folder is a repository of its own"


def _submodule(clone: Clone) -> None:
    clone.write("specs/more/more.yaml", "taploom: 1\n")
    subprocess.run(["git", "init", "--quiet", "specs/more"], cwd=clone.top, check=True)
    _commit_all(clone.top / "specs/more")
    clone.commit()


def _commit_all(folder: Path) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    for words in (("add", "--all"), (*who, "commit", "--quiet", "--message", "x")):
        subprocess.run(["git", *words], cwd=folder, check=True)


VERBS = (
    ("validate", "--format", "full"),
    ("render", "--out", "out"),
    ("lock",),
    ("export", "hv1", "-o", "out"),
    ("graph",),
    ("plan",),
    ("plan", "main..HEAD"),
    ("plan", "./specs"),
)


@pytest.mark.parametrize(
    "case",
    [
        link_within,
        link_out_of_the_repository,
        link_to_a_folder_of_the_system,
        link_nowhere,
        submodule,
        submodule_in_specs,
        submodule_in_specs_that_is_not_checked_out,
    ],
    ids=lambda case: case.__name__,
)
def test_specs_outside_the_commits_are_refused_by_every_command(
    case: Callable[[Clone], str], clone: Clone, taploom: Taploom
) -> None:
    said = case(clone)
    for words in (*VERBS, *((("fmt", "--check"),) if "link" in case.__name__ else ())):
        told = taploom(*words)
        if (
            told.status == 64 and words[0] == "plan" and case is submodule
        ):  # `plan` cannot tell which repository's commits are meant
            assert "specs is a separate repository inside this one" in told.err
            continue
        assert told.status == 1, (words, told)
        assert said in told.out + told.err, (words, told)
        assert "secret" not in told.out + told.err
    assert not (clone.top / "out").exists()
    assert not clone.marker.exists()


def test_a_link_above_the_folder_of_specs_is_refused(clone: Clone, taploom: Taploom) -> None:
    clone.site("net/specs", changed=False)
    clone.commit()
    assert taploom("plan", "HEAD", "--specs", "net/specs").status == 0
    (clone.top / "net").rename(clone.top / "real")
    (clone.top / "net").symlink_to("real")
    clone.commit()
    for words in (("validate",), ("lock",), ("plan", "HEAD~1..HEAD"), ("plan",), ("render", "--out", "out")):
        told = taploom(*words, "--specs", "net/specs")
        assert told.status == 1, (words, told)
        assert "net:1:1: error[TL104]: the path of the folder of specs must not" in told.out + told.err


def test_links_are_allowed_outside_a_repository(clone: Clone, taploom: Taploom) -> None:
    shutil.rmtree(clone.top / ".git")
    (clone.top / "specs").rename(clone.top / "real")
    (clone.top / "specs").symlink_to("real")
    assert "TL104" not in taploom("validate").out
    assert taploom("lock").status == 0
