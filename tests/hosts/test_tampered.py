"""`activate` refuses a bundle that was tampered with, before it writes anything.

An attacker who changes a bundle can recompute its checksums, so most cases have matching checksums. Only a signature
proves who made a bundle.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from tests.diff.site import swap
from tests.hosts.booted import Host, booted
from tests.hosts.bundles import DONE, PLACE, REFUSED, activate, bundle, call, resealed, unpack
from tests.hosts.ground import NAME, planned
from tests.support import needs

from taploom.delivery.comparison import File

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from taploom.plan.site import Plan

pytestmark = [pytest.mark.kernel, needs("root", "boot", "nft", "ssh-keygen")]

Bundle = dict[str, File]
Tampering = "Callable[[Bundle], Bundle]"
NFT = "etc/taploom/taploom.nft"
TRIAL = "/var/lib/taploom/trial"
UNIT = "etc/systemd/network/05-taploom-eth0.network"


@pytest.fixture(scope="module")
def plan() -> Plan:
    return planned(252)


@pytest.fixture(scope="module")
def host(tree: Path) -> Iterator[Host]:
    with booted(tree, uplinks=("eth0",), name=NAME) as host:
        yield host


@pytest.fixture(autouse=True)
def _roll_back(host: Host) -> Iterator[None]:
    """Ends a trial that a failing test left behind, so that later tests find the host unchanged."""
    yield
    if host.file(TRIAL).exists():
        call(host, "sh", f"{TRIAL}/activate", "revert")


def _with(files: Bundle, path: str, data: bytes, mode: int = 0o644) -> Bundle:
    return {**files, path: File(data, mode)}


def _reworded(files: Bundle, old: str, new: str) -> Bundle:
    """The bundle with a text in its file `activation` replaced, and with matching checksums."""
    text = files["activation"].data.decode()
    assert old in text
    return resealed(_with(files, "activation", text.replace(old, new, 1).encode()))


def _installs(files: Bundle, path: str, said: str | None = None, mode: str = "0644") -> Bundle:
    """The bundle with one more file to install, and with matching checksums."""
    line = f"file {mode} {said or path}\n"
    return _reworded(_with(files, path, b"root::0:0::/:/bin/sh\n"), "file ", f"{line}file ")


def _without(files: Bundle, path: str) -> Bundle:
    return {other: file for other, file in files.items() if other != path}


TAMPERED: dict[str, Callable[[Bundle], Bundle]] = {
    "a byte": lambda files: _with(files, NFT, files[NFT].data.replace(b"drop", b"drup", 1)),
    "a byte of activate's own list": lambda files: _with(files, "activation", files["activation"].data + b"\n"),
    "a missing file": lambda files: _without(files, UNIT),
    "a missing file without its checksum": lambda files: resealed(_without(files, UNIT)),
    "an extra file": lambda files: _with(files, "etc/systemd/network/99-taploom-x.network", b"[Match]\n"),
    "an extra file outside etc": lambda files: _with(files, "run-me", b"#!/bin/sh\n", 0o755),
    "a file that activation does not list": lambda files: resealed(_with(files, "etc/taploom/x.nft", b"")),
    "no checksums": lambda files: _without(files, "SHA256SUMS"),
    "no activation": lambda files: _without(files, "activation"),
    "an empty list of checksums": lambda files: _with(files, "SHA256SUMS", b""),
    "a file of the system": lambda files: _installs(files, "etc/passwd"),
    "a file beyond etc": lambda files: _installs(files, "usr/bin/taploom"),
    "a path upwards": lambda files: _installs(files, "etc/taploom/x", "etc/taploom/../../var/tmp/.ssh/taploom"),
    "a path from the root": lambda files: _installs(files, "etc/taploom/x", "/etc/taploom/x"),
    "a path with a blank": lambda files: _installs(files, "etc/taploom/x y"),
    "a path with a line end": lambda files: _with(files, "etc/taploom/x\ny", b""),
    "a path with a dash": lambda files: _installs(files, "etc/taploom/-rf"),
    "a hidden folder": lambda files: resealed(_with(files, "etc/taploom/.git/config", b"")),
    "a setuid file": lambda files: _installs(files, "etc/taploom/x", mode="4755"),
    "another format": lambda files: _reworded(files, "taploom-activation/1", "taploom-activation/2"),
    "an unknown keyword": lambda files: _reworded(files, "serial 0", "serial 0\nrun reboot"),
    "a device with a path": lambda files: _reworded(files, "bridge br-dmz", "bridge ../br-dmz"),
    "a device with a command": lambda files: _reworded(files, "bridge br-dmz", "bridge $(touch${IFS}/var/tmp/x)"),
    "a device with a pattern": lambda files: _reworded(files, "bridge br-dmz", "bridge *"),
    "a time without end": lambda files: _reworded(files, "confirm 120", "confirm 120000000000000000000000"),
    "no time": lambda files: _reworded(files, "confirm 120\n", ""),
    "a time that is no number": lambda files: _reworded(files, "confirm 120", "confirm soon"),
    "another host": lambda files: _reworded(files, f"host {NAME}", "host hv2"),
    "a ruleset with a syntax error": lambda files: resealed(_with(files, NFT, b"table inet taploom {")),
    "an interface that is not there": lambda files: _reworded(files, "uplink eth0", "uplink eth9"),
    "a newer systemd": lambda files: _reworded(files, "systemd 252", "systemd 999"),
    "a newer nftables": lambda files: _reworded(files, "nftables 1.0.6", "nftables 9.9.9"),
}


def _written(host: Host) -> dict[str, tuple[int, int]]:
    """Size and mode of every file that the host has written, except journal, bundle and systemd's state."""
    found = {}
    for folder, names, files in os.walk(host.upper):
        names[:] = [name for name in names if name not in ("log", "bundle", "systemd")]
        for name in (*names, *files):
            stat = os.lstat(f"{folder}/{name}")
            found[f"{folder}/{name}"] = (stat.st_size if name in files else 0, stat.st_mode)
    return found


