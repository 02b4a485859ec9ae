"""Settings removed from units: a real networkd undoes them at reload, except those that `taploom plan` reports as kept.

The test changes a running site with many settings to one with few. Every link must then have the same kernel state as
on a site that booted with few settings; `taploom plan` must report each exception as kept.
"""

from __future__ import annotations

import contextlib
import json
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from tests.backends.running import NEWEST, OLDEST, files
from tests.sites import compiled
from tests.support import needs, systemds

from taploom.backends import guest as guest_backend
from taploom.backends import networkd
from taploom.diff.change import ComparedPlan, compare
from taploom.diff.effects import Effect
from taploom.lab.networkd import Networkd
from taploom.lab.session import Lab
from taploom.lab.waiting import LabError, wait_for

if TYPE_CHECKING:
    from pathlib import Path

    from taploom.lab.namespace import Namespace
    from taploom.plan.site import Plan

pytestmark = [needs("root", "tun", "networkd", "dbus", "ip", "unshare", "nsenter"), pytest.mark.kernel]

LITTLE = """\
taploom: 1
site: {{name: s, target: {{systemd: {version}, nftables: 1.0.6, nixos: "25.11"}}}}
networks:
  lan: {{ipv4: 10.0.0.1/24, ipv6: "fd00::1/64"}}
  side: {{ipv4: 10.5.0.1/24, ipv6: "fd05::1/64"}}
hosts:
  hv:
    uplinks:
      eth0: {{zone: out, ipv4: 203.0.113.10/32, gateway4: 203.0.113.1, ipv6: "2001:db8::10/128", gateway6: fe80::1}}
    networks: {{lan: {{taps: vm-*}}, side: {{taps: vs-*}}}}
guests:
  a: {{host: hv, nics: {{lan: {{ipv4: 10.0.0.10, ipv6: "fd00::10", tap: vm-a, mac: "02:00:00:00:00:0a"}}}}}}
"""
MUCH = """\
taploom: 1
site: {{name: s, domain: example.org, target: {{systemd: {version}, nftables: 1.0.6, nixos: "25.11"}}}}
networks:
  lan: {{ipv4: 10.0.0.1/24, ipv6: "fd00::1/64", mtu: 1400, isolated: true, dhcp: true, ra: true, dns: [9.9.9.9]}}
  side: {{ipv4: 10.5.0.1/24, ipv6: "fd05::1/64"}}
hosts:
  hv:
    uplinks:
      eth0:
        zone: out
        ipv4: 203.0.113.10/32
        gateway4: 203.0.113.1
        ipv6: "fd00::99/128"
        gateway6: fe80::1
        mtu: 1450
        metric: 50
        dns: [9.9.9.9]
    networks: {{lan: {{taps: vm-*}}, side: {{taps: vs-*}}}}
    routes: {{far: {{to: [198.51.100.0/24, "2001:db8:f::/48"], via: [10.5.0.2, "fd05::2"]}}}}
guests:
  a:
    host: hv
    nics:
      lan: {{ipv4: 10.0.0.10, ipv6: "fd00::10", tap: vm-a, mac: "02:00:00:00:00:0a", gateway: true}}
      side: {{ipv4: 10.5.0.10, ipv6: "fd05::10", tap: vs-a, mac: "02:00:00:00:00:0b"}}
"""
FLAGS = ("isolated", "hairpin", "learning", "flood", "neigh_suppress", "guard", "mcast_flood", "proxy_arp")
LINKS = {"host/hv": ("eth0", "br-lan", "br-side", "vm-a", "vs-a"), "guest/a": ("eth0",)}
State = dict[str, Any]


class Up:
    """A running host and its guest with the units of a plan, on the same veth pairs and TAPs for every plan."""

    def __init__(self, lab: Lab, name: str, plan: Plan, root: Path | None) -> None:
        self.host, self.guest = lab.machine(name), lab.machine(f"{name}-a")
        lab.cable(self.host, "eth0", lab.machine(f"{name}-outside"), "eth0")
        for machine in (self.host, self.guest):
            machine.sysctl({"net.ipv6.conf.default.dad_transmits": "0", "net.ipv6.conf.all.forwarding": "1"})
            machine.sysctl({"net.ipv6.conf.default.addr_gen_mode": "0"})
        lab.tap(self.host, "vm-a", self.guest, "eth0", "02:00:00:00:00:0a")
        lab.tap(self.host, "vs-a", self.guest, "eth1", "02:00:00:00:00:0b")
        host, guest = self._units(plan)
        self.daemons = (
            Networkd(self.host, host, bus=True, root=root),
            Networkd(self.guest, guest, bus=True, root=root),
        )

    @staticmethod
    def _units(plan: Plan) -> tuple[dict[str, str], dict[str, str]]:
        return files(networkd.artifacts(plan.hosts[0])), files(guest_backend.artifacts(plan.guests[0]))

    def take_up(self, plan: Plan) -> None:
        for daemon, units in zip(self.daemons, self._units(plan), strict=True):
            daemon.put(units)
            daemon.reload()

    def has(self, text: str) -> bool:
        return text in str(self.state())

    def state(self) -> State:
        return {
            f"{machine}: {name}": value
            for machine, found in (("host/hv", self.host), ("guest/a", self.guest))
            for name, value in {**links(found, LINKS[machine]), **routing(found)}.items()
        }


