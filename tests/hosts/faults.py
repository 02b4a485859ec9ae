"""Fault injection: ends `activate` before a chosen command, by SIGKILL or by a power cut of the host.

The tests run the script under bash, whose DEBUG trap runs before each command; real hosts use any POSIX shell.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.hosts.bundles import PLACE, Answer, call

from taploom.lab.waiting import wait_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.hosts.booted import Host

TRAP = Path(__file__).with_name("faults.sh")
SHELL = "kill -KILL $$"
"""Shell command that kills only the shell of `activate`; its child processes go on."""
GROUP = "kill -KILL 0"
"""Shell command that kills the whole process group of `activate`, child processes included."""
_CUT = ": >/run/fault; sleep 600"


def commands(host: Host, *arguments: str) -> tuple[Answer, list[str]]:
    """Runs `activate` and lists the commands that it executed, each as `LINE COMMAND`."""
    host.file("/run/commands").unlink(missing_ok=True)
    answer = _run(host, 0, SHELL, "/run/commands", arguments)
    return answer, host.file("/run/commands").read_bytes().decode().split("\0")[:-1]


def points(listed: Sequence[str]) -> list[int]:
    """Numbers of the commands before which to end `activate`: the first and the last run of each command."""
    numbered = list(enumerate(listed, 1))
    first = {text: number for number, text in reversed(numbered)}
    last = {text: number for number, text in numbered}
    return sorted({*first.values(), *last.values()})


def killed(host: Host, number: int, by: str, *arguments: str) -> Answer:
    """Runs `activate` and kills it, with `SHELL` or `GROUP`, before the command with this number."""
    return _run(host, number, by, "", arguments)


def cut(host: Host, number: int, *arguments: str) -> None:
    """Runs `activate` and cuts the host's power before the command with this number."""
    host.file("/run/fault").unlink(missing_ok=True)
    running = host.begin(*_command(host, number, _CUT, "", arguments))
    wait_for(lambda: host.file("/run/fault").exists() or running.poll() is not None, f"command {number}", 120)
    host.cut()
    running.wait()


def _run(host: Host, number: int, by: str, log: str, arguments: Sequence[str]) -> Answer:
    return call(host, *_command(host, number, by, log, arguments))


def _command(host: Host, number: int, by: str, log: str, arguments: Sequence[str]) -> list[str]:
    host.push({"/run/faults.sh": TRAP.read_text()})
    variables = [f"FAULT_AT={number}", f"FAULT_BY={by}", f"FAULT_LOG={log}", "BASH_ENV=/run/faults.sh"]
    return ["setsid", "--wait", "env", *variables, "bash", f"{PLACE}/activate", *arguments]
