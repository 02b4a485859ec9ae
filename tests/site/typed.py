"""Runs the commands of a documentation page: its code blocks become steps for a shell."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CUT = "…"


class Shell:
    """A shell for one whole page: the working directory and files persist between commands."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        tools = str(Path(sys.executable).parent)
        self.env = {
            **os.environ, "PATH": f"{tools}:{os.environ['PATH']}", "GIT_CONFIG_GLOBAL": os.devnull, "NO_COLOR": "1",
            "GIT_AUTHOR_NAME": "Ann", "GIT_AUTHOR_EMAIL": "ann@example.org", "GIT_COMMITTER_NAME": "Ann",
            "GIT_COMMITTER_EMAIL": "ann@example.org", "SOURCE_DATE_EPOCH": "1798761600",
        }  # fmt: skip

    def run(self, command: str) -> str:
        """Runs a command that must succeed, and returns its output and errors together."""
        line = f"{command}\npwd >&3"
        where, end = os.pipe()
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", f"exec 3>&{end}\n{line}"], cwd=self.folder, env=self.env, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120, pass_fds=(end,),
        )  # fmt: skip
        os.close(end)
        with os.fdopen(where) as told:
            self.folder = Path(told.read().strip() or self.folder)
        assert done.returncode == 0, f"{command}: {done.stdout}"
        return done.stdout


def steps(text: str) -> Iterator[tuple[str, str, list[str]]]:
    """The steps of a page: `file` with path and content, or `command` with the quoted lines of its output."""
    for language, body in BLOCK.findall(text):
        if language == "yaml":
            yield "file", body.splitlines()[0].removeprefix("# "), [body]
        elif language == "console":
            for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
                command, *shown = part.splitlines()
                yield "command", command, shown


def shows(output: str, shown: list[str]) -> None:
    """Assert that the quoted lines occur in the output in order; `…` stands for omitted text."""
    lines = iter(output.splitlines())
    for wanted in shown:
        if wanted == CUT:
            continue
        pattern = re.compile(".*".join(map(re.escape, wanted.split(CUT))))
        assert any(pattern.fullmatch(line) for line in lines), f"`{wanted}` is not in:\n{output}"


def typed(shell: Shell, text: str) -> int:
    """Runs all steps of a page, compares quoted with real output, and returns the number of commands."""
    commands = 0
    for kind, what, lines in steps(text):
        if kind == "file":
            (shell.folder / what).write_text(lines[0], encoding="utf-8")
            continue
        output = shell.run(what)
        if lines != [CUT]:
            shows(output, lines)
        commands += 1
    return commands
