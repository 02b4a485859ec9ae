"""CI jobs for a hostile change: they import none of its modules, run none of its texts, and use only pinned actions."""

import json
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml
from tests.cli.conftest import Taploom
from tests.diff.site import BASE
from tests.forge.conftest import github, gitlab
from tests.forge.steps import ROOT, run_action, run_component
from tests.hostile.clone import Clone

from taploom import __version__

MODULES = (
    "venv",
    "ensurepip",
    "pip",
    "hatchling",
    "sitecustomize",
    "usercustomize",
    "taploom",
    "site",
    "json",
    "click",
)


@pytest.fixture
def checkout(clone: Clone) -> Clone:
    """A change that adds Python modules named like modules that Python or pip imports."""
    text = f"import pathlib\npathlib.Path({str(clone.marker)!r}).touch()\n"
    for name in MODULES:
        clone.write(f"{name}.py", text)
        clone.write(f"{name}/__init__.py", text)
        clone.write(f"{name}/__main__.py", text)
    clone.write("pyproject.toml", '[build-system]\nrequires = []\nbuild-backend = "hatchling"\nbackend-path = ["."]\n')
    clone.write("setup.py", text)
    clone.write("pip.conf", "[global]\nindex-url = http://127.0.0.1:1/\n")
    return clone


def wheel(folder: Path) -> Path:
    """A package with a command `taploom` and no dependencies."""
    path, info = folder / "taploom-9-py3-none-any.whl", "taploom-9.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("taploom_of_the_wheel.py", "def main() -> None:\n    pass\n")
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: taploom\nVersion: 9\n")
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/entry_points.txt", "[console_scripts]\ntaploom = taploom_of_the_wheel:main\n")
        archive.writestr(f"{info}/RECORD", "")
    return path


def environment(folder: Path, real: dict[str, str]) -> dict[str, str]:
    """An environment with a new Python first in PATH, without taploom."""
    subprocess.run([sys.executable, "-I", "-m", "venv", str(folder / "python")], check=True)
    return {**real, "PATH": f"{folder}/python/bin:/usr/bin:/bin", "PIP_NO_INDEX": "1"}


def test_the_action_installs_taploom_without_the_modules_of_a_change(checkout: Clone, tmp_path: Path) -> None:
    env = environment(tmp_path, github(tmp_path / "temp", "")) | {"GITHUB_ACTION_PATH": str(wheel(tmp_path))}
    run_action(checkout.top, env, "")
    assert (tmp_path / "temp/taploom/bin/taploom").exists()
    assert not checkout.marker.exists()


def test_the_component_installs_taploom_without_the_modules_of_a_change(checkout: Clone, tmp_path: Path) -> None:
    env = environment(tmp_path, gitlab(tmp_path / "temp", ""))
    run_component(checkout.top, env, taploom=str(wheel(tmp_path)))
    assert (tmp_path / "python/bin/taploom").exists()
    assert not checkout.marker.exists()


def _texts() -> dict[str, str]:
    """The files that define CI jobs: our own, and examples and templates that users copy."""
    places = ("action.yml", "templates/*.yml", ".github/workflows/*.yml", "site/**/*.md")
    found = [path for place in places for path in sorted(ROOT.glob(place))]
    found += sorted((ROOT / "compiler/taploom/cli/starter").iterdir())
    return {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in found}


def test_actions_are_pinned_by_commit() -> None:
    uses = {line.strip() for text in _texts().values() for line in re.findall(r"\buses: *(\S.*)", text)}
    ours = {line for line in uses if line.startswith(("./", "OWNER/taploom@REVISION"))}
    pinned = {line for line in uses if re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} +# v\d+\.\d+\.\d+", line)}
    assert len(pinned) == 6
    assert uses == ours | pinned


