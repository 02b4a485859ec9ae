"""Checks whether this machine can run a lab, before any process is started."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from taploom.lab.networkd import binary

_PROGRAMS = ("ip", "nft", "nsenter", "unshare", "mount")
_TUN = Path("/dev/net/tun")
_ALONE = ("unshare", "--user", "--map-root-user")


def as_root() -> None:
    """Restarts this command as root of a user namespace, if it does not run as root and the machine allows this."""
    if (
        os.geteuid() != 0
        and shutil.which(_ALONE[0])
        and not subprocess.run([*_ALONE, "true"], check=False, capture_output=True).returncode
    ):
        os.execvp(_ALONE[0], [*_ALONE, "--", sys.executable, *sys.orig_argv[1:]])


def obstacles() -> tuple[str, ...]:
    """The reasons why a lab cannot run here, in plain words; empty if it can run."""
    return tuple(_obstacles())


def _obstacles() -> Iterator[str]:
    if os.geteuid() != 0:
        yield (
            "it must run as root, or in a user namespace, which this machine does not allow: "
            "a lab creates network namespaces, interfaces and TAPs"
        )
    if not _TUN.exists():
        yield "there is no /dev/net/tun, which the TAPs of guests need: load the kernel module `tun`"
    elif not _own_devices() and not os.access(_TUN, os.R_OK | os.W_OK):
        yield "in a user namespace, a lab needs a /dev/net/tun that every user can open, and here only root can"
    if binary() is None:
        yield "there is no systemd-networkd, which runs the units: install systemd"
    for program in _PROGRAMS:
        if shutil.which(program) is None:
            yield f"there is no program `{program}` in PATH"


def _own_devices() -> bool:
    """Whether this process can create devices; root of the machine can, but root of a user namespace cannot."""
    ids = Path("/proc/self/uid_map").read_text().split()
    return ids == ["0", "0", str(2**32 - 1)]
