"""Input of every benchmark row: a site of a given size, in a folder of its own below `build/`."""

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
    """A benchmark site, and how often to measure it.

    Attributes:
        folder: Folder of the site; rows may add files to it.
        guests: Number of guests.
        hosts: Number of hosts.
        runs: Number of runs of each command; commands that take minutes run once.
        rivals: Whether to measure netplan and Nix too.
    """

    folder: Path
    guests: int
    hosts: int
    runs: int
    rivals: bool

    @property
    def specs(self) -> Path:
        """Folder of the specs, which include their lock."""
        return self.folder / "specs"

    def command(self, verb: str, *more: str) -> list[str]:
        """Command line of a taploom subcommand on these specs."""
        return [TAPLOOM, verb, "--specs", str(self.specs), *more]

    def asked(self, script: str, *paths: Path) -> dict[str, Any]:
        """Runs a script of this folder in a separate process with its own memory, and parses its JSON output."""
        command = [sys.executable, str(ROOT / "tests/bench" / script), *map(str, paths)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        found: dict[str, Any] = json.loads(done.stdout)
        return found
