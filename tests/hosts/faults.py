"""Ends `activate` before any one of its commands: by a signal that cannot be caught, or by a power cut.

The script runs under bash, whose DEBUG trap comes before each command; on hosts it runs under any shell.
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
"""Ends the shell alone; what it has started goes on."""
GROUP = "kill -KILL 0"
"""Ends what it has started, too."""
_CUT = ": >/run/fault; sleep 600"


def commands(host: Host, *arguments: str) -> tuple[Answer, list[str]]:
    """Runs `activate` and lists its commands, each with its line before it."""
    host.file("/run/commands").unlink(missing_ok=True)
    answer = _run(host, 0, SHELL, "/run/commands", arguments)
    return answer, host.file("/run/commands").read_bytes().decode().split("\0")[:-1]


def points(listed: Sequence[str]) -> list[int]:
    """Numbers of the commands before which to end it: the first and the last time that each is run."""
    numbered = list(enumerate(listed, 1))
    first = {text: number for number, text in reversed(numbered)}
    last = {text: number for number, text in numbered}
    return sorted({*first.values(), *last.values()})


def killed(host: Host, number: int, by: str, *arguments: str) -> Answer:
    """Runs `activate` and kills it before the command with this number."""
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
    told = [f"FAULT_AT={number}", f"FAULT_BY={by}", f"FAULT_LOG={log}", "BASH_ENV=/run/faults.sh"]
    return ["setsid", "--wait", "env", *told, "bash", f"{PLACE}/activate", *arguments]
