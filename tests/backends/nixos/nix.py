"""Calls of `nix-instantiate` by the tests."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

NIX = "nix-instantiate"
STUBS = Path(__file__).parent / "stubs"


def run(*arguments: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
    """Runs nix-instantiate with a dummy store, so that it evaluates expressions but builds nothing."""
    env = os.environ | {"NIX_REMOTE": "dummy://", "NIX_PATH": ""}
    return subprocess.run([NIX, *arguments], input=text, env=env, capture_output=True, text=True, check=False)


def evaluate(*arguments: str, text: str | None = None) -> Any:
    """Evaluates an expression strictly and returns its value from JSON; an argument `-` stands for `text`."""
    done = run("--eval", "--strict", "--json", *arguments, text=text)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def parses(path: Path) -> None:
    """Checks that Nix can parse a file."""
    done = run("--parse", str(path))
    assert done.returncode == 0, done.stderr
