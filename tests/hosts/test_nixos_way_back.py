"""Commands of the NixOS how-to page: unless cancelled, a systemd timer switches back to the system of the profile.

systemd and its timer are real; the two NixOS systems are scripts that record how they were called.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.hosts.booted import Host, booted
from tests.support import needs

from taploom.lab.waiting import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.kernel, needs("root", "boot")]

PAGE = Path(__file__).parents[2] / "site/how-to/nixos.md"
PROFILE = "/nix/var/nix/profiles/system"
SWITCH = "bin/switch-to-configuration"
NOTED = "/run/noted"


@pytest.fixture(scope="module")
def host(tree: Path) -> Iterator[Host]:
    """A host with an old NixOS system, to which its profile points, and a new one."""
    with booted(tree) as host:
        for system in ("old", "new"):
            host.push({f"/nix/store/{system}/{SWITCH}": f"#!/bin/sh\necho {system} $1 >{NOTED}\n"}, mode=0o755)
        host.run("mkdir", "-p", str(Path(PROFILE).parent))
        host.run("ln", "-s", "/nix/store/old", PROFILE)
        yield host


def shown(program: str) -> list[str]:
    """The only command line on the page that runs `program` as root."""
    (line,) = re.findall(rf"^# ({program} .*)$", PAGE.read_text(), re.MULTILINE)
    return str(line).split()


def take_up(host: Host, time: str) -> None:
    """Starts the rollback timer, and switches to the new system as `nixos-rebuild test` does."""
    arm = shown("systemd-run")
    assert "--on-active=2m" in arm
    host.run(*(f"--on-active={time}" if word == "--on-active=2m" else word for word in arm))
    host.run(f"/nix/store/new/{SWITCH}", "test")
    assert host.run("cat", NOTED) == "new test\n"


def test_the_timer_switches_back_to_the_system_of_the_profile(host: Host) -> None:
    take_up(host, "8s")
    wait_for(lambda: host.run("cat", NOTED) == "old test\n", "the rollback")


def test_a_system_that_was_confirmed_stays(host: Host) -> None:
    take_up(host, "2m")
    assert "taploom-revert.timer" in host.run("systemctl", "list-timers", "--all")
    host.run(*shown("systemctl"))
    assert "taploom-revert" not in host.run("systemctl", "list-units", "--all")
    assert host.run("cat", NOTED) == "new test\n"
