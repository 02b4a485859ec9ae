"""Pages that are typed as they stand there: their blocks as steps, and a shell that takes them."""

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
    """One shell for the whole page, as its reader has one: `cd` and files last."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        tools = str(Path(sys.executable).parent)
        self.env = {
            **os.environ, "PATH": f"{tools}:{os.environ['PATH']}", "GIT_CONFIG_GLOBAL": os.devnull, "NO_COLOR": "1",
            "GIT_AUTHOR_NAME": "Ann", "GIT_AUTHOR_EMAIL": "ann@example.org", "GIT_COMMITTER_NAME": "Ann",
            "GIT_COMMITTER_EMAIL": "ann@example.org", "SOURCE_DATE_EPOCH": "1798761600",
        }  # fmt: skip

    def run(self, command: str) -> str:
        """Both outputs of a command that succeeds."""
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
    """What is to be done: `file` with path and content, or `command` with what is shown of its output."""
    for language, body in BLOCK.findall(text):
        if language == "yaml":
            yield "file", body.splitlines()[0].removeprefix("# "), [body]
        elif language == "console":
            for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
                command, *shown = part.splitlines()
                yield "command", command, shown


def shows(output: str, shown: list[str]) -> None:
    """Whether the lines of a page are those of the output, in order; `…` stands for what is left out."""
    lines = iter(output.splitlines())
    for wanted in shown:
        if wanted == CUT:
            continue
        pattern = re.compile(".*".join(map(re.escape, wanted.split(CUT))))
        assert any(pattern.fullmatch(line) for line in lines), f"`{wanted}` is not in:\n{output}"


def typed(shell: Shell, text: str) -> int:
    """Take all steps of a page, hold what it shows against what is printed, and say how many commands there were."""
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
