"""Rules of the repository itself, for every file, package and make target."""

import ast
import hashlib
import importlib
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "compiler" / "taploom"
LINES_ALLOWED = 300

# Written in two halves, so that this file does not contain the forbidden words.
FORBIDDEN_WORDS = (
    "/wo" + "rk/",
    "/ro" + "ot/",
    "/opt/wh" + "eels",
    "pypi" + ".org",
    "pythonhosted" + ".org",
    "deb.debian" + ".org",
    "npmjs" + ".org",
    "TO" + "DO:",
    "FIX" + "ME",
)


def _committed() -> list[Path]:
    """The files that git tracks, or all files if the checkout is an unpacked archive."""
    if not (ROOT / ".git").exists():
        return [path for path in ROOT.rglob("*") if path.is_file() and ".venv" not in path.parts]
    # Without this, git refuses to read a mounted checkout that belongs to another user.
    command = ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in names.split("\0") if name and (ROOT / name).is_file()]


def _sources() -> list[Path]:
    return sorted([*PACKAGE.rglob("*.py"), *(ROOT / "tests").rglob("*.py")])


def _modules() -> list[str]:
    parts = (path.relative_to(PACKAGE.parent).with_suffix("").parts for path in sorted(PACKAGE.rglob("*.py")))
    return [".".join(part[:-1] if part[-1] == "__init__" else part) for part in parts]


def _imports(path: Path) -> set[str]:
    """The top-level names of all imports of a file, including those inside functions."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or ".").split(".")[0])
    return found


def _make(*arguments: str, folder: Path) -> str:
    """Run make as from a shell, even if the tests themselves run under make."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(["make", *arguments], cwd=folder, env=env, capture_output=True, text=True, check=True).stdout


def test_no_file_is_too_long() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in _sources()}
    assert len(lengths) > 10
    assert {str(path.relative_to(ROOT)): n for path, n in lengths.items() if n > LINES_ALLOWED} == {}


def test_no_committed_file_names_a_machine_or_a_registry() -> None:
    found = []
    for path in _committed():
        text = path.read_bytes().decode("utf-8", errors="replace")
        found += [f"{path.relative_to(ROOT)}: {word}" for word in FORBIDDEN_WORDS if word in text]
    assert found == []


def test_the_former_name_is_only_in_the_changelog_and_one_message() -> None:
    """Another project has a package with the former name."""
    former = "net" + "loom"
    allowed = {"CHANGELOG.md", "compiler/taploom/spec/document.py", "tests/checks/cases/TL201-former-name.md"}
    paths = {str(path.relative_to(ROOT)) for path in _committed()}
    assert [path for path in paths if former in path.lower()] == []
    assert {path for path in paths if former in (ROOT / path).read_text("utf-8", "replace").lower()} == allowed


