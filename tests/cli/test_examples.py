"""Examples of the command reference: each option of each command has an example, and each example succeeds."""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from taploom import cli
from taploom.cli.examples import EXAMPLES
from taploom.cli.group import COMMANDS, LazyGroup

ROOT = Path(__file__).parents[2]
ELSEWHERE = {"comment", "drift", "lab", "lab down"}
"""Commands that need a forge, root or facts of a host; here, only their command lines are parsed."""
QUIET = {"fmt", "lock"}
"""Commands that print nothing if there is nothing to do."""
DONE = {0, 2}
LINES = [(verb, line) for verb, lines in EXAMPLES.items() for line in lines]


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with two revisions of the example site, and its rendered files."""
    folder = tmp_path_factory.mktemp("examples")
    shutil.copytree(ROOT / "specs", folder / "specs")
    env = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull}
    site = folder / "specs/site.yaml"
    for words in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "--message", "one"]):
        _git(folder, env, *words)
    site.write_text(site.read_text(encoding="utf-8").replace("birch.example.org", "elm.example.org"), encoding="utf-8")
    _git(folder, env, "commit", "--quiet", "--all", "--message", "two")
    _taploom(folder, "taploom render --out build/plan")
    return folder


def _git(folder: Path, env: dict[str, str], *words: str) -> None:
    who = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *words], cwd=folder, env=env, check=True, capture_output=True)


def _taploom(folder: Path, line: str) -> subprocess.CompletedProcess[str]:
    words = [str(Path(sys.executable).with_name("taploom")), *shlex.split(line)[1:]]
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False, timeout=120)


def _options(line: str) -> Iterator[str]:
    return (word for word in shlex.split(line) if word.startswith("--"))


def _all() -> Iterator[tuple[str, click.Command]]:
    group = LazyGroup("taploom")
    context = click.Context(group, info_name="taploom")
    for name in COMMANDS:
        command = group.get_command(context, name)
        assert command is not None
        yield name, command
        if isinstance(command, click.Group):
            yield from ((f"{name} {verb}", below) for verb, below in command.commands.items())


def test_every_command_is_in_the_table() -> None:
    folder = Path(cli.__file__).parent
    modules = {path.stem for path in folder.glob("*.py") if "\ndef command(" in path.read_text(encoding="utf-8")}
    assert modules == {module.rpartition(".")[2] for module in COMMANDS.values()}


def test_every_option_of_every_command_has_an_example() -> None:
    missing = []
    for verb, command in _all():
        shown = {option for line in EXAMPLES.get(verb, ()) for option in _options(line)}
        options = [max(one.opts, key=len) for one in command.params if isinstance(one, click.Option)]
        missing += [f"{verb} {option}" for option in options if option not in shown]
        assert EXAMPLES.get(verb), verb
    assert missing == []
    assert set(EXAMPLES) == {verb for verb, _ in _all()}


@pytest.mark.parametrize(("verb", "line"), LINES, ids=[line for _, line in LINES])
def test_an_example_is_accepted_and_works(verb: str, line: str, clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if verb in ELSEWHERE:
        command = dict(_all())[verb]
        words = shlex.split(line.removeprefix(f"taploom {verb}"))
        for name in ("change.md", "drift.json"):
            (clone / name).touch()
        monkeypatch.chdir(clone)
        command.make_context(verb, words)  # refuses unknown options
        return
    done = _taploom(clone, line)
    assert done.returncode in DONE, done.stderr
    assert done.stdout or done.stderr or verb in QUIET
