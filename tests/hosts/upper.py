"""What a test host has on top of the tree that it boots: an identity of its own, and nothing of the machine's.

The tree may be the root of the machine that runs the tests, with whatever services, units, keys and networks it has.
So directories that hold such things are made *opaque* in the upper layer of the overlay: what the tree has there is not
seen. Static units of packages stay, as do programs and their data.
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
"""Directories that hide those of the tree, with their modes."""

EMPTY = ("dev", "proc", "sys", ".old", "var/log/journal", "etc/systemd/system", "etc/systemd/network")
"""Directories that there have to be. With /var/log/journal the journal outlives a reboot."""

HIDDEN = ("etc/taploom", "var/lib/taploom")
"""What the machine may have of a host's own, and a bare host has not."""

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
"""Units of systemd itself that mean the machine and its kernel."""

ENABLED = {"multi-user.target.wants": "systemd-networkd.service", "sockets.target.wants": "systemd-networkd.socket"}
GENERATORS = tuple(f"{where}/systemd/system-generators" for where in ("lib", "etc", "usr/local/lib"))


def write_upper(upper: Path, tree: Path, name: str) -> None:
    """Writes the upper layer of a host that has not booted yet.

    Args:
        upper: An empty directory on a file system with extended attributes.
        tree: The lower layer.
        name: The host's name.
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
        # Newer than /usr, so that systemd does not build its caches anew (ConditionNeedsUpdate= in systemd.unit(5)).
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
    """Masks what means the machine, and enables networkd; the default is to reach multi-user.target."""
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