def test_compiler_is_a_source_root_and_no_package() -> None:
    """An `__init__.py` in `compiler` would make modules importable twice, as `taploom` and as `compiler.taploom`."""
    assert not (ROOT / "compiler" / "__init__.py").exists()
    folders = {path.parent for path in PACKAGE.rglob("*.py")}
    assert [str(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


@pytest.mark.parametrize("module", _modules())
def test_every_module_can_be_imported(module: str) -> None:
    if module.endswith("__main__"):
        pytest.skip("importing it runs it")
    assert importlib.import_module(module).__doc__, f"{module} has no docstring"


@pytest.mark.parametrize("layer", ["base", "plan"])
def test_the_lowest_layers_need_the_standard_library_alone(layer: str) -> None:
    allowed = sys.stdlib_module_names | {"taploom"}
    strangers = {path.name: _imports(path) - allowed for path in (PACKAGE / layer).rglob("*.py")}
    assert strangers
    assert {name: names for name, names in strangers.items() if names} == {}


def test_imported_and_declared_packages_are_the_same() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {want: re.split(r"[<>=]", want)[0] for want in project["dependencies"]}
    declared = {{"PyYAML": "yaml", "ruamel.yaml": "ruamel"}.get(name, name) for name in names.values()}
    imported = set().union(*map(_imports, PACKAGE.rglob("*.py"))) - sys.stdlib_module_names - {"taploom"}
    optional = {"pygraphviz"}  # from the extra `site`; without it and `dot`, pages have no diagrams
    assert imported == declared | optional


def test_importing_the_package_loads_nothing() -> None:
    """`validate` has a budget of 0.2 s, and every command would pay for these imports."""
    script = "import sys, taploom; print(sorted(m for m in sys.modules if m.startswith('taploom')))"
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert shown.strip() == "['taploom']"


def test_make_help_lists_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert phony
    shown = _make(folder=ROOT)
    listed = re.findall(r"^  make ([a-z-]+) +\S", shown, re.MULTILINE)
    assert sorted(listed) == sorted(phony[1].split())
    assert {"plan", "test", "check", "bench", "clean"} <= set(listed)


def test_pip_runs_when_the_lock_changed_and_not_otherwise(tmp_path: Path) -> None:
    """A venv that is set up works without a network, and a changed lock triggers an installation."""
    for name in ("Makefile", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    lock, project = ((tmp_path / name).read_bytes() for name in ("requirements.lock", "pyproject.toml"))
    stamps = (f".deps-{hashlib.sha256(lock).hexdigest()}", f".self-{hashlib.sha256(lock + project).hexdigest()}")
    for made in ("bin/python", *stamps):
        (tmp_path / ".venv" / made).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / ".venv" / made).touch()
    assert "pip" not in _make("--dry-run", "venv", folder=tmp_path)
    (tmp_path / "requirements.lock").write_bytes(lock + b"# changed\n")
    assert "pip install" in _make("--dry-run", "venv", folder=tmp_path)


def test_the_lock_pins_every_dependency_with_its_hash() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    entries = re.findall(r"^([a-z0-9-]+)==\S+ \\\n((?: +--hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", lock, re.MULTILINE)
    pinned = {name for name, _ in entries}
    assert len(pinned) == len(re.findall(r"^\S+==", lock, re.MULTILINE))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"]
    wanted = [*project["project"]["dependencies"], *extras["dev"], *extras["site"]]
    wanted += [*project["build-system"]["requires"], "editables"]
    names = {re.split(r"[<>=\[]", want)[0].lower().replace(".", "-") for want in wanted}
    assert names - pinned == set()


def test_the_lock_suits_the_python_of_debian_12() -> None:
    """A newer pip for Python 3.11 may choose packages that 3.11.2 refuses, so the lock could fail on Debian 12."""
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    wants = {
        name: " ".join(importlib.metadata.metadata(name).get_all("Requires-Python", []))
        for name in re.findall(r"^([a-z0-9-]+)==", lock, re.MULTILINE)
    }
    assert len(wants) > 10
    assert {name: want for name, want in wants.items() if not SpecifierSet(want).contains("3.11.2")} == {}


def test_workflow_and_ci_script_call_the_documented_targets() -> None:
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert re.findall(r"^make .*", script, re.MULTILINE) == ["make check", "make test"]
    job = yaml.safe_load(workflow)["jobs"]["all"]
    assert {"make check", "make ${{ matrix.test }}"} <= {step.get("run") for step in job["steps"]}
    legs = {leg["debian"]: leg["test"] for leg in job["strategy"]["matrix"]["include"]}
    assert legs == {"12": "cover", "13": "test"}, "each leg runs all tests, and one measures coverage"


PAPERS = [*(ROOT / name for name in ("ARCHITECTURE.md", "CONTRIBUTING.md")), PACKAGE / "flows" / "THEORY.md"]
PAPERS += sorted((ROOT / "decisions").glob("*.md"))


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: path.name)
def test_paths_in_papers_exist(paper: Path) -> None:
    """Paths are relative to the checkout, the package or the paper's folder; NAME and CODE are placeholders."""
    text = paper.read_text(encoding="utf-8")
    quoted = re.findall(r"`((?:[\w.-]+/)+[\w.-]*|[\w.-]+\.(?:py|md|toml|yml))`", text)
    shown = re.findall(r"\b(?:tests|compiler|site|decisions|findings)/[\w./-]+", text)
    paths = {path.rstrip(".") for path in (*quoted, *shown) if not re.search(r"\b(NAME|CODE)\b", path)}
    bases = (ROOT, PACKAGE, paper.parent)
    assert {path for path in paths if not any((base / path).exists() for base in bases)} == set()
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"(?:`|^\$ )make ([a-z-]+)", text, re.MULTILINE)) <= targets


def test_documentation_builds_without_a_broken_link(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path)]
    env = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}  # suppresses an announcement of the theme
    built = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert (built.returncode, built.stderr) == (0, "")
    assert "<h1" in (tmp_path / "index.html").read_text(encoding="utf-8")
