"""Runs the action and the GitLab component from their own files, on a repository with a change."""

import json
from pathlib import Path

import pytest
import yaml
from tests.diff.conftest import git
from tests.forge.conftest import Served, edit, github, gitlab
from tests.forge.steps import ROOT, action, component, run_action, run_component
from tests.forge.stub import TOKEN, Forge

BOTH = pytest.mark.parametrize("kind", ["github", "gitlab"])
TITLE = "## Network plan: "


class Job:
    """The CI job of a pull request, which may run several times."""

    def __init__(self, kind: str, top: Path, temp: Path, served: Served) -> None:
        self.forge, self.top, self.temp = Forge(kind), top, temp
        self.url = served(self.forge)
        self.folder = top / "taploom-plan"

    def run(self, event: bool = True, **inputs: str) -> tuple[int, str]:
        """Runs the job, and returns its exit status and log."""
        base, head = (git(self.top, "rev-parse", name) for name in ("HEAD^1", "HEAD"))
        if self.forge.kind == "gitlab":
            run = run_component(self.top, gitlab(self.temp, self.url, base=base, head=head), **inputs)
        else:
            env = github(self.temp, self.url, head=head, event=event)
            for name in ("output", "summary"):
                (self.temp / name).write_text("")
            run = run_action(self.top, env, TOKEN, **inputs)
            self.folder = run.uploaded[0] if run.uploaded else self.folder
        assert TOKEN not in run.log
        return run.status, run.log

    @property
    def bodies(self) -> list[str]:
        return [one["body"] for one in self.forge.comments]


@pytest.fixture
def job(kind: str, change: Path, tmp_path: Path, served: Served) -> Job:
    return Job(kind, change, tmp_path / "temp", served)


@BOTH
def test_one_comment_is_updated_with_the_change(kind: str, job: Job) -> None:
    status, log = job.run()
    assert status == 0, log
    (first,) = job.bodies
    assert first.startswith("<!-- taploom:plan v1 key=default plan=sha256:")
    assert "`policy/lan-dmz`" in first
    assert first == (job.folder / "plan.md").read_text()
    assert json.loads((job.folder / "plan.json").read_text())["has_changes"] is True
    assert (job.folder / "plan.html").read_text().startswith("<!DOCTYPE html>")
    if kind == "github":
        assert (job.temp / "summary").read_text() == first
        assert "](https://forge.example.org/birch/net/actions/runs/99)" in first
        assert "has-changes=true\npassed=true\n" in (job.temp / "output").read_text()
    else:
        assert "](https://forge.example.org/birch/net/-/jobs/99/artifacts/file/taploom-plan/plan.html)" in first
    blob = "blob" if kind == "github" else "-/blob"
    line = f"{blob}/{git(job.top, 'rev-parse', 'HEAD')}/specs/policy.yaml#L5"
    assert f"| [`specs/policy.yaml:5`](https://forge.example.org/birch/net/{line}) |" in first
    git(job.top, "checkout", "--quiet", "change")
    edit(job.top, lambda files: files["forwards.yaml"].replace("tcp/443", "tcp/8443"), "forwards.yaml")
    _merge_anew(job.top)
    assert job.run()[0] == 0
    (second,) = job.bodies
    assert "8443" in second
    assert "8443" not in first
    assert job.forge.writes == ["POST", "PATCH" if kind == "github" else "PUT"]


@BOTH
def test_no_changes_create_no_comment_but_update_an_existing_one(kind: str, job: Job) -> None:
    tip = git(job.top, "rev-parse", "change")
    git(job.top, "checkout", "--quiet", "-B", "change", "main^1")
    edit(job.top, lambda files: files["policy.yaml"] + "# a comment\n")
    _merge_anew(job.top)
    assert job.run()[0] == 0
    assert job.bodies == []
    git(job.top, "branch", "--force", "comment", "change")
    git(job.top, "checkout", "--quiet", "-B", "change", tip)
    _merge_anew(job.top)
    assert job.run()[0] == 0
    git(job.top, "checkout", "--quiet", "-B", "change", "comment")
    _merge_anew(job.top)
    assert job.run()[0] == 0
    (body,) = job.bodies
    assert f"\n{TITLE}no changes\n" in body


@BOTH
@pytest.mark.parametrize("fault", ["a gate", "an error"])
def test_a_gate_or_an_error_fails_the_job_after_the_comment(kind: str, fault: str, job: Job) -> None:
    git(job.top, "checkout", "--quiet", "change")
    if fault == "a gate":
        gate = 'nixos: "25.11"}, gates: {max-removed: 0}}'
        edit(job.top, lambda files: files["site.yaml"].replace('nixos: "25.11"}}', gate), "site.yaml")
        edit(
            job.top, lambda files: files["policy.yaml"].replace("  web-db: {from: web, to: db, allow: tcp/5432}\n", "")
        )
    else:
        edit(job.top, lambda files: files["policy.yaml"].replace("to: db", "to: dbb"))
    _merge_anew(job.top)
    assert job.run()[0] == 1
    assert len(job.bodies) == 1
    if fault == "a gate":
        assert job.run(policy="report")[0] == 0


