"""A bundle that somebody has tampered with is refused before anything is written.

Whoever changes a bundle can change its checksums too, so most of these are whole by them; a signature alone says who
made a bundle.
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
def _nothing_pending(host: Host) -> Iterator[None]:
    """Goes back where a test finds that something was taken up, so that the others find the host as it was."""
    yield
    if host.file(TRIAL).exists():
        call(host, "sh", f"{TRIAL}/activate", "revert")


def _with(files: Bundle, path: str, data: bytes, mode: int = 0o644) -> Bundle:
    return {**files, path: File(data, mode)}


def _said(files: Bundle, old: str, new: str) -> Bundle:
    """Other words in `activation`, with checksums that fit."""
    text = files["activation"].data.decode()
    assert old in text
    return resealed(_with(files, "activation", text.replace(old, new, 1).encode()))


def _installs(files: Bundle, path: str, said: str | None = None, mode: str = "0644") -> Bundle:
    """One more file to install, with checksums that fit."""
    line = f"file {mode} {said or path}\n"
    return _said(_with(files, path, b"root::0:0::/:/bin/sh\n"), "file ", f"{line}file ")


def _without(files: Bundle, path: str) -> Bundle:
    return {other: file for other, file in files.items() if other != path}


TAMPERED: dict[str, Callable[[Bundle], Bundle]] = {
    "a byte": lambda files: _with(files, NFT, files[NFT].data.replace(b"drop", b"drup", 1)),
    "a byte of activate's own list": lambda files: _with(files, "activation", files["activation"].data + b"\n"),
    "a missing file": lambda files: _without(files, UNIT),
    "a missing file that nobody lists": lambda files: resealed(_without(files, UNIT)),
    "an extra file": lambda files: _with(files, "etc/systemd/network/99-taploom-x.network", b"[Match]\n"),
    "an extra file beside": lambda files: _with(files, "run-me", b"#!/bin/sh\n", 0o755),
    "a file that nobody installs": lambda files: resealed(_with(files, "etc/taploom/x.nft", b"")),
    "no checksums": lambda files: _without(files, "SHA256SUMS"),
    "no activation": lambda files: _without(files, "activation"),
    "checksums of nothing": lambda files: _with(files, "SHA256SUMS", b""),
    "a file of the system": lambda files: _installs(files, "etc/passwd"),
    "a file beyond etc": lambda files: _installs(files, "usr/bin/taploom"),
    "a path upwards": lambda files: _installs(files, "etc/taploom/x", "etc/taploom/../../var/tmp/.ssh/taploom"),
    "a path from the root": lambda files: _installs(files, "etc/taploom/x", "/etc/taploom/x"),
    "a path with a blank": lambda files: _installs(files, "etc/taploom/x y"),
    "a path with a line end": lambda files: _with(files, "etc/taploom/x\ny", b""),
    "a path with a dash": lambda files: _installs(files, "etc/taploom/-rf"),
    "a hidden folder": lambda files: resealed(_with(files, "etc/taploom/.git/config", b"")),
    "a setuid file": lambda files: _installs(files, "etc/taploom/x", mode="4755"),
    "another format": lambda files: _said(files, "taploom-activation/1", "taploom-activation/2"),
    "a word that nobody knows": lambda files: _said(files, "serial 0", "serial 0\nrun reboot"),
    "a device with a path": lambda files: _said(files, "bridge br-dmz", "bridge ../br-dmz"),
    "a device with a command": lambda files: _said(files, "bridge br-dmz", "bridge $(touch${IFS}/var/tmp/x)"),
    "a device with a pattern": lambda files: _said(files, "bridge br-dmz", "bridge *"),
    "a time without end": lambda files: _said(files, "confirm 120", "confirm 120000000000000000000000"),
    "no time": lambda files: _said(files, "confirm 120\n", ""),
    "a time that is none": lambda files: _said(files, "confirm 120", "confirm soon"),
    "another host": lambda files: _said(files, f"host {NAME}", "host hv2"),
    "a ruleset that is none": lambda files: resealed(_with(files, NFT, b"table inet taploom {")),
    "an interface that is not there": lambda files: _said(files, "uplink eth0", "uplink eth9"),
    "a newer systemd": lambda files: _said(files, "systemd 252", "systemd 999"),
    "a newer nftables": lambda files: _said(files, "nftables 1.0.6", "nftables 9.9.9"),
}


def _written(host: Host) -> dict[str, tuple[int, int]]:
    """Every file that the host has written, but for its journal."""
    found = {}
    for folder, names, files in os.walk(host.upper):
        names[:] = [name for name in names if name not in ("log", "bundle", "systemd")]
        for name in (*names, *files):
            stat = os.lstat(f"{folder}/{name}")
            found[f"{folder}/{name}"] = (stat.st_size if name in files else 0, stat.st_mode)
    return found


def _refused(host: Host, *arguments: str) -> str:
    """What both verbs say, which refuse and write nothing."""
    before, ruleset = _written(host), host.run("nft", "--stateless", "list", "ruleset")
    said = [activate(host, verb, *arguments) for verb in ("check", "try")]
    assert [one.code for one in said] == [REFUSED, REFUSED], said
    left = {path for path, _ in _written(host).items() ^ before.items() if not path.endswith("var/lib/taploom")}
    assert left == set(), left
    assert host.run("nft", "--stateless", "list", "ruleset") == ruleset
    assert not host.file("/var/tmp/x").exists()
    return said[1].text


@pytest.mark.parametrize("how", TAMPERED)
def test_it_is_refused(host: Host, plan: Plan, how: str) -> None:
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
    "a link beside": f"ln -s / {PLACE}/root",
}


@pytest.mark.parametrize("how", PLACED)
def test_what_is_no_plain_file_is_refused(host: Host, plan: Plan, how: str) -> None:
    unpack(host, bundle(plan, NAME))
    host.run("rm", "-rf", "/run/same", "/run/it")
    host.run("sh", "-euc", PLACED[how])
    if how == "an empty folder":
        assert activate(host, "check").code in (DONE, REFUSED)
    else:
        _refused(host)


def test_a_link_where_a_file_is_to_be_installed_is_not_followed(host: Host, plan: Plan) -> None:
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


def test_another_plan_than_the_approved_is_refused(host: Host, plan: Plan) -> None:
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


def test_a_signature_of_nobody_and_an_old_one_are_refused(host: Host, plan: Plan) -> None:
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


def test_an_older_serial_is_refused_unless_somebody_insists(host: Host, plan: Plan) -> None:
    unpack(host, bundle(plan, NAME, serial=7))
    for verb in ("try", "confirm"):
        assert activate(host, verb).code == DONE
    unpack(host, bundle(plan, NAME, serial=6))
    assert "serial" in _refused(host)
    assert activate(host, "check", "--force").code == DONE
    unpack(host, bundle(plan, NAME, serial=7))
    assert activate(host, "check").code == DONE
    assert activate(host, "remove").code == DONE
