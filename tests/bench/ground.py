"""What every row is measured on: a site of some size, in a folder of its own below `build/`."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
TAPLOOM = str(Path(sys.executable).with_name("taploom"))
FINDINGS = 1


@dataclass(frozen=True, slots=True)
class Ground:
    """One site and how often to measure it.

    Attributes:
        folder: may be filled with whatever a row needs.
        runs: of each command; what takes minutes is run once.
        rivals: whether other tools are measured too.
    """

    folder: Path
    guests: int
    hosts: int
    runs: int
    rivals: bool

    @property
    def specs(self) -> Path:
        """The written and locked specs."""
        return self.folder / "specs"

    def command(self, verb: str, *more: str) -> list[str]:
        """A command of taploom on these specs."""
        return [TAPLOOM, verb, "--specs", str(self.specs), *more]

    def asked(self, script: str, *paths: Path) -> dict[str, Any]:
        """What a script beside this file prints as JSON; in a process of its own, so that no plan weighs on another."""
        command = [sys.executable, str(ROOT / "tests/bench" / script), *map(str, paths)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        found: dict[str, Any] = json.loads(done.stdout)
        return found
