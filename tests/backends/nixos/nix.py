"""Nix itself, as the tests ask it."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

NIX = "nix-instantiate"
STUBS = Path(__file__).parent / "stubs"


def run(*arguments: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run nix-instantiate with the store that holds nothing: evaluation reads files, and builds none."""
    env = os.environ | {"NIX_REMOTE": "dummy://", "NIX_PATH": ""}
    return subprocess.run([NIX, *arguments], input=text, env=env, capture_output=True, text=True, check=False)


def evaluate(*arguments: str, text: str | None = None) -> Any:
    """The value of an expression, strictly, as JSON gives it; `text` is read where an argument is `-`."""
    done = run("--eval", "--strict", "--json", *arguments, text=text)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def parses(path: Path) -> None:
    """Hold that Nix can read a file."""
    done = run("--parse", str(path))
    assert done.returncode == 0, done.stderr
