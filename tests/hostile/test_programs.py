"""Finds the modules that start programs: only one module runs git, so every use of git has that module's safeguards."""

import ast
import re
from pathlib import Path

import taploom

_PACKAGE = Path(taploom.__file__).parent
_STARTS = ("system", "popen", "startfile", "fork_exec", "create_subprocess_exec", "create_subprocess_shell")


def _starts(path: Path) -> bool:
    """Whether a module can start a program, through `subprocess`, `pty`, or functions of `os` or `asyncio`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import) and {alias.name for alias in node.names} & {"subprocess", "pty"}:
            return True
        if isinstance(node, ast.ImportFrom) and node.module in ("subprocess", "pty"):
            return True
        if isinstance(node, ast.Attribute) and (
            node.attr in _STARTS or node.attr.startswith(("exec", "spawn", "posix_spawn"))
        ):
            return True
    return False


def test_only_one_module_runs_git_and_only_the_lab_other_programs() -> None:
    found = {str(path.relative_to(_PACKAGE)) for path in _PACKAGE.rglob("*.py") if _starts(path)}
    assert {name for name in found if not name.startswith("lab/")} == {"diff/git.py"}
    assert len(found) > 3


def test_every_test_named_in_the_security_policy_exists() -> None:
    root = Path(__file__).parents[2]
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", (root / "SECURITY.md").read_text(encoding="utf-8"))
    assert len(named) > 20
    for file, name in named:
        tree = ast.parse((root / file).read_text(encoding="utf-8"))
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, (file, name)


def _prints(path: Path) -> bool:
    """Whether a module prints directly."""
    calls = (ast.unparse(node.func) for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))
    return any(
        call in ("print", "click.echo", "click.secho") or call.endswith(("stdout.write", "stderr.write"))
        for call in calls
    )


def test_output_passes_the_guard_against_runner_commands() -> None:
    """Only our own schemas and the output of `fmt -` and `export -` skip the guard: this output must stay unchanged."""
    found = {path.name for path in (_PACKAGE / "cli").glob("*.py") if _prints(path)}
    assert found == {"terminal.py", "entry.py", "schema.py", "fmt.py"}
