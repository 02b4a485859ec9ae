"""Reserved addresses with a real networkd: only the right client identifier gets one; the guard drops other clients."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.backends.running import Running
from tests.sites import compiled
from tests.support import needs, systemds

from taploom.checks.reserved_by_identifier import BY_HARDWARE
from taploom.driver import rendered
from taploom.lab import ruleset
from taploom.lab.networkd import Networkd
from taploom.lab.session import Lab
from taploom.lab.waiting import wait_for

TEXT = (Path(__file__).parent / "cloud-image.yaml").read_text(encoding="utf-8")
RESERVED = "10.9.0.58/24"
GATEWAY = "10.9.0.1"
AS_IT_COMES = "[Match]\nName=eth0\n[Network]\nDHCP=ipv4\n"


@needs("root", "tun", "networkd", "dbus", "nft", "ip", "unshare", "nsenter", "ping")
@pytest.mark.kernel
@pytest.mark.parametrize("root", systemds())
@pytest.mark.parametrize(("more", "by_mac"), [("", False), ("[DHCPv4]\nClientIdentifier=mac\n", True)])
def test_a_client_without_its_mac_as_identifier_gets_another_address_and_is_dropped(
    root: Path | None, more: str, by_mac: bool
) -> None:
    plan = compiled(TEXT).plan
    (host,), (guest,) = plan.hosts, plan.guests
    with Lab() as lab:
        run = Running(lab, root, host)
        ruleset.load(run.machine, {file.path: file.text for file in rendered(plan)}["hosts/hv/nftables/taploom.nft"])
        image = lab.machine("cloud")
        lab.tap(run.machine, guest.nics[0].tap, image, "eth0", str(guest.nics[0].mac))
        Networkd(image, {"10.network": AS_IT_COMES + more}, root=root)
        (given,) = wait_for(lambda: {a for a in image.addresses("eth0") if "." in a}, "a lease", 20.0)
        assert (given == RESERVED) is (by_mac or run.daemon.version >= BY_HARDWARE)
        image.run("ping", "-c", "1", "-W", "1", GATEWAY, check=False)
        assert ("lladdr" in image.run("ip", "neigh", "show", GATEWAY)) is (given == RESERVED)
