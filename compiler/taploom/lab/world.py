"""Simulates the world beyond uplinks: the links to which uplinks are connected, and internet hosts.

One machine simulates all links and internet hosts. Each segment is a bridge of this machine, with a router address in
each family; a networkd serves DHCP and sends router advertisements there. Uplinks of several hosts can be on one
segment, so that these hosts also reach each other outside. Internet hosts are further addresses of the machine. By
itself, the machine has no route to the networks of a site, so it can reply only to translated or public addresses.
"""

from __future__ import annotations

from ipaddress import IPv6Interface, ip_address
from typing import TYPE_CHECKING

from taploom.base.frozen import dataclass
from taploom.lab.namespace import veth
from taploom.lab.networkd import Networkd

if TYPE_CHECKING:
    from collections.abc import Iterable

    from taploom.lab.namespace import Namespace
    from taploom.lab.session import Lab


@dataclass(frozen=True, slots=True)
class Segment:
    """One link of the world.

    Attributes:
        name: Name of the link's bridge in the world's machine.
        ipv4: The router's IPv4 address and prefix length, or None.
        ipv6: The router's IPv6 address and prefix length, or None; a /64 if `ra` is set.
        dhcp: Whether the router serves DHCP for IPv4; the pool begins 100 addresses after the network address.
        ra: Whether the router advertises the prefix.
        also: Further addresses of the router, such as `fe80::1/64`.
    """

    name: str = "wan"
    ipv4: str | None = "203.0.113.1/24"
    ipv6: str | None = "2001:db8:1::1/64"
    dhcp: bool = True
    ra: bool = True
    also: tuple[str, ...] = ()

    def units(self) -> dict[str, str]:
        """The networkd units of the link's bridge."""
        dhcp, ra = self.dhcp and self.ipv4 is not None, self.ra and self.ipv6 is not None
        lines = ["[Match]", f"Name={self.name}", "[Link]", "RequiredForOnline=no", "[Network]"]
        lines += [f"Address={address}" for address in (self.ipv4, self.ipv6, *self.also) if address is not None]
        lines += ["ConfigureWithoutCarrier=yes", "IPv6AcceptRA=no"]
        lines += [f"DHCPServer={'yes' if dhcp else 'no'}", f"IPv6SendRA={'yes' if ra else 'no'}"]
        if dhcp:
            lines += ["[DHCPServer]", "PoolOffset=100", "PoolSize=100", "EmitDNS=no"]
        if ra and self.ipv6 is not None:
            lines += ["[IPv6Prefix]", f"Prefix={IPv6Interface(self.ipv6).network}"]
        return {
            f"10-{self.name}.netdev": f"[NetDev]\nName={self.name}\nKind=bridge\n",
            f"10-{self.name}.network": "\n".join(lines) + "\n",
        }


class World:
    """A running world beyond uplinks.

    Attributes:
        machine: The machine that simulates the world; use an agent to probe from it or to listen on it.
        networkd: The daemon that serves the segments.
    """

    def __init__(
        self, lab: Lab, segments: Iterable[Segment] = (Segment(),), hosts: Iterable[str] = (), name: str = "internet"
    ) -> None:
        """Creates the world.

        Args:
            lab: The lab; the world ends with it.
            segments: Links to which hosts can be connected.
            hosts: Addresses of internet hosts, such as `198.51.100.7` or `2001:db8:f::7`.
            name: Name of the machine.
        """
        self.machine = lab.machine(name)
        # A tentative address cannot be a source, and no other machine has these addresses.
        self.machine.sysctl({"net.ipv6.conf.default.dad_transmits": "0", "net.ipv6.conf.default.accept_dad": "0"})
        self.machine.sysctl({"net.ipv4.conf.all.forwarding": "1", "net.ipv6.conf.all.forwarding": "1"})
        for host in hosts:
            self.machine.ip(f"addr add {host}/{ip_address(host).max_prefixlen} dev lo")
        units = {path: text for segment in segments for path, text in segment.units().items()}
        self.networkd = Networkd(self.machine, units)
        self._ports = 0

    def plug(self, segment: str, host: Namespace, ifname: str) -> None:
        """Creates an interface of a machine, and connects it to a segment.

        The interface is down, like a network card at boot. If it were up before networkd has made the kernel ignore
        router advertisements, it would get an address from the first advertisement.

        Args:
            segment: Name of the segment.
            host: The machine.
            ifname: Name of the new interface, such as `eth0`.
        """
        self._ports += 1
        port = f"port{self._ports}"
        veth(self.machine, port, host, ifname, up=False)
        self.machine.ip(f"link set {port} master {segment}")
