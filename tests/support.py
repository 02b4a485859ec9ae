"""What a test needs of the machine: `needs("nft", "root")` skips the test where one is missing, and fails it in CI.

A suite that quietly skips what it cannot run is green for the wrong reason. So a skip names its reason, and with
`CI=true` in the environment it is a failure.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from taploom.lab.networkd import binary


def needs(*tools: str) -> pytest.MarkDecorator:
    """A mark for a test or a module (`pytestmark = needs(…)`); `missing` knows which names there are."""
    return pytest.mark.needs(*tools)


def systemds() -> list[object]:
    """Parameters for `root` of `Networkd`: this machine's systemd, and any others that there are.

    Others are folders given in `TAPLOOM_LAB_ROOTS`, separated by colons: a check by hand, as creating one takes half a
    minute and 400 MB (`debootstrap --variant=minbase --include=systemd,dbus,iproute2,nftables trixie FOLDER`).
    """
    others = [path for path in os.environ.get("TAPLOOM_LAB_ROOTS", "").split(":") if path]
    return [pytest.param(None, id="systemd"), *(pytest.param(Path(path), id=Path(path).name) for path in others)]


def missing(tool: str) -> str | None:
    """Why a tool cannot be used here, or none if it can.

    Args:
        tool: `root`, `tun`, `networkd`, `dbus`, or the name of a program.
    """
    if tool == "root":
        return None if os.geteuid() == 0 else "not run as root"
    if tool == "tun":
        return None if Path("/dev/net/tun").exists() else "no /dev/net/tun"
    if tool == "networkd":
        return None if binary() else "no systemd-networkd"
    program = {"dbus": "dbus-daemon"}.get(tool, tool)
    return None if shutil.which(program) else f"no {program} in PATH"


def enforce(item: pytest.Item) -> None:
    """Skips a test whose needs are not met, or fails it in CI."""
    wanted = sorted({tool for mark in item.iter_markers("needs") for tool in mark.args})
    reasons = [reason for tool in wanted if (reason := missing(tool))]
    if not reasons:
        return
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(f"CI must run this: {'; '.join(reasons)}", pytrace=False)
    pytest.skip("; ".join(reasons))
