"""Runs the scripts of action.yml and of the GitLab component in a shell, with inputs resolved as their runners do."""

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
_GITHUB = re.compile(r"\$\{\{ ([\w.-]+) \}\}")
_GITLAB = re.compile(r"\$\[\[ inputs\.(\w+) \]\]")


@dataclass(slots=True)
class Run:
    """The result of running an action or a component.

    Attributes:
        status: exit status of the first step that failed, or 0.
        log: output of all steps.
        values: values of expressions for later steps, such as `steps.plan.outputs.passed`.
        uploaded: folders given to upload-artifact.
    """

    status: int = 0
    log: str = ""
    values: dict[str, str] = field(default_factory=dict)
    uploaded: list[Path] = field(default_factory=list)


def action() -> dict[str, Any]:
    """The parsed action.yml."""
    found: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    return found


def component() -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and jobs of the GitLab component."""
    header, jobs = yaml.safe_load_all((ROOT / "templates/taploom.yml").read_text(encoding="utf-8"))
    return header, jobs


def run_action(folder: Path, environment: Mapping[str, str], token: str, **inputs: str) -> Run:
    """Runs the steps of the action with `bash -eo pipefail` until one fails (docs: "jobs.<job_id>.steps[*].shell")."""
    read = action()
    run = Run(values={f"inputs.{name}": entry.get("default", "") for name, entry in read["inputs"].items()})
    run.values |= {f"inputs.{name}": value for name, value in inputs.items()} | {"inputs.token": token}
    for step in read["runs"]["steps"]:
        if "if" in step and not _holds(step["if"], run.values):
            continue
        if "uses" in step:
            run.uploaded.append(Path(_resolved(step["with"]["path"], run.values)))
            continue
        env = {name: _resolved(value, run.values) for name, value in step.get("env", {}).items()}
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
        _record(run, command, folder, {**environment, **env})
        outputs = Path(environment["GITHUB_OUTPUT"]).read_text().splitlines()
        run.values |= {f"steps.plan.outputs.{name}": value for name, _, value in (x.partition("=") for x in outputs)}
        if run.status:
            break
    return run


def run_component(folder: Path, environment: Mapping[str, str], **inputs: str) -> Run:
    """Runs before_script and script in one shell, as GitLab's runner does."""
    header, jobs = component()
    values = {name: entry.get("default", "") for name, entry in header["spec"]["inputs"].items()} | inputs
    (job,) = jobs.values()
    env = {name: _GITLAB.sub(lambda m: values[m[1]], value) for name, value in job["variables"].items()}
    run = Run()
    script = "\n".join([*job["before_script"], *job["script"]])
    _record(run, ["sh", "-e", "-c", script], folder, {**environment, **env})
    return run


def _record(run: Run, command: list[str], folder: Path, env: Mapping[str, str]) -> None:
    done = subprocess.run(
        command, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    run.log += done.stdout
    run.status = done.returncode


def _resolved(text: str, values: Mapping[str, str]) -> str:
    return _GITHUB.sub(lambda match: values[match[1]], text)


def _holds(condition: str, values: Mapping[str, str]) -> bool:
    name, _, wanted = condition.partition(" == ")
    return values[name] == wanted.strip("'")