def links(machine: Namespace, names: tuple[str, ...]) -> State:
    """State of each link: MTU, bridge port flags, global addresses, and sysctls."""
    found: State = {}
    for name in names:
        (shown,) = json.loads(machine.run("ip", "-j", "-d", "addr", "show", "dev", name))
        port = shown.get("linkinfo", {}).get("info_slave_data", {})
        found |= {f"{name} {flag}": port[flag] for flag in FLAGS if flag in port}
        found[f"{name} mtu"] = shown["mtu"]
        addresses = {(a["local"], a["prefixlen"]) for a in shown["addr_info"] if a["scope"] == "global"}
        found[f"{name} addresses"] = sorted(addresses)
        for family in ("ipv4", "ipv6"):
            folder = f"/proc/sys/net/{family}/conf/{name}"
            said = machine.run("sh", "-c", f"cd {folder} && grep -s . * || true")
            found |= {
                f"{name} {family} {key}": value for key, _, value in (s.partition(":") for s in said.splitlines())
            }
    return found


def routing(machine: Namespace) -> State:
    """Routes except the kernel's own, routing rules, and proxied neighbours."""
    found: State = {}
    for family in ("-4", "-6"):
        routes = json.loads(machine.run("ip", "-j", family, "route", "show", "table", "all"))
        facts = [{k: r.get(k) for k in ("dst", "gateway", "dev", "table", "metric", "protocol")} for r in routes]
        found[f"routes {family}"] = sorted(str(r) for r in facts if r["protocol"] != "kernel")
        found[f"rules {family}"] = sorted(machine.run("ip", family, "rule").splitlines())
        found[f"answered for {family}"] = machine.run("ip", family, "neigh", "show", "proxy").split()
    return found


def differing(one: State, other: State) -> dict[str, tuple[Any, Any]]:
    return {key: (one.get(key), other.get(key)) for key in one.keys() | other.keys() if one.get(key) != other.get(key)}


@pytest.fixture(scope="module", params=systemds())
def left(request: pytest.FixtureRequest) -> tuple[Plan, Plan, dict[str, tuple[Any, Any]], tuple[str, ...]]:
    """Both plans, differences between the changed site and the freshly booted site, and complaints of the daemons."""
    root = request.param
    with Lab() as lab:
        version = min(max(Networkd(lab.machine("version"), {}, root=root).version, OLDEST), NEWEST)
        before, after = (compiled(text.format(version=version)).plan for text in (MUCH, LITTLE))
        fresh, changed = Up(lab, "fresh", after, root), Up(lab, "changed", before, root)
        for up in (fresh, changed):
            wait_for(partial(up.has, "fd00::10"), "addresses")
        changed.take_up(after)
        with contextlib.suppress(LabError):  # the test reports any other difference
            wait_for(lambda: differing(changed.state(), fresh.state()) == KEPT, "the change")
        said = tuple(line for up in (fresh, changed) for daemon in up.daemons for line in daemon.complaints())
        return before, after, differing(changed.state(), fresh.state()), said


KEPT = {
    "host/hv: eth0 mtu": (1450, 1500),
    "host/hv: eth0 ipv6 mtu": ("1450", "1500"),
    "host/hv: answered for -6": (["fd00::99", "dev", "br-lan", "proxy"], []),
}


def test_settings_that_stay_in_force_are_reported_as_kept(
    left: tuple[Plan, Plan, dict[str, tuple[Any, Any]], tuple[str, ...]],
) -> None:
    before, after, found, said = left
    assert said == ()
    assert found == KEPT
    rows = [
        one
        for one in compare(ComparedPlan("a", before), ComparedPlan("b", after)).disruption
        if one.effect is Effect.KEPT
    ]
    kept = {(one.device, setting.key, setting.before) for one in rows for setting in one.settings}
    assert kept == {("eth0", "Link.MTUBytes", "1450"), ("br-lan", "Network.IPv6ProxyNDPAddress", "fd00::99")}
