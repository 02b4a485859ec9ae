"""`needs("nft", "root")` declares what a test needs of the machine: a missing need skips the test, and fails it in CI.

A suite that silently skips tests is green for the wrong reason. So each skip has a reason, and with `CI=true` in the
environment a skip is a failure.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import NoReturn

import pytest

from taploom.lab.networkd import binary

BOOTED = ("/lib/systemd/systemd", "/lib/systemd/system/dbus.service", "/usr/bin/setpriv", "/usr/bin/dbus-daemon")
"""Files that the root of a machine must have to be booted as a test host."""
_TRIED = """
mount -t tmpfs tmpfs /mnt
mkdir /mnt/upper /mnt/work /mnt/root /mnt/group
mount -t overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work overlay /mnt/root
mount -t cgroup2 cgroup2 /mnt/group
"""


def needs(*tools: str) -> pytest.MarkDecorator:
    """A mark for a test or a module (`pytestmark = needs(…)`); `missing` lists the possible names."""
    return pytest.mark.needs(*tools)


def systemds() -> list[object]:
    """Parameters for `root` of `Networkd`: this machine's systemd, and those in `TAPLOOM_LAB_ROOTS`.

    `TAPLOOM_LAB_ROOTS` holds folders separated by colons. It is meant for checks by hand, because each folder takes
    half a minute and 400 MB (`debootstrap --variant=minbase --include=systemd,dbus,iproute2,nftables trixie FOLDER`).
    """
    others = [path for path in os.environ.get("TAPLOOM_LAB_ROOTS", "").split(":") if path]
    return [pytest.param(None, id="systemd"), *(pytest.param(Path(path), id=Path(path).name) for path in others)]


def missing(tool: str) -> str | None:
    """The reason why a tool cannot be used here, or None if it can.

    Args:
        tool: `root`, `tun`, `networkd`, `dbus`, `boot` (a host, `tests.hosts.booted`), or the name of a program.
    """
    if tool == "root":
        return None if os.geteuid() == 0 else "not run as root"
    if tool == "tun":
        return None if Path("/dev/net/tun").exists() else "no /dev/net/tun"
    if tool == "networkd":
        return None if binary() else "no systemd-networkd"
    if tool == "boot":
        return _no_boot()
    program = {"dbus": "dbus-daemon"}.get(tool, tool)
    path = f"{Path(sys.executable).parent}:{os.environ.get('PATH', os.defpath)}"  # first the venv's programs
    return None if shutil.which(program, path=path) else f"no {program} in PATH"


@cache
def _no_boot() -> str | None:
    """The reason why no host can be booted over the root of this machine, or None if one can."""
    absent = [path for path in BOOTED if not Path(path).exists()]
    if absent:
        return f"no {', '.join(absent)}"
    new = ("--net", "--mount", "--uts", "--ipc", "--pid", "--cgroup", "--fork")
    tried = subprocess.run(["unshare", *new, "sh", "-euc", _TRIED], capture_output=True, text=True, check=False)
    return f"no host can be booted here: {tried.stderr.strip()}" if tried.returncode else None


def enforce(item: pytest.Item) -> None:
    """Skips a test whose needs are not met, or fails it in CI."""
    wanted = sorted({tool for mark in item.iter_markers("needs") for tool in mark.args})
    reasons = [reason for tool in wanted if (reason := missing(tool))]
    if reasons:
        leave_out("; ".join(reasons))


def leave_out(reason: str) -> NoReturn:
    """Skips the running test because something is missing, or fails it in CI."""
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(f"CI must run this: {reason}", pytrace=False)
    pytest.skip(reason)
