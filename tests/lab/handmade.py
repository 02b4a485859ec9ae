"""A small site with handwritten units like those of the compiler, so that lab tests do not need the compiler."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from taploom.lab import ruleset
from taploom.lab.networkd import Networkd
from taploom.lab.waiting import wait_for
from taploom.lab.world import World

if TYPE_CHECKING:
    from pathlib import Path

    from taploom.lab.probe import Agent
    from taploom.lab.session import Lab

MACS = {"web": "02:00:00:00:00:0a", "db": "02:00:00:00:00:0b"}
OUTSIDE4, OUTSIDE6 = "198.51.100.7", "2001:db8:f::7"

BRIDGE = {
    "10-vmbr.netdev": "[NetDev]\nName=vmbr\nKind=bridge\n",
    "10-vmbr.network": """
        [Match]
        Name=vmbr
        [Network]
        Address=10.0.0.1/24
        Address=fd12:3456:789a::1/64
        ConfigureWithoutCarrier=yes
        DHCPServer=yes
        IPv6SendRA=yes
        IPv6AcceptRA=no
        [DHCPServer]
        PoolOffset=100
        PoolSize=50
        EmitDNS=no
        [DHCPServerStaticLease]
        MACAddress=02:00:00:00:00:0a
        Address=10.0.0.10
        [DHCPServerStaticLease]
        MACAddress=02:00:00:00:00:0b
        Address=10.0.0.11
        [IPv6Prefix]
        Prefix=fd12:3456:789a::/64
        [Link]
        RequiredForOnline=no
        """,
    "20-taps.network": """
        [Match]
        Name=vm-*
        Kind=tun
        [Network]
        Bridge=vmbr
        [Link]
        RequiredForOnline=no
        """,
    "30-eth0.network": """
        [Match]
        Name=eth0
        [Network]
        DHCP=ipv4
        IPv6AcceptRA=yes
        """,
}


def guest_units(name: str) -> dict[str, str]:
    return {
        "10-eth0.network": f"""
            [Match]
            MACAddress={MACS[name]}
            [Network]
            DHCP=ipv4
            IPv6AcceptRA=yes
            [DHCPv4]
            ClientIdentifier=mac
            """
    }


def dedented(units: dict[str, str]) -> dict[str, str]:
    return {path: textwrap.dedent(text) for path, text in units.items()}


class Site:
    """A running hypervisor with two guests and an uplink to an outside world."""

    def __init__(self, lab: Lab, root: Path | None = None) -> None:
        self.root = root
        self.lab = lab
        self.world = World(lab, hosts=(OUTSIDE4, OUTSIDE6))
        self.host = lab.machine("hypervisor")
        self.host.sysctl({"net.ipv4.conf.all.forwarding": "1", "net.ipv6.conf.all.forwarding": "1"})
        ruleset.filter_bridged(self.host, on=False)
        self.world.plug("wan", self.host, "eth0")
        self.host.sysctl({"net/ipv6/conf/eth0/accept_ra": "2"})
        self.networkd = Networkd(self.host, dedented(BRIDGE), bus=True, root=root)
        # This check comes before any guest is connected: a bridge without carrier must get its addresses too.
        self.networkd.wait_for_addresses("vmbr", "10.0.0.1/24", "fd12:3456:789a::1/64", usable=False)
        self.guests = {name: self._boot(name) for name in MACS}

    def _boot(self, name: str) -> Networkd:
        machine = self.lab.machine(name)
        self.lab.tap(self.host, f"vm-{name}", machine, "eth0", MACS[name])
        return Networkd(machine, dedented(guest_units(name)), root=self.root)

    def agent(self, name: str) -> Agent:
        machine = self.guests[name].namespace if name in self.guests else self.world.machine
        return self.lab.agent(machine)

    def uplink(self) -> str:
        def look() -> list[str]:
            found = self.host.addresses("eth0", usable=True)
            return [address.partition("/")[0] for address in found if address.startswith("203.0.113.")]

        return wait_for(look, "a lease on the uplink")[0]
