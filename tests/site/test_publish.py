"""Runs the jobs that publish the site, from the how-to page and our own workflow, without the upload."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
import yaml
from tests.diff.conftest import git
from tests.support import needs

ROOT = Path(__file__).parents[2]
URL = "https://people.example.org/network"
HOSTED = {
    "actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683": {"fetch-depth"},
    "actions/setup-python@a26af69be951a213d495a4c3e4e4022e16d87065": {"python-version"},
    "actions/configure-pages@983d7736d9b0ae728b81ab479565c72886d7745b": set[str](),
    "actions/upload-pages-artifact@7b1f4a764d45c48632c6b24a0339c27f5614fb0b": {"path"},
    "actions/deploy-pages@d6db90164ac5ed86f2b6aed7e0febac5b3c0c03e": set[str](),
}
"""Actions that the test cannot run, each with the inputs that our steps set; the action's action.yml documents them."""
OUTPUTS = {"pages": {"base_url"}, "deployment": {"page_url"}}
"""Documented outputs of the actions, by the id of our step."""


def _blocks() -> list[str]:
    text = (ROOT / "site/how-to/publish.md").read_text(encoding="utf-8")
    return re.findall(r"^```yaml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def _github(text: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """A workflow and its only job, parsed."""
    found = yaml.safe_load(text)
    (job,) = found["jobs"].values()
    return found, job


WORKFLOWS = {
    "how-to": _blocks()[1],
    "own": (ROOT / ".github/workflows/site.yml").read_text(encoding="utf-8"),
}


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A fresh clone of a repository with specs, the how-to page's mkdocs.yml, and no other page."""
    top = tmp_path / "origin"
    shutil.copytree(ROOT / "tests/golden/seed/specs", top / "specs")
    (top / "mkdocs.yml").write_text(_blocks()[0], encoding="utf-8")
    (top / "docs").mkdir()
    (top / "docs/.gitkeep").touch()
    git(top, "init", "--quiet", "--initial-branch", "main")
    git(top, "add", ".")
    git(top, "commit", "--quiet", "--message", "A network")
    subprocess.run(["git", "clone", "--quiet", str(top), str(tmp_path / "clone")], check=True)
    return tmp_path / "clone"


@needs("dot")
def test_the_configuration_of_the_how_to_page_builds(build: Callable[[Path, Path], None], clone: Path) -> None:
    build(clone, clone / "public")
    page = (clone / "public/guests/http-reverse-proxy/index.html").read_text(encoding="utf-8")
    assert "10.0.0.10" in page
    assert "<svg" in page


@needs("dot")
@pytest.mark.parametrize("forge", ["github", "gitlab"])
def test_the_jobs_of_the_how_to_page_publish_their_build(forge: str, clone: Path) -> None:
    """Runs each job's command in a clone; the uploaded folder holds the build and no links."""
    if forge == "github":
        _, job = _github(WORKFLOWS["how-to"])
        scripts = [step["run"] for step in job["steps"] if "run" in step]
        (folder,) = (step["with"]["path"] for step in job["steps"] if "path" in step.get("with", {}))
        variable = "SITE_URL"
    else:
        job = yaml.safe_load(_blocks()[2])["pages"]
        scripts = job["script"]
        (folder,) = job["artifacts"]["paths"]
        variable = "CI_PAGES_URL"
        assert folder == "public"
    (install,) = (script for script in scripts if "pip install" in script)
    assert install.strip("()") == 'cd / && python -I -m pip install "taploom[site] @ $TAPLOOM"'
    (command,) = (script for script in scripts if script.startswith("mkdocs "))
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = {"PATH": path, "HOME": str(clone.parent), variable: URL, "NO_MKDOCS_2_WARNING": "1"}
    shell = ["bash", "-eo", "pipefail", "-c", command]
    done = subprocess.run(shell, cwd=clone, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    published = clone / folder
    assert not [one for one in published.rglob("*") if one.is_symlink() or (one.stat().st_nlink > 1 and one.is_file())]
    assert "A network" in (published / "changes/index.html").read_text(encoding="utf-8")
    assert _missing(published, "no/such/page/") == []


class _Loads(HTMLParser):
    """A parser that collects the files that a page loads, and its links within the site."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collects the target of one element."""
        said = dict(attrs)
        target = said.get("href") if tag in ("a", "link") else said.get("src")
        if target and said.get("rel") != "canonical" and said.get("target") != "_blank":
            self.found.append(target)


def _missing(published: Path, path: str) -> list[str]:
    """Links of the 404 page that lead nowhere if the page is served for a path below `URL`."""
    loads = _Loads()
    loads.feed((published / "404.html").read_text(encoding="utf-8"))
    targets = {urljoin(f"{URL}/{path}", target).partition("#")[0].partition("?")[0] for target in loads.found}
    assert len(targets) > 10
    return sorted(
        target
        for target in targets
        if not target.startswith(f"{URL}/")
        or not ((file := published / target.removeprefix(f"{URL}/")).is_file() or (file / "index.html").is_file())
    )


@pytest.mark.parametrize("name", WORKFLOWS)
def test_workflows_give_hosted_actions_their_documented_inputs(name: str) -> None:
    found, job = _github(WORKFLOWS[name])
    assert found["permissions"] == {"contents": "read", "pages": "write", "id-token": "write"}
    assert found["concurrency"]["cancel-in-progress"] is False
    assert job["environment"]["name"] == "github-pages"
    steps = [step for step in job["steps"] if "uses" in step]
    assert [step["uses"] for step in steps] == list(HOSTED)
    for step in steps:
        assert step.get("with", {}).keys() == HOSTED[step["uses"]]
    ids = {step["id"]: index for index, step in enumerate(job["steps"]) if "id" in step}
    for index, step in enumerate(job["steps"]):
        for used, output in re.findall(r"\$\{\{ steps\.(\w+)\.outputs\.(\w+) \}\}", str(step)):
            assert ids[used] < index
            assert output in OUTPUTS[used]
    assert job["environment"]["url"] == "${{ steps.deployment.outputs.page_url }}"


def test_our_own_workflow_uploads_the_output_of_make_site() -> None:
    _, job = _github(WORKFLOWS["own"])
    (made,) = (step for step in job["steps"] if step.get("run", "").startswith("make"))
    assert made["run"] == "make site"
    assert made["env"].keys() == {"SITE_URL"}
    (folder,) = (step["with"]["path"] for step in job["steps"] if "path" in step.get("with", {}))
    config = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    assert f"\nsite_dir: {folder}\n" in config
    assert '\nsite_url: !ENV [SITE_URL, ""]\n' in config
