"""Test bed on a real kernel, without networkd: a host of a plan, its guests, and a machine behind each uplink.

A machine behind an uplink can send from any source address. A test observes which of its packets pass the ruleset: at a
guest's interface, in the host's replies, or at another uplink.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from taploom.driver import rendered
from taploom.lab import ethernet, ruleset
from taploom.lab.waiting import LabError, wait_for
from taploom.plan.host import Fixed

if TYPE_CHECKING:
    from taploom.lab.namespace import Namespace
    from taploom.lab.probe import Agent
    from taploom.lab.session import Lab
    from taploom.plan.host import Bridge, Host, Uplink
    from taploom.plan.site import Plan

FORWARDING = {"net.ipv4.conf.all.forwarding": "1", "net.ipv6.conf.all.forwarding": "1"}
QUICK = {"net.ipv6.conf.all.accept_dad": "0", "net.ipv6.conf.default.accept_dad": "0"}
PATIENCE = 1.0
"""Seconds after which a missing packet counts as dropped; a passing one takes a few milliseconds."""


class Crossing:
    """Running machines of the test bed.

    Attributes:
        plan: Planned host.
        host: Machine of the host.
        guests: Machines of the host's guests, by name.
        beyond: Machine behind each uplink, by the uplink's name.
    """

    def __init__(self, lab: Lab, plan: Plan, name: str) -> None:
        self.lab = lab
        self.plan: Host = next(host for host in plan.hosts if host.name == name)
        self.host = self._machine(name)
        self.host.sysctl(FORWARDING)
        ruleset.filter_bridged(self.host, on=False)
        self.beyond = {uplink.name: self._uplink(uplink) for uplink in self.plan.uplinks}
        self.guests: dict[str, Namespace] = {}
        for bridge in self.plan.bridges:
            self._bridge(bridge)
        for number, route in enumerate(self.plan.routes):
            metric = route.metric or 100 + number
            self.host.ip(f"route add {route.to} via {route.via} dev {route.device} metric {metric}")
        self._ruleset = next(a.text for a in rendered(plan) if a.path == f"hosts/{name}/nftables/taploom.nft")
        self.load()

    def load(self) -> None:
        """Loads the host's ruleset, replacing a loaded one."""
        ruleset.load(self.host, self._ruleset)

    def _machine(self, name: str) -> Namespace:
        machine = self.lab.machine(name)
        machine.sysctl(QUICK)
        return machine

    def _uplink(self, uplink: Uplink) -> Namespace:
        """Adds the machine behind an uplink; it has the gateway's address, or else another address of the link."""
        machine = self._machine(f"beyond-{uplink.name}")
        self.lab.cable(self.host, uplink.name, machine, "wan")
        for side in (uplink.ipv4, uplink.ipv6):
            if isinstance(side, Fixed):
                self.host.ip(f"addr add {side.interface} dev {uplink.name}")
                hops = [r.via for r in self.plan.routes if r.via in side.interface.prefix]
                first, own = side.interface.prefix.first, side.interface.address
                near = side.gateway or next(iter(hops), first + (5 if first + 5 != own else 6))
                machine.ip(f"addr add {near}/{side.interface.length} dev wan")
                if side.gateway:
                    self.host.ip(f"route add default via {side.gateway} dev {uplink.name}")
        return machine

    def _bridge(self, bridge: Bridge) -> None:
        self.host.ip(f"link add {bridge.device} type bridge mcast_snooping 0")
        for own in (bridge.ipv4, bridge.ipv6):
            if own:
                self.host.ip(f"addr add {own} dev {bridge.device}")
        self.host.ip(f"link set {bridge.device} up")
        for port in bridge.ports:
            machine = self.guests[port.guest] = self._machine(port.guest)
            self.lab.cable(self.host, port.tap, machine, "eth0")
            machine.ip(f"link set eth0 address {port.mac}")
            for addresses, own in ((port.ipv4, bridge.ipv4), (port.ipv6, bridge.ipv6)):
                for address in addresses or ():
                    assert own
                    machine.ip(f"addr add {address}/{own.length} dev eth0")
                    machine.ip(f"route replace default via {own.address}")
            self.host.ip(f"link set {port.tap} master {bridge.device}")

    def agent(self, machine: Namespace) -> Agent:
        """The probe agent of a machine."""
        return self.lab.agent(machine)

    def sent(self, uplink: str, packet: bytes) -> None:
        """Sends an IP packet to the host from the machine behind an uplink."""
        to = self.host.run("cat", f"/sys/class/net/{uplink}/address").strip()
        kind = ethernet.IPV6 if packet[0] >> 4 == 6 else ethernet.IPV4
        self.agent(self.beyond[uplink]).send_frame("wan", ethernet.ethernet(to, "02:00:00:00:77:77", kind, packet))

    def arrives(self, uplink: str, packet: bytes, token: bytes, guest: str) -> bool:
        """Whether a packet that enters by an uplink reaches a guest; the token identifies the packet."""
        return self._seen(self.guests[guest], "eth0", uplink, packet, token)

    def answered(self, uplink: str, packet: bytes, token: bytes, by: str) -> bool:
        """Whether a packet that enters by `uplink` gets an answer that contains the token and leaves by uplink `by`."""
        return self._seen(self.beyond[by], "wan", uplink, packet, token)

    def carried(self, uplink: str, packet: bytes, token: bytes, by: str) -> bool:
        """Whether a packet that enters by `uplink` leaves by `by`; an ICMP redirect that quotes it does not count."""
        return self._seen(self.beyond[by], "wan", uplink, packet, token, packet[:7])

    def _seen(
        self, machine: Namespace, device: str, uplink: str, packet: bytes, token: bytes, head: bytes = b""
    ) -> bool:
        observer = self.agent(machine)
        observer.capture(device)
        self.sent(uplink, packet)

        def come() -> bool:
            return any(token in frame and frame[14:].startswith(head) for frame in observer.captured(device))

        try:
            wait_for(come, "the packet", PATIENCE)
        except LabError:
            return False
        return True


def opened(number: int) -> tuple[bytes, bytes]:
    """Two tokens: of a TCP SYN with this sequence number, and of the reply that acknowledges it (RFC 9293, 3.4)."""
    return number.to_bytes(4, "big"), (number + 1).to_bytes(4, "big")
