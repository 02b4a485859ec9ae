"""One host of a plan between its guests and a machine beyond each uplink, on a real kernel, with addresses by hand.

Whoever is beyond an uplink may claim any address: what is seen of its packets, at the guest's wire or in what the host
answers, is what the ruleset let in.
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
"""Seconds after which what has not come was dropped; whatever comes takes a few milliseconds."""


class Crossing:
    """The machines: the host, its guests by name, and by the name of each uplink the one beyond it."""

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
        """Loads the ruleset, for the first time or once more."""
        ruleset.load(self.host, self._ruleset)

    def _machine(self, name: str) -> Namespace:
        machine = self.lab.machine(name)
        machine.sysctl(QUICK)
        return machine

    def _uplink(self, uplink: Uplink) -> Namespace:
        """The machine is the gateway of its link, or the link's first other address."""
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
        """The probing process of a machine."""
        return self.lab.agent(machine)

    def sent(self, uplink: str, packet: bytes) -> None:
        """Sends an IP packet to the host by an uplink, from the machine beyond it."""
        to = self.host.run("cat", f"/sys/class/net/{uplink}/address").strip()
        kind = ethernet.IPV6 if packet[0] >> 4 == 6 else ethernet.IPV4
        self.agent(self.beyond[uplink]).send_frame("wan", ethernet.ethernet(to, "02:00:00:00:77:77", kind, packet))

    def arrives(self, uplink: str, packet: bytes, token: bytes, guest: str) -> bool:
        """Whether a guest gets a packet that comes in by an uplink."""
        return self._seen(self.guests[guest], "eth0", uplink, packet, token)

    def answered(self, uplink: str, packet: bytes, token: bytes, by: str) -> bool:
        """Whether the host answers, by another uplink, a packet that comes in by one: with the token in it."""
        return self._seen(self.beyond[by], "wan", uplink, packet, token)

    def carried(self, uplink: str, packet: bytes, token: bytes, by: str) -> bool:
        """Whether a packet that comes in by an uplink leaves by one: itself, and no redirect that quotes it."""
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
    """How an opening segment with a sequence number is recognised, and how the answer to it is (RFC 9293, 3.4)."""
    return number.to_bytes(4, "big"), (number + 1).to_bytes(4, "big")