def test_jobs_install_this_distribution_at_a_version_or_from_a_given_place() -> None:
    """Without a version, pip would install whatever a registry has under the name, even somebody else's upload."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pinned = f"{project['name']}=={__version__}"
    texts = "\n".join(_texts().values())
    installed = re.findall(r"-m pip install(?: --\S+)* (\"[^\"]*\"|\S+)", texts)
    places = {'"$GITHUB_ACTION_PATH"', '"$TAPLOOM"', '"taploom[site] @ $TAPLOOM"'}
    assert set(installed) == {*places, f'"${{TAPLOOM:-{pinned}}}"'}
    given = "git+https://git.example.org/GROUP/taploom@REVISION"
    assert set(re.findall(r"TAPLOOM: \"?([^\s\"]+)", texts)) == {given, pinned, "$[[", "${{"}
    component, _ = yaml.safe_load_all((ROOT / "templates/taploom.yml").read_text(encoding="utf-8"))
    assert component["spec"]["inputs"]["taploom"]["default"] == pinned
    assert f"| `taploom` | `{pinned}` |" in (ROOT / "site/how-to/gitlab.md").read_text(encoding="utf-8")


def test_python_is_started_isolated_in_every_job() -> None:
    for name, text in _texts().items():
        if name.startswith((".github", "site/tutorial", "site/how-to/debian")):
            continue  # our own jobs run the Makefile of the change; the tutorial is for people
        for line in re.findall(r"^.*(?:\bpip3? install\b|-m venv|-m pip).*$", text, re.MULTILINE):
            assert " -I -m " in line, (name, line)


_COMMAND = re.compile(r"##(?:vso)?\[")
_HOSTILE = "x ##[error]y ##vso[task.setvariable]z"
_LINES = ("::error::a", "  ::add-mask::b", "\u00a0::warning file=x::c")


def _obeyed(text: str) -> list[str]:
    """Lines that a GitHub runner would run as commands, according to its `ActionCommand.TryParseV2` and `TryParse`."""
    lines = re.split(r"\r\n|\r|\n", text)
    return [line for line in lines if _COMMAND.search(line) or re.match(r"::[^:]*::", line.strip())]


@pytest.fixture
def noisy(clone: Clone) -> Clone:
    """A change with runner commands in its specs and file names; the specs have errors whose messages quote them."""
    clone.site("specs", changed=True)
    described = "".join(f"  z{n}: {{description: '{line} {_HOSTILE}'}}\n" for n, line in enumerate(_LINES))
    clone.write("specs/##[error]file.yaml", f"taploom: 1\nzones:\n{described}")
    clone.write("specs/::error::.yaml", "taploom: 1\nzones:\n  zz: {link: '##[error]', owner: '::error::x'}\n")
    policy = BASE["policy.yaml"] + "  '##[error]name': {from: '##[group]x', to: '::error::y', allow: '##[debug]'}\n"
    clone.write("specs/policy.yaml", policy)
    clone.write("specs/odd.yaml", "taploom: 1\n::error::key::x: {}\n##[error] a comment\n'##[section]': [\n")
    clone.commit("noisy")
    return clone


@pytest.mark.parametrize("form", ["full", "concise", "json", "gitlab", "sarif", "junit", "github"])
def test_no_finding_contains_a_runner_command(form: str, noisy: Clone, taploom: Taploom) -> None:
    told = taploom("validate", "--format", form)
    assert told.status == 1
    assert "error]" in told.out + told.err
    found = _obeyed(told.out) + _obeyed(told.err)
    assert [line for line in found if form != "github" or not re.match(r"::(error|warning|notice) ", line)] == []
    assert not _COMMAND.search(told.out)


@pytest.mark.parametrize("form", ["text", "md", "json", "html", "sarif", "github"])
def test_no_plan_contains_a_runner_command(form: str, noisy: Clone, taploom: Taploom) -> None:
    (noisy.top / "specs/odd.yaml").unlink()
    noisy.write("specs/policy.yaml", BASE["policy.yaml"].replace('"also', f'"::error::a {_HOSTILE}'))
    for words in ((), ("main..change",), ("##[error]..::error::x::",), ("::error::x", "##[error]y.json")):
        told = taploom("plan", *words, "--format", form, "--key", "##[error]k", "--link", "https://x/##[error]")
        found = _obeyed(told.out) + _obeyed(told.err)
        assert [line for line in found if not re.match(r"::(error|warning|notice) ", line)] == []


def test_no_other_output_contains_a_runner_command(noisy: Clone, taploom: Taploom) -> None:
    (noisy.top / "specs/odd.yaml").unlink()
    noisy.write("specs/policy.yaml", BASE["policy.yaml"])
    for words in (
        ("fmt", "--check"),
        ("lock", "--check"),
        ("render", "--out", "##[error]out"),
        ("explain", "zone/z0"),
        ("explain", "specs/##[error]file.yaml:4"),
        ("explain", "##[error]"),
        ("graph", "##[error]"),
        ("reach", "##[error]", "::error::x"),
        ("export", "##[error]"),
        ("comment", "##[error]::x"),
        ("validate", "--specs", "##[error]"),
        ("##[error]",),
        ("render", "--out", "out", "--##[error]"),
    ):
        told = taploom(*words)
        assert _obeyed(told.out + "\n" + told.err) == [], words
        assert told.out + told.err


def test_escaped_json_decodes_to_the_original_text(noisy: Clone, taploom: Taploom) -> None:
    told = taploom("validate", "--format", "json").out
    assert "##[" not in told
    assert "##[" in json.dumps(json.loads(told))
