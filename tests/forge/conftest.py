"""Fixtures: a repository with a change to a site, and the environment of a CI job for it."""

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from tests.cli.conftest import Outcome
from tests.diff.conftest import git, write
from tests.diff.site import BASE
from tests.forge.stub import TOKEN, Forge, handler
from tests.forge.stub_statuses import SHA

from taploom.cli.entry import run

Served = Callable[[Forge], str]
Status = Callable[..., Outcome]


@pytest.fixture
def served() -> Iterator[Served]:
    """Starts a forge on loopback and returns its URL."""
    servers: list[ThreadingHTTPServer] = []

    def serve(forge: Forge) -> str:
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler(forge))
        servers.append(server)
        server.socket.setblocking(False)  # accept() must not block if the client has already closed its connection
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def status(
    tmp_path: Path, served: Served, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Status:
    """Runs `comment --status` for a document, or for bytes, in a job of the forge."""
    urls: dict[int, str] = {}

    def run_it(forge: Forge, found: dict[str, Any] | bytes, *words: str, **overrides: str) -> Outcome:
        if id(forge) not in urls:
            urls[id(forge)] = served(forge)
        env = (github if forge.kind == "github" else gitlab)(tmp_path / "temp", urls[id(forge)], head=SHA)
        for name in ("GITHUB_ACTIONS", "GITLAB_CI"):
            monkeypatch.delenv(name, raising=False)
        for name, value in (env | {"GITHUB_TOKEN": TOKEN} | overrides).items():
            monkeypatch.setenv(name, value)
        path = tmp_path / "drift.json"
        path.write_bytes(found if isinstance(found, bytes) else json.dumps(found).encode())
        capsys.readouterr()
        code = run(["comment", "--status", str(path), *words])
        shown = capsys.readouterr()
        assert TOKEN not in shown.out + shown.err
        assert "internal error" not in shown.err
        assert all(line.isprintable() for line in shown.err.splitlines())
        return Outcome(code, shown.out, shown.err)

    return run_it


@pytest.fixture(scope="session")
def merged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository in which a change is merged into `main`."""
    top = tmp_path_factory.mktemp("merged")
    git(top, "init", "--quiet", "--initial-branch=main")
    write(top / "specs", dict(BASE))
    _commit(top, "base")
    git(top, "checkout", "--quiet", "-b", "change")
    edit(top, lambda files: files["policy.yaml"].replace("[ssh, https]", "https"))
    git(top, "checkout", "--quiet", "main")
    git(top, "merge", "--quiet", "--no-ff", "-m", "merge", "change")
    return top


@pytest.fixture
def change(merged: Path, tmp_path: Path) -> Path:
    """A clone of the repository, as a forge gives it to a job."""
    return shutil.copytree(merged, tmp_path / "clone")


def edit(top: Path, change: Callable[[dict[str, str]], str], name: str = "policy.yaml") -> None:
    """Commits a change to one file of the specs."""
    files = {path.name: path.read_text() for path in (top / "specs").glob("*.yaml")}
    (top / "specs" / name).write_text(change(files))
    _commit(top, "change")


def _commit(top: Path, message: str) -> None:
    git(top, "add", "-A")
    git(top, "commit", "--quiet", "-m", message)


def environment(temp: Path) -> dict[str, str]:
    """Variables common to all jobs: taploom of this checkout is in PATH, and no CI variables of this machine remain."""
    temp.mkdir(exist_ok=True)
    return {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(temp),
        "NO_PROXY": "127.0.0.1",
        "LC_ALL": "C.UTF-8",
    }


def github(temp: Path, url: str, *, head: str = "", event: bool = True) -> dict[str, str]:
    """The environment of GitHub Actions for pull request 5, or for a push."""
    env = environment(temp)
    (temp / "event.json").write_text(json.dumps({"pull_request": {"number": 5}} if event else {"ref": "main"}))
    for name in ("output", "summary", "path"):
        (temp / name).touch()
    return env | {
        "GITHUB_ACTIONS": "true",
        "GITHUB_API_URL": url,
        "GITHUB_BASE_REF": "main" if event else "",
        "GITHUB_EVENT_PATH": str(temp / "event.json"),
        "GITHUB_OUTPUT": str(temp / "output"),
        "GITHUB_PATH": str(temp / "path"),
        "GITHUB_REPOSITORY": "birch/net",
        "GITHUB_RUN_ID": "99",
        "GITHUB_SERVER_URL": "https://forge.example.org",
        "GITHUB_SHA": head,
        "GITHUB_STEP_SUMMARY": str(temp / "summary"),
        "RUNNER_TEMP": str(temp),
    }


def gitlab(temp: Path, url: str, *, base: str = "", head: str = "") -> dict[str, str]:
    """The environment of GitLab CI for merge request 5."""
    return environment(temp) | {
        "GITLAB_CI": "true",
        "CI_API_V4_URL": url,
        "CI_COMMIT_SHA": head,
        "CI_JOB_URL": "https://forge.example.org/birch/net/-/jobs/99",
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": base,
        "CI_MERGE_REQUEST_IID": "5",
        "CI_MERGE_REQUEST_PROJECT_ID": "42",
        "CI_PIPELINE_ID": "7",
        "CI_PROJECT_ID": "42",
        "CI_PROJECT_URL": "https://forge.example.org/birch/net",
        "TAPLOOM_TOKEN": TOKEN,
    }
