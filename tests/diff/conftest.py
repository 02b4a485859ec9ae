"""Git repository of all change cases: the base specs on `main`, and each change on a branch of its own."""

import subprocess
from pathlib import Path

import pytest
from tests.diff.site import BASE, CASES, edited, given

_WHO = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")


def git(folder: Path, *words: str) -> str:
    """Runs git in a folder, with a fixed author, and returns its output."""
    done = subprocess.run(["git", *_WHO, *words], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def write(folder: Path, files: dict[str, str]) -> None:
    """Writes specs to a folder, and removes all other specs and locks from it."""
    folder.mkdir(exist_ok=True)
    for old in (*folder.glob("*.yaml"), *folder.glob("*.lock")):
        old.unlink()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")


@pytest.fixture(scope="session")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Path of the repository, with `main` checked out."""
    top = tmp_path_factory.mktemp("repository")
    git(top, "init", "--quiet", "--initial-branch=main")
    write(top / "specs", dict(BASE))
    git(top, "add", "-A")
    git(top, "commit", "--quiet", "-m", "base")
    for case in CASES:
        git(top, "checkout", "--quiet", "-b", case.name, "main")
        if given(case) != BASE:
            write(top / "specs", given(case))
            git(top, "add", "-A")
            git(top, "commit", "--quiet", "-m", f"{case.name}: the base")
        git(top, "branch", f"{case.name}-base")
        write(top / "specs", edited(case))
        git(top, "add", "-A")
        git(top, "commit", "--quiet", "-m", case.name)
    git(top, "checkout", "--quiet", "main")
    return top
