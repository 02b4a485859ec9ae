"""For a site with an unreadable part, taploom reports that part and suppresses errors that merely follow from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.bench.sites import write_site

from taploom.base import parallel
from taploom.base.diagnostic_rule import Severity
from taploom.driver import compile_blobs, compile_site
from taploom.passes.lock import FILE

if TYPE_CHECKING:
    from pathlib import Path

NETWORKS = "taploom: 1\nnetworks:\n  lan: {ipv4: 10.0.0.1/24}\n"
HOSTS = "taploom: 1\nhosts:\n  hv1: {input: foreign, networks: {lan: {}}}\n"
WAIVERS = "taploom: 1\nwaivers:\n  later: {code: TL513, on: network/lan, reason: the host comes next week}\n"


def codes(networks: bytes) -> list[str]:
    """The codes of all findings if the file with the networks has the given content."""
    blobs = {"specs/n.yaml": networks, "specs/h.yaml": HOSTS.encode(), "specs/w.yaml": WAIVERS.encode()}
    return [diagnostic.code for diagnostic in compile_blobs(blobs, "specs", now=0).diagnostics]


def test_the_whole_site_is_checked() -> None:
    assert codes(NETWORKS.encode()) == ["TL213"]
    assert codes(b"taploom: 1\n") == ["TL203", "TL213"]


@pytest.mark.parametrize(
    ("networks", "code"),
    [
        (f"{NETWORKS}  dmz: [\n".encode(), "TL113"),
        (f"{NETWORKS}# \xfc\n".encode("latin-1"), "TL106"),
        (f"taploom: 1\n---\n{NETWORKS}".encode(), "TL116"),
        (b"", "TL114"),
        (b"- lan\n", "TL115"),
    ],
)
def test_names_of_an_unreadable_file_are_not_called_unknown(networks: bytes, code: str) -> None:
    assert codes(networks) == [code]


def test_a_mistake_in_a_readable_file_is_still_found() -> None:
    blobs = {"specs/n.yaml": b"[", "specs/h.yaml": HOSTS.replace("lan: {}", "LAN: {}").encode()}
    found = compile_blobs(blobs, "specs", now=0)
    assert [diagnostic.code for diagnostic in found.diagnostics] == ["TL204", "TL113"]


def test_a_stray_link_is_a_missing_file(tmp_path: Path) -> None:
    (tmp_path / "h.yaml").write_text(HOSTS)
    (tmp_path / "n.yaml").symlink_to("/etc/hostname")
    assert [diagnostic.code for diagnostic in compile_site(tmp_path, now=0).diagnostics] == ["TL104"]


def test_a_network_without_guests_is_proven_as_well() -> None:
    host = "taploom: 1\nhosts:\n  hv1: {uplinks: {eth0: {zone: wan, ipv4: dhcp}}, networks: {lan: {taps: vm-*}}}\n"
    policy = "taploom: 1\npolicy:\n  admin: {from: any, to: host/hv1, allow: ssh}\n"
    blobs = {"specs/n.yaml": NETWORKS.encode(), "specs/h.yaml": host.encode(), "specs/p.yaml": policy.encode()}
    assert [diagnostic.code for diagnostic in compile_blobs(blobs, "specs", now=0).diagnostics] == ["TL705"]


@pytest.mark.unthreaded
def test_a_large_site_with_a_mistake_is_not_proven_and_has_no_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parallel, "_processors", lambda: 2)
    write_site(tmp_path, 120, 2)
    twin = "  twin: {host: hv00, nics: {front00: {ipv4: 10.10.0.9, ipv6: none, mac: 02:00:00:00:00:09}}}\n"
    (tmp_path / "twins.yaml").write_text(f"taploom: 1\nguests:\n{twin}{twin.replace('twin', 'other')}")
    (tmp_path / FILE).write_text(compile_site(tmp_path, now=0, prove=False).lock.text())
    found = compile_site(tmp_path, now=0, render=True)
    assert {diagnostic.code for diagnostic in found.diagnostics if diagnostic.severity is Severity.ERROR} == {
        "TL412",
        "TL414",
    }
    assert found.printed == ()
