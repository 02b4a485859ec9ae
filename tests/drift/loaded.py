"""Loads rulesets into a real kernel, in a new network namespace, and reads nft's listing of them."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from taploom.backends.nftables import printer
from taploom.drift.listing.tables import ListedTable, listed

if TYPE_CHECKING:
    from taploom.backends.nftables.tree import Ruleset


def nfts() -> list[object]:
    """Parameters for `root`, whose nft is used: this machine, and the systems in `TAPLOOM_LAB_ROOTS`."""
    others = [Path(path) for path in os.environ.get("TAPLOOM_LAB_ROOTS", "").split(":") if path]
    found = [path for path in others if any((path / at / "nft").exists() for at in ("usr/sbin", "sbin"))]
    return [pytest.param(None, id="nft"), *(pytest.param(path, id=path.name) for path in found)]


def kernel_says(text: str, *commands: str, root: Path | None = None) -> Any:
    """The JSON listing of a ruleset after loading it and running further nft commands."""
    within = ("chroot", str(root)) if root else ()
    script = " && ".join(["nft -f -", *(f"nft {command}" for command in commands), "TZ=UTC nft -j list ruleset"])
    # A mapped user has small socket buffers, which large rulesets exceed.
    user = [] if os.geteuid() == 0 else ["--map-root-user"]
    argv = ["unshare", "--net", *user, *within, "sh", "-c", script]
    done = subprocess.run(argv, input=text, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def text_of(ruleset: Ruleset) -> str:
    """The text of a ruleset, as `nft -f` loads it."""
    return "".join(f"{line.text}\n" for line in printer.document(ruleset))


def read_back(ruleset: Ruleset, *commands: str, root: Path | None = None) -> tuple[ListedTable, ...]:
    """A ruleset read back from the kernel, after further nft commands."""
    return listed(kernel_says(text_of(ruleset), *commands, root=root))
