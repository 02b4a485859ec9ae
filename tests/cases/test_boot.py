"""Uplinks for which the boot waits: tests run systemd-networkd-wait-online next to a networkd with rendered units."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.backends.running import Running
from tests.sites import NOW, compiled
from tests.support import needs, systemds

from taploom.backends import boot
from taploom.flows.reach.endpoints import end_of, services_of
from taploom.flows.reach.query import Inquiry
from taploom.lab.session import Lab
from taploom.lab.waiting import wait_for
from taploom.lab.world import Segment, World
from taploom.report.reach import Asked, reach_text

if TYPE_CHECKING:
    from taploom.plan.host import Host

TEXT = (Path(__file__).parent / "line-without-carrier.yaml").read_text(encoding="utf-8")
FOREIGN = """\
taploom: 1
networks:
  vms: {ipv4: 10.9.0.1/24, ipv6: "fd12:3456:789a::1/64", dhcp: true, ra: true}
hosts:
  edge: {uplinks: UPLINKS, networks: {vms: {taps: vm-*}}}
"""
SECONDS = 3
"""Timeout of the wait in seconds, enough for a busy machine. If the wait must fail, the test lasts that long."""

kernel = needs("root", "tun", "networkd", "dbus", "nft", "ip", "unshare", "nsenter")


def host_of(text: str) -> Host:
    return compiled(text).plan.hosts[0]


def command(host: Host) -> list[str]:
    """Command line of the wait-online service, from the host's drop-in if it has one, else systemd's default."""
    commands = [line.text for artifact in boot.artifacts(host) for line in artifact.lines]
    return next((text.partition("=")[2].split() for text in reversed(commands)), [boot.PROGRAM])


def online(monkeypatch: pytest.MonkeyPatch, root: Path | None, host: Host, *dead: str) -> bool:
    """Whether the wait ends in time if the uplinks in `dead` never have a carrier."""
    plug = World.plug

    def plugged(world: World, segment: str, machine: object, ifname: str) -> None:
        plug(world, segment, machine, ifname)  # type: ignore[arg-type]
        if ifname in dead:
            world.machine.ip(f"link set port{world._ports} down")

    monkeypatch.setattr(World, "plug", plugged)
    with Lab() as lab:
        run = Running(lab, root, host, segment=Segment("wan"))
        wait_for(lambda: run.daemon.links()["br-vms"].setup == "configured", "the bridge to be configured")
        assert run.complaints() == {}
        program, *flags = command(host)
        asked = (*run.daemon._within, program, f"--timeout={SECONDS}", *flags)
        said = run.machine.run("sh", "-c", '"$@" 2>&1 && echo online', "sh", *asked, check=False)
        assert "online" in said or "Timeout occurred" in said
        return "online" in said.splitlines()


@kernel
@pytest.mark.kernel
@pytest.mark.parametrize("root", systemds())
@pytest.mark.parametrize(
    ("dead", "expected"), [((), True), (("lte",), True), (("fibre",), True), (("fibre", "lte"), False)]
)
def test_boot_waits_for_any_one_of_several_uplinks(
    monkeypatch: pytest.MonkeyPatch, root: Path | None, dead: tuple[str, ...], expected: bool
) -> None:
    assert online(monkeypatch, root, host_of(TEXT), *dead) is expected


@kernel
@pytest.mark.kernel
@pytest.mark.parametrize("root", systemds())
@pytest.mark.parametrize("uplinks", ["{eth0: {zone: internet}}", "{}"], ids=["configured by another tool", "none"])
def test_without_an_uplink_of_networkd_boot_does_not_wait(
    monkeypatch: pytest.MonkeyPatch, root: Path | None, uplinks: str
) -> None:
    assert online(monkeypatch, root, host_of(FOREIGN.replace("UPLINKS", uplinks)))


def test_the_drop_in_is_installed_where_systemd_looks_for_it() -> None:
    (artifact,) = boot.artifacts(host_of(TEXT))
    assert artifact.install == "/etc/systemd/system/systemd-networkd-wait-online.service.d/05-taploom.conf"
    assert artifact.text == "[Service]\nExecStart=\nExecStart=/lib/systemd/systemd-networkd-wait-online --any\n"
    assert Path(boot.PROGRAM).is_file()


def test_a_host_with_one_uplink_needs_no_drop_in() -> None:
    one = "\n".join(line for line in TEXT.splitlines() if not line.strip().startswith(("lte:", "vpn-backup:")))
    assert boot.artifacts(host_of(one.replace("forwards:\n", ""))) == ()


def test_reach_names_the_uplink_by_which_replies_leave() -> None:
    inquiry = Inquiry(compiled(TEXT).plan, NOW)
    source, to = (end_of(inquiry.index, text) for text in ("internet", "edge/lte"))
    replies = inquiry.ask(source, to, services_of(inquiry.index, "ssh"))
    text = reach_text(Asked("internet", "edge/lte", "ssh", inquiry, replies))
    blocks = [block for block in text.split("\n\n") if "allow by policy/admin" in block]
    notes = {("lte" if "in by lte" in block else "fibre"): block for block in blocks}
    assert "answers leave edge by fibre\n" in notes["fibre"]
    assert "answers leave edge by fibre, not by lte: a provider drops packets with" in notes["lte"]