def _refused(host: Host, *arguments: str) -> str:
    """Checks that `check` and `try` both refuse the bundle and write nothing; returns the output of `try`."""
    before, ruleset = _written(host), host.run("nft", "--stateless", "list", "ruleset")
    said = [activate(host, verb, *arguments) for verb in ("check", "try")]
    assert [one.code for one in said] == [REFUSED, REFUSED], said
    left = {path for path, _ in _written(host).items() ^ before.items() if not path.endswith("var/lib/taploom")}
    assert left == set(), left
    assert host.run("nft", "--stateless", "list", "ruleset") == ruleset
    assert not host.file("/var/tmp/x").exists()
    return said[1].text


@pytest.mark.parametrize("how", TAMPERED)
def test_a_bundle_that_was_tampered_with_is_refused(host: Host, plan: Plan, how: str) -> None:
    unpack(host, TAMPERED[how](bundle(plan, NAME)))
    _refused(host)


PLACED = {
    "a link": f"ln -sf /etc/shadow {PLACE}/{UNIT}",
    "a link to the same bytes": f"mv {PLACE}/{UNIT} /run/same && ln -s /run/same {PLACE}/{UNIT}",
    "a link for a folder": f"mv {PLACE}/etc/taploom /run/it && ln -s /run/it {PLACE}/etc/taploom",
    "a device": f"rm {PLACE}/{UNIT} && mknod {PLACE}/{UNIT} c 1 5",
    "a pipe": f"rm {PLACE}/{UNIT} && mkfifo {PLACE}/{UNIT}",
    "a folder": f"rm {PLACE}/{UNIT} && mkdir {PLACE}/{UNIT}",
    "an empty folder": f"mkdir {PLACE}/etc/sudoers.d",
    "a link outside etc": f"ln -s / {PLACE}/root",
}


