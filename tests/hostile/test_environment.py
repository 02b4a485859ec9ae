"""git's environment: no variable changes the result, no program from the tree runs as git, and owners are checked."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.cli.conftest import Taploom
from tests.hostile.clone import TRUTH, Clone
from tests.support import needs

from taploom.diff import git

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
def test_no_variable_of_git_changes_the_result(
    name: str, clone: Clone, taploom: Taploom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    subprocess.run(["git", "init", "--quiet", str(elsewhere)], check=True)
    monkeypatch.setenv(name, VARIABLES[name].format(elsewhere=elsewhere, clone=clone.top, marker=clone.marker))
    told = taploom("plan", "main..change", "--detailed-exitcode")
    assert (told.status, TRUTH in told.out) == (2, True), told.err
    assert not clone.marker.exists()


@pytest.mark.parametrize("path", [".:{path}", ":{path}", "bin:{path}", "{path}:."])
def test_no_program_of_the_tree_is_run_as_git(
    path: str, clone: Clone, taploom: Taploom, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file in (
        clone.write("git", f"#!/bin/sh\n{clone.mark}\n"),
        clone.write("bin/git", f"#!/bin/sh\n{clone.mark}\n"),
    ):
        file.chmod(0o755)
    monkeypatch.setenv("PATH", path.format(path=os.environ["PATH"]))
    assert TRUTH in taploom("plan", "main..change").out
    assert not clone.marker.exists()


def _lives(state: Path) -> bool:
    try:
        return state.read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def test_a_git_that_hangs_is_killed_with_its_children(
    clone: Clone, taploom: Taploom, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "bin/git"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\nsleep 300 &\necho $! >>{tmp_path}/started\nwait\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setattr(git, "SECONDS", 1)
    told = taploom("plan", "./specs", "main")
    assert (told.status, "git rev-parse has not ended after 1 seconds" in told.err) == (64, True), told.err
    for started in (tmp_path / "started").read_text().split():
        state, end = Path(f"/proc/{started}/stat"), time.monotonic() + 5
        while _lives(state) and time.monotonic() < end:  # a killed process ends a moment later
            time.sleep(0.01)
        assert not _lives(state)


@pytest.mark.parametrize("path", [".", "", "bin", ".:bin"])
def test_relative_entries_of_path_are_removed(path: str, tmp_path: Path) -> None:
    """taploom cleans PATH at its start, for every program; the test runs it as a new process."""
    script = "import os, sys; from taploom.cli.entry import main; sys.argv[1:] = ['--version']\n"
    script += "try: main()\nfinally: os.write(2, os.environ['PATH'].encode())"
    env = {**os.environ, "PATH": f"{path}:/usr/bin:{path}:/bin"}
    done = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, check=False)
    assert done.stderr == "/usr/bin:/bin"


@needs("root")
def test_a_repository_of_another_user_is_refused_in_every_language(
    clone: Clone, taploom: Taploom, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for path in (clone.top, clone.top / ".git"):
        os.chown(path, 12345, 12345)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("LANGUAGE", "de")
    monkeypatch.delenv("SUDO_UID", raising=False)
    told = taploom("plan", "main..change")
    assert (told.status, "git does not trust the owner of this repository" in told.err) == (64, True)
    for name, value in (("COUNT", "1"), ("KEY_0", "safe.directory"), ("VALUE_0", "*")):
        monkeypatch.setenv(f"GIT_CONFIG_{name}", value)
    assert TRUTH in taploom("plan", "main..change").out
    (tmp_path / ".gitconfig").write_text(f"[safe]\n\tdirectory = {clone.top}\n[core]\n\tfsmonitor = {clone.mark}\n")
    for name in ("COUNT", "KEY_0", "VALUE_0"):
        monkeypatch.delenv(f"GIT_CONFIG_{name}")
    assert TRUTH in taploom("plan", "main..change").out
    assert not clone.marker.exists()
