"""Router advertisements of a real networkd, which a host sends to its guests and receives on its uplinks."""

import sys
from pathlib import Path

import pytest
from tests import plans
from tests.backends import dhcpv6, variants
from tests.backends.running import Running, default_route, files, link, routes
from tests.support import needs

from taploom.backends import networkd
from taploom.base.address import parse_address
from taploom.lab.networkd import Networkd
from taploom.lab.session import Lab
from taploom.lab.waiting import wait_for
from taploom.lab.world import Segment
from taploom.plan.host import Learned, Taps, Uplink

pytestmark = [needs("root", "tun", "networkd", "dbus", "ip", "unshare", "nsenter"), pytest.mark.kernel]


def test_the_ipv6_gateway_of_guests_is_the_address_that_the_spoof_guard_protects(root: Path | None) -> None:
    """This holds even if the machine has a `stable_secret` for link-local addresses, which networkd ignores."""
    lan = variants.bridge("lan", "", "fd01::1/64", taps=Taps(("vm-*",), create=False, user=""))
    host = variants.host(variants.advertised(lan))
    with Lab() as lab:
        machine, guest = lab.machine("hv"), lab.machine("a")
        machine.sysctl({"net.ipv6.conf.default.stable_secret": "2001:db8::5ec"})
        daemon = Networkd(machine, files(networkd.artifacts(host)), root=root)
        daemon.wait_for_addresses("br-lan", "fd01::1/64")
        lab.tap(machine, "vm-a", guest, "eth0", "02:00:00:00:00:01")
        guest.ip("link set eth0 up")
        assert default_route(guest, 6) == (str(host.bridges[0].link_local("hv")), "eth0")
        assert daemon.complaints() == ()


def test_resolvers_of_the_spec_replace_learned_ones(root: Path | None) -> None:
    """A router advertisement can refer to a DHCPv6 server, which offers further resolvers (RFC 4861, 4.2)."""
    here = plans.origin("hosts.hv.uplinks")
    fixed = Uplink("eth0", "internet", None, Learned.RA, (parse_address("9.9.9.9"),), None, here)
    learning = Uplink("eth1", "internet", None, Learned.RA, (), None, here)
    with Lab() as lab:
        running = Running(lab, root, variants.host(uplinks=(fixed, learning)), segment=Stateful())
        running.world.machine.spawn("dhcpv6", sys.executable, str(Path(dhcpv6.__file__)), "wan", "2001:db8::53")
        wait_for(lambda: "2001:db8::53" in _of_link(running, "eth1"), "the resolver of the DHCPv6 server on eth1")
        assert _of_link(running, "eth0") == {"9.9.9.9"}
        assert running.complaints() == {}


class Stateful(Segment):
    """An outside link whose router advertisements refer to a DHCPv6 server (flag `Managed`)."""

    def units(self) -> dict[str, str]:
        return {name: f"{unit}[IPv6SendRA]\nManaged=yes\nEmitDNS=no\n" if name.endswith("k") else unit
                for name, unit in super().units().items()}  # fmt: skip


def _of_link(running: Running, name: str) -> set[str]:
    """Resolvers that networkd uses for one link."""
    state = running.machine.file(f"/run/systemd/netif/links/{link(running.machine, name)['ifindex']}").read_text()
    return {word for line in state.splitlines() if line.startswith("DNS=") for word in line[4:].split()}


def test_traffic_leaves_by_the_uplink_with_the_lower_metric(root: Path | None) -> None:
    """The order in which the uplinks come up does not matter."""
    here = plans.origin("hosts.hv.uplinks")
    spare = Uplink("eth0", "internet", Learned.DHCP, Learned.RA, (), None, here, metric=3000)
    best = Uplink("eth1", "internet", Learned.DHCP, Learned.RA, (), None, here, metric=200)
    with Lab() as lab:
        running = Running(lab, root, variants.host(uplinks=(spare, best)))
        for family, to in ((4, "198.51.100.7"), (6, "2001:db8:f::7")):
            wait_for(lambda family=family: len(routes(running.machine, family)) == 2, f"both routes of IPv{family}")  # type: ignore[misc]
            assert {r["dev"]: r["metric"] for r in routes(running.machine, family)} == {"eth0": 3000, "eth1": 200}
            assert " dev eth1 " in running.machine.run("ip", "route", "get", to)
        assert running.complaints() == {}
