"""Upper layer of a test host's overlay: gives the host its own identity, and hides the configuration of the machine.

The tree may be the root of the machine that runs the tests, with its services, units, keys and networks. Therefore the
upper layer marks the directories of such files as *opaque*, which hides the tree's files in them. Programs, their data
and the static units of packages stay visible.
"""

from __future__ import annotations

import os
import stat
import uuid
from pathlib import Path

FRESH = {
    "etc/cron.d": 0o755,
    "etc/netplan": 0o755,
    "etc/network": 0o755,
    "etc/nftables.d": 0o755,
    "etc/ssh/sshd_config.d": 0o755,
    "etc/sysctl.d": 0o755,
    "etc/systemd": 0o755,
    "etc/udev": 0o755,
    "home": 0o755,
    "root": 0o700,
    "run": 0o755,
    "tmp": 0o1777,
    "var/cache": 0o755,
    "var/lib/dbus": 0o755,
    "var/lib/systemd": 0o755,
    "var/log": 0o755,
    "var/tmp": 0o1777,
    **{f"etc/rc{level}.d": 0o755 for level in "0123456S"},
}
"""Directories that are opaque in the upper layer, with their modes."""

EMPTY = ("dev", "proc", "sys", ".old", "var/log/journal", "etc/systemd/system", "etc/systemd/network")
"""Directories that must exist. With /var/log/journal, the journal survives a reboot."""

HIDDEN = ("etc/taploom", "var/lib/taploom")
"""Paths of taploom that the machine may have if it is a host itself, and that a bare test host must not see."""

MASKED = (
    "console-getty.service",
    "dev-hugepages.mount",
    "dev-mqueue.mount",
    "kmod-static-nodes.service",
    "modprobe@.service",
    "proc-sys-fs-binfmt_misc.automount",
    "sys-fs-fuse-connections.mount",
    "sys-kernel-config.mount",
    "sys-kernel-debug.mount",
    "sys-kernel-tracing.mount",
    "systemd-binfmt.service",
    "systemd-modules-load.service",
    "systemd-pstore.service",
    "systemd-random-seed.service",
)
"""Units of systemd that act on the machine or its kernel; the test host masks them."""

ENABLED = {"multi-user.target.wants": "systemd-networkd.service", "sockets.target.wants": "systemd-networkd.socket"}
GENERATORS = tuple(f"{where}/systemd/system-generators" for where in ("lib", "etc", "usr/local/lib"))


def write_upper(upper: Path, tree: Path, name: str) -> None:
    """Writes the upper layer of a host before its first boot.

    Args:
        upper: Empty directory on a file system with extended attributes.
        tree: Lower layer of the overlay.
        name: Host name.
    """
    for directory, mode in FRESH.items():
        path = upper / directory
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(mode)
        os.setxattr(path, "trusted.overlay.opaque", b"y")
    for directory in EMPTY:
        (upper / directory).mkdir(parents=True, exist_ok=True)
    for hidden in HIDDEN:
        os.mknod(upper / hidden, stat.S_IFCHR, os.makedev(0, 0))  # hides a file of the tree (overlayfs.rst, whiteouts)
    identity = uuid.uuid4().hex
    texts = {
        "etc/machine-id": f"{identity}\n",
        "etc/hostname": f"{name}\n",
        "etc/hosts": f"127.0.0.1 localhost\n127.0.1.1 {name}\n::1 localhost\n",
        "etc/resolv.conf": "",
        "etc/fstab": "",
        "etc/crypttab": "",
        "etc/sysctl.conf": "",
        "etc/environment": "",
        # Newer than /usr, so that systemd does not rebuild its caches (ConditionNeedsUpdate= in systemd.unit(5)).
        "etc/.updated": "",
        "var/.updated": "",
    }
    for file, text in texts.items():
        (upper / file).write_text(text)
    (upper / "var/lib/dbus/machine-id").symlink_to("/etc/machine-id")
    for key in (tree / "etc/ssh").glob("ssh_host_*"):
        (upper / "etc/ssh" / key.name).write_text("")
    _write_units(upper / "etc/systemd", tree)


def _write_units(etc: Path, tree: Path) -> None:
    """Masks units that act on the machine, enables networkd, and makes multi-user.target the default."""
    null = Path("/dev/null")
    for unit in MASKED:
        (etc / "system" / unit).symlink_to(null)
    (etc / "system/default.target").symlink_to("/lib/systemd/system/multi-user.target")
    for target, unit in ENABLED.items():
        (etc / "system" / target).mkdir()
        (etc / "system" / target / unit).symlink_to(f"/lib/systemd/system/{unit}")
    (etc / "system-generators").mkdir()
    for generator in {path.name for folder in GENERATORS for path in (tree / folder).glob("*")}:
        (etc / "system-generators" / generator).symlink_to(null)