@pytest.mark.parametrize("how", PLACED)
def test_a_bundle_with_an_entry_that_is_no_regular_file_is_refused(host: Host, plan: Plan, how: str) -> None:
    unpack(host, bundle(plan, NAME))
    host.run("rm", "-rf", "/run/same", "/run/it")
    host.run("sh", "-euc", PLACED[how])
    if how == "an empty folder":
        assert activate(host, "check").code in (DONE, REFUSED)
    else:
        _refused(host)


def test_a_symlink_at_the_path_of_an_installed_file_is_not_followed(host: Host, plan: Plan) -> None:
    unpack(host, bundle(plan, NAME))
    host.push({"/var/tmp/precious": "precious"})
    host.run("sh", "-euc", f"mkdir -p /etc/taploom && ln -s /var/tmp/precious /{NFT}")
    try:
        tried = activate(host, "try", "--timeout", "60s")
        assert host.file("/var/tmp/precious").read_text() == "precious"
        if tried.code == DONE:
            assert activate(host, "revert").code == DONE
        assert host.run("readlink", f"/{NFT}") == "/var/tmp/precious\n"
    finally:
        host.run("rm", "-r", "/etc/taploom", "/var/tmp/precious")


def test_a_plan_other_than_the_approved_one_is_refused(host: Host, plan: Plan) -> None:
    files = bundle(plan, NAME)
    unpack(host, files)
    approved = next(line.split()[1] for line in files["activation"].data.decode().splitlines() if line[:5] == "plan ")
    assert activate(host, "check", "--expect", approved).code == DONE
    _refused(host, "--expect", approved[:-1] + "01"[approved[-1] == "0"])


_KEYS = """
for key in key stranger; do ssh-keygen -q -t ed25519 -N '' -f /run/$key </dev/null; done
mkdir -p /etc/taploom
echo "us namespaces=\\"taploom-bundle\\" $(cut -d ' ' -f 1,2 /run/key.pub)" >/etc/taploom/allowed_signers
"""
_SIGN = f"""
rm -f {PLACE}/SHA256SUMS.sig
ssh-keygen -q -Y sign -n "$1" -f "$0" {PLACE}/SHA256SUMS 2>/dev/null
"""


def _sign(host: Host, key: str = "/run/key", purpose: str = "taploom-bundle") -> None:
    host.run("sh", "-euc", _SIGN, key, purpose)


def test_missing_foreign_and_stale_signatures_are_refused(host: Host, plan: Plan) -> None:
    older = planned(252, swap("policy.yaml", "allow: tcp/5432", "allow: any"))
    unpack(host, bundle(plan, NAME))
    host.run("sh", "-euc", _KEYS)
    try:
        assert "signed" in _refused(host)
        for key, purpose in (("/run/stranger", "taploom-bundle"), ("/run/key", "file")):
            _sign(host, key, purpose)
            assert "signed" in _refused(host)
        unpack(host, bundle(older, NAME))
        _sign(host)
        host.run("cp", f"{PLACE}/SHA256SUMS.sig", "/run/old")
        assert activate(host, "check").code == DONE
        unpack(host, bundle(plan, NAME))
        host.run("cp", "/run/old", f"{PLACE}/SHA256SUMS.sig")
        assert "signed" in _refused(host)
        _sign(host)
        assert activate(host, "check").code == DONE
    finally:
        host.run("rm", "-rf", "/etc/taploom", "/run/key", "/run/stranger")


def test_an_older_serial_is_refused_unless_forced(host: Host, plan: Plan) -> None:
    unpack(host, bundle(plan, NAME, serial=7))
    for verb in ("try", "confirm"):
        assert activate(host, verb).code == DONE
    unpack(host, bundle(plan, NAME, serial=6))
    assert "serial" in _refused(host)
    assert activate(host, "check", "--force").code == DONE
    unpack(host, bundle(plan, NAME, serial=7))
    assert activate(host, "check").code == DONE
    assert activate(host, "remove").code == DONE
