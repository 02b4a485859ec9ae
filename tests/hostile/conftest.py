"""Fixtures: a new clone for each test, and taploom run in it."""

import shutil
import subprocess
from pathlib import Path

import pytest
from tests.cli.conftest import taploom
from tests.hostile.clone import Clone

__all__ = ["taploom"]


@pytest.fixture(scope="session")
def _changed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    top = tmp_path_factory.mktemp("changed")
    clone = Clone(top, top / "marker")
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main", str(top)], check=True)
    clone.site("specs", changed=False)
    clone.commit("base")
    clone.git("checkout", "--quiet", "-b", "change")
    clone.site("specs", changed=True)
    clone.commit("change")
    return top


@pytest.fixture
def clone(_changed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clone:
    """A clone with branch `change` checked out, as the current folder."""
    top = shutil.copytree(_changed, tmp_path / "clone")
    monkeypatch.chdir(top)
    return Clone(top, tmp_path / "marker")
