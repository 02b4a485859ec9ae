"""Runs a real networkd with third-party units next to taploom's.

For each link, networkd uses the first matching file in name order.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from tests.backends import variants
from tests.backends.running import OLDEST, files, link
from tests.support import needs

from taploom.backends import networkd
from taploom.lab.networkd import Networkd
from taploom.lab.session import Lab
from taploom.lab.waiting import wait_for
from taploom.plan.host import Taps

pytestmark = needs("root", "tun", "networkd", "dbus", "ip", "unshare", "nsenter")

GUIDE = {
    "10-microvm.netdev": "[NetDev]\nKind=bridge\nName=microvm\n",
    "10-microvm.network": "[Match]\nName=microvm\n[Network]\nConfigureWithoutCarrier=yes\nLinkLocalAddressing=no\n",
    "11-microvm.network": "[Match]\nName=vm-*\n[Network]\nBridge=microvm\n",
}
"""Units from the networking guide of microvm.nix."""


def test_taps_join_our_bridge_even_if_units_of_the_microvm_guide_match_them(root: Path | None) -> None:
    lan = variants.bridge("lan", "10.1.0.1/24", taps=Taps(("vm-*",), create=False, user=""))
    host = variants.host(lan)
    assert host.target.systemd >= OLDEST
    with Lab() as lab:
        machine = lab.machine("hv")
        daemon = Networkd(machine, {**files(networkd.artifacts(host)), **GUIDE}, root=root)
        for bridge in ("br-lan", "microvm"):
            wait_for(partial(link, machine, bridge), bridge)
        lab.tap(machine, "vm-x", lab.machine("x"), "eth0", "02:00:00:00:00:01")
        wait_for(lambda: link(machine, "vm-x").get("master"), "a bridge for the TAP")
        assert link(machine, "vm-x")["master"] == "br-lan"
        assert daemon.complaints() == ()
