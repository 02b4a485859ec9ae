"""Whether this machine can run a lab at all, before anything is started."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from netloom.lab.networkd import binary

_PROGRAMS = ("ip", "nft", "nsenter", "unshare", "mount")


def obstacles() -> tuple[str, ...]:
    """What a lab lacks here, in plain words; empty where it can run."""
    return tuple(_obstacles())


def _obstacles() -> Iterator[str]:
    if os.geteuid() != 0:
        yield "it must run as root: it makes network namespaces, interfaces and TAPs"
    if not Path("/dev/net/tun").exists():
        yield "there is no /dev/net/tun, by which guests are attached: load the kernel module `tun`"
    if binary() is None:
        yield "there is no systemd-networkd, which runs the units: install systemd"
    for program in _PROGRAMS:
        if shutil.which(program) is None:
            yield f"there is no program `{program}` in PATH"