@BOTH
def test_a_read_only_token_prevents_only_the_comment(kind: str, job: Job) -> None:
    job.forge.reads_only = True
    status, log = job.run()
    assert (status, job.bodies) == (0, [])
    assert "No comment: " in log
    assert (job.folder / "plan.md").exists()


@BOTH
def test_hostile_texts_run_no_commands(kind: str, job: Job) -> None:
    """The texts are in inputs, in file names and in the specs."""
    bad = "$(touch pwned)`touch pwned`\"; touch pwned; '"
    git(job.top, "checkout", "--quiet", "change")
    text = "\\n::error::x @all <script>alert(1)</script> --> | ``` </details> " + bad.replace('"', '\\"').replace(
        "'", ""
    )
    edit(
        job.top,
        lambda _: f'taploom: 1\nnetworks: {{evil: {{ipv4: 10.9.0.1/24, description: "{text}", owner: "{text}"}}}}\n',
        f"{bad.replace('/', '')}.yaml",
    )
    _merge_anew(job.top)
    status, log = job.run(key=bad)
    assert status == 0, log
    (body,) = job.bodies
    assert "evil" in body
    assert "<script" not in body
    assert "\n::error::" not in log + body
    assert body.count("-->") == 1
    assert job.run(key=bad)[0] == 0
    assert len(job.bodies) == 1
    assert job.run(specs=bad)[0] != 0
    assert list(job.top.rglob("pwned")) == []


def test_the_action_supports_a_push_and_another_base(change: Path, tmp_path: Path, served: Served) -> None:
    job = Job("github", change, tmp_path / "temp", served)
    assert job.run(event=False)[0] == 0
    assert "`policy/lan-dmz`" in (job.temp / "summary").read_text()
    assert job.bodies == []
    assert job.run(base="HEAD")[0] == 0
    assert f"{TITLE}no changes" in (job.temp / "summary").read_text()
    status, log = job.run(base="no-such-branch")
    assert status == 64
    assert "::error title=taploom::" in log
    assert job.run(comment="false")[0] == 0
    assert job.bodies == []


def test_the_action_installs_taploom_if_it_is_missing(tmp_path: Path, change: Path) -> None:
    """A stub of python3 records its arguments."""
    tools = tmp_path / "tools"
    tools.mkdir()
    fake = tools / "python3"
    fake.write_text(
        '#!/bin/bash\nmkdir -p "$4/bin"\nprintf \'#!/bin/bash\\necho "$@"\\n\' >"$4/bin/python"\n'
        'chmod +x "$4/bin/python"\n'
    )
    fake.chmod(0o755)
    env = github(tmp_path / "temp", "") | {
        "PATH": f"{tools}:/usr/bin:/bin",
        "GITHUB_ACTION_PATH": "/the/action",
    }
    run = run_action(change, env, TOKEN)
    assert "-I -m pip install --quiet --disable-pip-version-check /the/action\n" in run.log
    assert (tmp_path / "temp/path").read_text() == f"{tmp_path / 'temp'}/taploom/bin\n"


def test_scripts_read_inputs_only_from_the_environment() -> None:
    """If the runner pasted an input into a script, the input could run commands."""
    for step in action()["runs"]["steps"]:
        assert "${{" not in step.get("run", "")
    header, jobs = component()
    (job,) = jobs.values()
    assert "$[[" not in "".join(job["before_script"] + job["script"])
    assert set(header["spec"]["inputs"]) >= {"stage", "image", "taploom", "specs", "key", "policy"}
    comment = [step for step in action()["runs"]["steps"] if "GITHUB_TOKEN" in step.get("env", {})]
    assert [step["name"] for step in comment] == ["Comment"]


def test_our_own_workflow_uses_the_action() -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/plan.yml").read_text())
    assert workflow["permissions"] == {"contents": "read", "pull-requests": "write"}
    steps = workflow["jobs"]["plan"]["steps"]
    assert [step["uses"].partition("@")[0] for step in steps] == ["actions/checkout", "./"]
    assert steps[0]["with"]["fetch-depth"] == 0


def _merge_anew(top: Path) -> None:
    git(top, "checkout", "--quiet", "-B", "main", "main^1")
    git(top, "merge", "--quiet", "--no-ff", "-m", "merge", "change")
