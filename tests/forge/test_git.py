"""Runs the snippets of site/how-to/git-diff.md and the pre-commit hooks with git, in a test repository."""

import re
import subprocess
from pathlib import Path

import yaml
from tests.diff.conftest import git
from tests.diff.site import BASE
from tests.forge.conftest import environment
from tests.forge.steps import ROOT

_GUIDE = (ROOT / "site/how-to/git-diff.md").read_text(encoding="utf-8")


def _run(top: Path, command: str) -> tuple[int, str]:
    env = environment(top.parent / "home")
    done = subprocess.run(command, shell=True, cwd=top, env=env, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def _configured(top: Path) -> None:
    """Applies the attributes and the configuration of the guide."""
    attributes = re.findall(r"^\S+ diff=\S+$", _GUIDE, re.MULTILINE)
    commands = re.findall(r"^git config .*$", _GUIDE, re.MULTILINE)
    assert (len(attributes), len(commands)) == (2, 3)
    (top / ".gitattributes").write_text("\n".join(attributes) + "\n")
    for command in commands:
        assert _run(top, command) == (0, "")


def test_git_diff_shows_the_changes_of_a_rendered_plan(change: Path) -> None:
    _configured(change)
    assert _run(change, "taploom render --out rendered")[0] == 0
    _run(change, "git add -A")
    status, shown = _run(change, "git diff --cached -- rendered/plan.json")
    assert (status, "+ guest/web" in shown) == (0, True), shown
    git(change, "commit", "--quiet", "-m", "rendered")
    (change / "specs/policy.yaml").write_text(BASE["policy.yaml"].replace("tcp/5432", "tcp/5433"))
    assert _run(change, "taploom render --out rendered")[0] == 0
    status, shown = _run(change, "git diff -- rendered/plan.json")
    assert (status, "~ policy/web-db" in shown, "tcp/5433" in shown, '"format"' in shown) == (0, True, True, False)
    assert '"format"' in _run(change, "git diff --no-ext-diff -U9999 -- rendered/plan.json")[1]
    (change / "rendered/plan.json").write_text("{}\n")
    status, shown = _run(change, "git diff -- rendered/plan.json")
    assert (status, "\n+{}\n" in shown) == (0, True), shown
    (change / "rendered/plan.json").unlink()
    status, shown = _run(change, "git diff -- rendered/plan.json")
    assert (status, "- guest/web" in shown) == (0, True), shown


def test_a_hunk_of_the_specs_names_its_entry(change: Path) -> None:
    _configured(change)
    guests = change / "specs/guests.yaml"
    guests.write_text(guests.read_text().replace("10.1.0.10", "10.1.0.12"))
    assert re.search(r"^@@ .* @@ +web:$", _run(change, "git diff -U0")[1], re.MULTILINE)


def test_the_alias_prints_the_plan(change: Path) -> None:
    _configured(change)
    assert "policy/lan-dmz" in _run(change, "git plan HEAD^1..HEAD")[1]


def test_the_hooks_work(change: Path) -> None:
    """Runs entry and args without file names, as pre-commit does."""
    hooks = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}
    calls = {name: " ".join([hook["entry"], *hook.get("args", [])]) for name, hook in hooks.items()}
    assert not any(hook["pass_filenames"] for hook in hooks.values())
    assert "taploom-render-check" in (ROOT / "site/how-to/pre-commit.md").read_text(encoding="utf-8")
    before = _statuses(change, calls)
    assert before == {"taploom-validate": 0, "taploom-fmt": 0, "taploom-render-check": 3, "taploom-plan": 0}
    _run(change, "taploom render --out rendered")
    assert _run(change, calls["taploom-render-check"])[0] == 0
    assert re.match(hooks["taploom-render-check"]["files"], "rendered/plan.json")
    _run(change, "git add -A")
    (change / "specs/policy.yaml").write_text(BASE["policy.yaml"].replace("to: db", "to:   dbb"))
    assert _run(change, calls["taploom-fmt"])[0] == 0
    assert "to: dbb" in (change / "specs/policy.yaml").read_text()  # pre-commit fails a hook that changes files
    assert _run(change, calls["taploom-validate"])[0] == 1
    assert "TL203" in _run(change, calls["taploom-validate"])[1]


def _statuses(top: Path, calls: dict[str, str]) -> dict[str, int]:
    return {name: _run(top, call)[0] for name, call in calls.items()}
