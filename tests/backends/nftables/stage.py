"""Test bed for rulesets: a host, its guests and an outside world, without daemons; tests set addresses and routes.

Only the ruleset is under test, so nothing else may drop a packet: guests have their addresses at once, veths replace
the TAPs and have their names, and an uplink that learns its address in reality has it from the start.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests import plans

from taploom.backends import nftables
from taploom.base.address import parse_address, parse_interface, parse_mac
from taploom.lab import ruleset
from taploom.lab.probe import Probe, ProbeResult, run
from taploom.plan.host import Fixed, Port, Taps, Uplink

if TYPE_CHECKING:
    from taploom.lab.namespace import Namespace
    from taploom.lab.probe import Agent, Outcome
    from taploom.lab.session import Lab
    from taploom.plan.host import Bridge, Host

HOST4, HOST6 = "203.0.113.2", "2001:db8:1::2"
ROUTER4, ROUTER6 = "203.0.113.1", "2001:db8:1::1"
WEB4, WEB6 = "198.51.100.7", "2001:db8:f::7"
REMOTE4, REMOTE6 = "10.9.0.5", "fd12:3456:9::5"
OUTER6 = "2001:db8:77::/64"
TCP, UDP = (22, 80, 443, 2222, 8080, 8081, 9000, 9001, 9002), (53, 80, 5000, 5001)


def dmz() -> Bridge:
    """A second network with one guest, `db`."""
    here = plans.origin("networks.dmz", 30)
    port = Port(
        "db", "dz-db", parse_mac("02:00:00:00:00:20"), (parse_address("10.1.0.20"),),
        (parse_address("fd12:3456:789b::20"),), here,
    )  # fmt: skip
    return replace(
        plans.bridge(), network="dmz", device="br-dmz", zone="dmz", ipv4=parse_interface("10.1.0.1/24"),
        ipv6=parse_interface("fd12:3456:789b::1/64"), dhcp=None, ra=None, taps=Taps(("dz-db",), create=False, user=""),
        ports=(port,), origin=here,
    )  # fmt: skip


def host() -> Host:
    """The seed's host with the second network added."""
    seed = plans.host()
    prefixes = [i.prefix for bridge in (dmz(), *seed.bridges) for i in (bridge.ipv4, bridge.ipv6) if i]
    return replace(seed, bridges=(dmz(), *seed.bridges), site_prefixes=tuple(sorted(prefixes)))


def static() -> tuple[Uplink, ...]:
    """The host's uplink with its addresses on the stage as fixed addresses."""
    return (
        replace(
            plans.host().uplinks[0],
            ipv4=Fixed(parse_interface(f"{HOST4}/24"), parse_address(ROUTER4)),
            ipv6=Fixed(parse_interface(f"{HOST6}/64"), parse_address(ROUTER6)),
        ),
    )


class Stage:
    """The running machines. `play` loads a ruleset; `ask` sends the probes of flows between the machines."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.host = lab.machine("hypervisor")
        forwarding = {"net.ipv4.conf.all.forwarding": "1", "net.ipv6.conf.all.forwarding": "1"}
        quick = {"net.ipv6.conf.all.accept_dad": "0", "net.ipv6.conf.default.accept_dad": "0"}
        self.host.sysctl({**forwarding, **quick})
        ruleset.filter_bridged(self.host, on=False)
        self.machines = {"hypervisor": self.host}
        for bridge in host().bridges:
            self._bridge(bridge)
        self._outside()
        for name in ("docker1", "docker2"):
            self._foreign(name)
        for name in self.machines:
            self.listen(name)

    def _bridge(self, bridge: Bridge) -> None:
        self.host.ip(f"link add {bridge.device} type bridge mcast_snooping 0")
        for interface in (bridge.ipv4, bridge.ipv6):
            self.host.ip(f"addr add {interface} dev {bridge.device}")
        self.host.ip(f"link set {bridge.device} up")
        for port in bridge.ports:
            assert port.ipv4
            assert port.ipv6
            self.guest(bridge, port.guest, port.tap, str(port.mac), str(port.ipv4[0]), str(port.ipv6[0]))

    def guest(self, bridge: Bridge, name: str, tap: str, mac: str, ipv4: str, ipv6: str) -> Namespace:
        """Adds a machine with one interface on a bridge of the host."""
        machine = self.machine(name)
        self.lab.cable(self.host, tap, machine, "eth0")
        machine.ip(f"link set eth0 address {mac}")
        assert bridge.ipv4
        assert bridge.ipv6
        for address, gateway in ((ipv4, bridge.ipv4), (ipv6, bridge.ipv6)):
            machine.ip(f"addr add {address}/{gateway.length} dev eth0")
            machine.ip(f"route add default via {gateway.address}")
        self.host.ip(f"link set {tap} master {bridge.device}")
        return machine

    def machine(self, name: str) -> Namespace:
        """Adds a machine without duplicate address detection, so that its IPv6 addresses are usable at once."""
        machine = self.lab.machine(name)
        machine.sysctl({"net.ipv6.conf.all.accept_dad": "0", "net.ipv6.conf.default.accept_dad": "0"})
        self.machines[name] = machine
        return machine

    def _outside(self) -> None:
        """Adds the machine `internet`: the uplink's router. It also owns `WEB4`, `WEB6`, `REMOTE4` and `REMOTE6`."""
        world = self.machine("internet")
        world.sysctl({"net.ipv4.conf.all.forwarding": "1", "net.ipv6.conf.all.forwarding": "1"})
        self.lab.cable(self.host, "eth0", world, "wan")
        for address in (f"{ROUTER4}/24", f"{ROUTER6}/64"):
            world.ip(f"addr add {address} dev wan")
        for address in (WEB4, WEB6, REMOTE4, REMOTE6):
            world.ip(f"addr add {address} dev lo")
        for address, router in ((f"{HOST4}/24", ROUTER4), (f"{HOST6}/64", ROUTER6)):
            self.host.ip(f"addr add {address} dev eth0")
            self.host.ip(f"route add default via {router}")
        # The outside has routes to the guests, so that only the ruleset can keep its packets out.
        for prefix in ("10.0.0.0/24", "10.1.0.0/24"):
            world.ip(f"route add {prefix} via {HOST4}")
        for prefix in ("fd12:3456:789a::/64", "fd12:3456:789b::/64", OUTER6):
            world.ip(f"route add {prefix} via {HOST6}")

    def _foreign(self, name: str) -> None:
        """Adds a network on the host that taploom does not manage, as Docker would."""
        machine, number = self.machine(name), name[-1]
        self.lab.cable(self.host, name, machine, "eth0")
        for gateway, address, length in (
            (f"172.17.{number}.1", f"172.17.{number}.2", 24),
            (f"fd17:{number}::1", f"fd17:{number}::2", 64),
        ):
            self.host.ip(f"addr add {gateway}/{length} dev {name}")
            machine.ip(f"addr add {address}/{length} dev eth0")
            machine.ip(f"route add default via {gateway}")

    def play(self, plan: Host) -> None:
        """Loads the ruleset of a host's plan in place of the previous one."""
        (artifact,) = nftables.artifacts(plan)
        ruleset.load(self.host, artifact.text)

    def forget(self) -> None:
        """Clears neighbour tables of all machines and forwarding tables of bridges, which forged frames may change."""
        for machine in self.machines.values():
            machine.ip("neigh flush all")
        for bridge in host().bridges:
            self.host.ip(f"link set {bridge.device} type bridge fdb_flush")

    def listen(self, name: str) -> None:
        """Starts listeners on all ports that probes use."""
        self.agent(name).listen("tcp", *TCP)
        self.agent(name).listen("udp", *UDP)

    def agent(self, name: str) -> Agent:
        """The probe agent of a machine."""
        return self.lab.agent(self.machines[name])

    def ask(self, *flows: Flow) -> None:
        """Sends the probes of all flows at once, and checks each answer against the flow's expectation."""
        answers = run([flow.probe(self) for flow in flows])
        wrong = [f"{flow}: {answer}" for flow, answer in zip(flows, answers, strict=True) if not flow.held(answer)]
        assert not wrong, "\n".join(wrong)


class Flow:
    """A probe between machines given by name, with its expected answer.

    Attributes:
        server: Machine that must answer, or "" if none may.
        peer: Source address that the server must see, or "" for any.
        silence: Expected outcome if no machine answers: "timeout", or "refused" if a machine refuses.
    """

    def __init__(
        self, sender: str, proto: str, to: str, port: int = 0, *, server: str = "", peer: str = "", source: str = "",
        silence: Outcome = "timeout",
    ) -> None:  # fmt: skip
        self.sender, self.proto, self.to, self.port = sender, proto, to, port
        self.server, self.peer, self.source, self.silence = server, peer, source, silence

    def probe(self, stage: Stage) -> Probe:
        return Probe(
            stage.agent(self.sender), self.proto, self.to, self.port, self.source or None, passes=bool(self.server)
        )

    def held(self, answer: ProbeResult) -> bool:
        if not self.server:
            return answer.outcome == self.silence
        if self.proto == "icmp":
            return answer.outcome == "open"
        return answer.outcome == "open" and answer.server == self.server and self.peer in ("", answer.peer)

    def __repr__(self) -> str:
        return (
            f"{self.sender} {self.source} {self.proto} {self.to} {self.port} -> {self.server or 'nobody'} {self.peer}"
        )
