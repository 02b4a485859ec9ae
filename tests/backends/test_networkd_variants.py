"""Features that the seed lacks, each in a real networkd: other address modes, uplinks, routes and kinds of links."""

import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from tests import plans
from tests.backends import variants
from tests.backends.running import Running, default_route, files, link, resolvers, routes, search_domains
from tests.support import needs

from taploom.backends import networkd
from taploom.base.address import LINK_LOCAL, parse_address, parse_interface, parse_prefix
from taploom.lab.namespace import Namespace
from taploom.lab.networkd import Networkd
from taploom.lab.session import Lab
from taploom.lab.waiting import wait_for
from taploom.lab.world import Segment
from taploom.plan.host import Fixed, Learned, Route, Taps, Uplink

pytestmark = [needs("root", "tun", "networkd", "dbus", "ip", "unshare", "nsenter"), pytest.mark.kernel]


def test_the_host_creates_isolated_taps_with_another_mtu(root: Path | None) -> None:
    """The TAPs have no carrier, since no VMM has opened them, but still join the bridge."""
    ports = tuple(variants.port(name, f"tap-{name}", "lan") for name in ("a", "b"))
    lan = variants.bridge(
        "lan", "10.1.0.1/24", "fd01::1/64", ports=ports, taps=Taps((), create=True, user="daemon"), isolated=True,
        mtu=1400, dhcp=variants.dhcp("10.1.0.100", "10.1.0.200", ("a", variants.mac_of("a", "lan"), "10.1.0.5")),
    )  # fmt: skip
    guest = variants.guest("a", variants.nic("a", lan, "tap-a", "reserved 10.1.0.5"))
    with Lab() as lab:
        running = Running(lab, root, variants.host(lan))
        for tap in ("tap-a", "tap-b"):
            wait_for(partial(_isolated, running, tap), f"{tap}, isolated on the bridge")
            wait_for(partial(_mtu, running, tap, 1400), f"the MTU of {tap}")
            found = link(running.machine, tap)
            assert found["master"] == "br-lan"
            assert found["linkinfo"]["info_data"]["user"] == "daemon"
        assert link(running.machine, "br-lan")["mtu"] == 1400
        running.guests["a"] = running.boot(guest)
        running.guests["a"].wait_for_addresses("eth0", "10.1.0.5/24")
        assert link(running.guests["a"].namespace, "eth0")["mtu"] == 1400
        assert running.complaints() == {}


def test_a_reload_removes_the_isolation(root: Path | None) -> None:
    """The unit must set the key to no, since networkd keeps the flag if the key is missing."""
    lan = variants.bridge(
        "lan", "10.1.0.1/24", "fd01::1/64", taps=Taps(("vm-*",), create=False, user=""), isolated=True
    )
    before, after = variants.host(lan), variants.host(replace(lan, isolated=False))
    with Lab() as lab:
        running = Running(lab, root, before)
        lab.tap(running.machine, "vm-x", lab.machine("x"), "eth0", "02:00:00:00:00:01")
        wait_for(lambda: _isolated(running, "vm-x") is True, "isolation")
        running.daemon.put(files(networkd.artifacts(after)))
        running.daemon.reload()
        wait_for(lambda: _isolated(running, "vm-x") is False, "its end")
        running.daemon.wait_for_addresses("br-lan", "10.1.0.1/24", "fd01::1/64")
        assert running.complaints() == {}


def _mtu(running: Running, tap: str, wanted: int) -> bool:
    return bool(link(running.machine, tap)["mtu"] == wanted)


def _isolated(running: Running, tap: str) -> object:
    return link(running.machine, tap).get("linkinfo", {}).get("info_slave_data", {}).get("isolated")


def test_uplinks_with_fixed_addresses_have_their_gateways_resolvers_and_routes(root: Path | None) -> None:
    here = plans.origin("hosts.hv.uplinks")
    near = Uplink(
        "eth0", "internet",
        Fixed(parse_interface("203.0.113.9/24"), parse_address("203.0.113.1")),
        Fixed(parse_interface("2001:db8:1::9/64"), parse_address("fe80::1")),
        (parse_address("9.9.9.9"), parse_address("2620:fe::fe")), 1420, here,
    )  # fmt: skip
    routed = (
        Route("lab", parse_prefix("198.18.0.0/15"), parse_address("203.0.113.7"), "eth0", 50, here),
        Route("lab6", parse_prefix("2001:db8:ff::/48"), parse_address("2001:db8:1::7"), "eth0", None, here),
        Route("inner", parse_prefix("172.20.0.0/16"), parse_address("10.1.0.7"), "br-lan", None, here),
        Route("inner6", parse_prefix("fd99::/48"), parse_address("fd01::7"), "br-lan", None, here),
    )
    host = variants.host(variants.bridge("lan", "10.1.0.1/24", "fd01::1/64"), uplinks=(near,), routes=routed)
    with Lab() as lab:
        running = Running(lab, root, host)
        running.daemon.wait_for_addresses("eth0", "203.0.113.9/24", "2001:db8:1::9/64")
        assert default_route(running.machine, 4) == ("203.0.113.1", "eth0")
        assert default_route(running.machine, 6) == ("fe80::1", "eth0")
        wait_for(lambda: routes(running.machine, 4, "198.18.0.0/15"), "the route of the uplink")
        assert routes(running.machine, 4, "198.18.0.0/15")[0]["metric"] == 50
        for family, to, gateway in ((6, "2001:db8:ff::/48", "2001:db8:1::7"), (4, "172.20.0.0/16", "10.1.0.7"),
                                    (6, "fd99::/48", "fd01::7")):  # fmt: skip
            wait_for(partial(routes, running.machine, family, to), f"the route to {to}")
            assert routes(running.machine, family, to)[0]["gateway"] == gateway
        assert running.machine.addresses("eth0", usable=True) >= {"203.0.113.9/24"}
        assert not [a for a in running.machine.addresses("eth0") if a.startswith("2001:db8:1:0:")]
        assert resolvers(running.machine) == {"9.9.9.9", "2620:fe::fe"}
        assert link(running.machine, "eth0")["mtu"] == 1420
        assert running.complaints() == {}


def test_an_uplink_with_a_fixed_ipv6_address_can_learn_its_gateway_by_ra(root: Path | None) -> None:
    """The uplink takes only the gateway from the advertisement: no SLAAC address and no on-link prefix."""
    fixed = Fixed(parse_interface("2001:db8:77::9/64"), Learned.RA)
    uplink = Uplink("eth0", "internet", None, fixed, (), None, plans.origin("hosts.hv.uplinks"), metric=77)
    with Lab() as lab:
        running = Running(lab, root, variants.host(variants.bridge("lan", "", "fd01::1/64"), uplinks=(uplink,)))
        gateway, device = default_route(running.machine, 6)
        assert (parse_address(gateway) in LINK_LOCAL, device) == (True, "eth0")
        assert {route["metric"] for route in routes(running.machine, 6)} == {77}
        own = {address for address in running.machine.addresses("eth0") if not address.startswith("fe80:")}
        assert own == {"2001:db8:77::9/64"}
        assert routes(running.machine, 6, "2001:db8:1::/64") == []
        assert running.complaints() == {}


def test_a_gateway_outside_the_prefix_is_reached_on_the_link(root: Path | None) -> None:
    """Hosting companies give a host a single address, and a gateway outside its prefix."""
    here = plans.origin("hosts.hv.uplinks")
    alone = Uplink(
        "eth0", "internet",
        Fixed(parse_interface("203.0.113.9/32"), parse_address("203.0.113.1")),
        Fixed(parse_interface("2001:db8:1::9/128"), parse_address("2001:db8:1::1")), (), None, here,
    )  # fmt: skip
    with Lab() as lab:
        running = Running(lab, root, variants.host(uplinks=(alone,)))
        assert default_route(running.machine, 4) == ("203.0.113.1", "eth0")
        assert default_route(running.machine, 6) == ("2001:db8:1::1", "eth0")
        assert running.complaints() == {}


def test_an_uplink_without_a_family_gets_no_address_of_it(root: Path | None) -> None:
    here = plans.origin("hosts.hv.uplinks")
    only4 = Uplink("eth0", "internet", Learned.DHCP, None, (parse_address("9.9.9.9"),), None, here)
    only6 = Uplink("eth1", "internet", None, Learned.RA, (), None, here)
    with Lab() as lab:
        running = Running(lab, root, variants.host(uplinks=(only4, only6)))
        four = wait_for(lambda: running.machine.addresses("eth0", usable=True), "a lease")
        assert {":" in address for address in four} == {False}
        wait_for(lambda: [a for a in running.machine.addresses("eth1", usable=True) if "2001" in a], "RA on eth1")
        assert {":" in address for address in running.machine.addresses("eth1")} == {True}
        assert {":" in address for address in running.machine.addresses("eth0")} == {False}
        assert resolvers(running.machine) == {"9.9.9.9"}
        assert running.complaints() == {}


def test_a_link_that_another_tool_configures_keeps_its_addresses(root: Path | None) -> None:
    """A VPN or Docker's bridge gets no unit, since networkd removes foreign addresses from a link with a unit."""
    vpn = Uplink("vpn0", "vpn", None, None, (), None, plans.origin("hosts.hv.uplinks"))
    units = files(networkd.artifacts(variants.host(variants.bridge("lan", "10.1.0.1/24"), uplinks=(vpn,))))
    with Lab() as lab:
        machine = lab.machine("hv")
        machine.ip("link add vpn0 type veth peer name far")
        machine.ip("addr add 172.17.0.1/16 dev vpn0")
        machine.ip("addr add fd17::1/64 dev vpn0 nodad")
        for name in ("far", "vpn0"):
            machine.ip(f"link set {name} up")
        daemon = Networkd(machine, units, root=root)
        daemon.wait_for_addresses("br-lan", "10.1.0.1/24")
        assert machine.addresses("vpn0") >= {"172.17.0.1/16", "fd17::1/64"}
        assert "vpn0: Configuring" not in daemon.log()


def test_guests_of_a_network_with_only_ipv6_have_addresses_and_resolvers(root: Path | None) -> None:
    lan = variants.advertised(variants.bridge(
        "lan", "", "fd01::1/64", taps=Taps(("vm-*",), create=False, user=""), dns=(parse_address("fd01::1"),),
        domain="six.example.org", mtu=1280,
    ))  # fmt: skip
    slaac = variants.nic("slaac", lan, "vm-slaac", "none", "slaac")
    static = variants.nic("static", lan, "vm-static", "none", "static fd01::5")
    with Lab() as lab:
        running = Running(
            lab, root, variants.host(lan), (variants.guest("slaac", slaac), variants.guest("static", static))
        )
        expected = {"slaac": slaac.mac.eui64(lan.ipv6.prefix) if lan.ipv6 else None, "static": parse_address("fd01::5")}
        for name, address in expected.items():
            guest, mac = running.guests[name], {"slaac": slaac, "static": static}[name].mac
            guest.wait_for_addresses("eth0", f"{address}/64")
            assert default_route(guest.namespace, 6)[1] == "eth0"
            assert guest.namespace.addresses("eth0") == {f"{address}/64", f"{mac.eui64(LINK_LOCAL)}/64"}
            wait_for(partial(resolvers, guest.namespace), "the resolver by RA")
            assert resolvers(guest.namespace) == {"fd01::1"}
            assert search_domains(guest.namespace) == {"six.example.org"}
        assert running.machine.addresses("br-lan") >= {"fd01::1/64"}
        assert not any("." in address for address in running.machine.addresses("br-lan"))
        assert running.complaints() == {}


def test_a_network_without_dhcp_and_ra_has_static_guests(root: Path | None) -> None:
    lan = variants.bridge("lan", "10.1.0.1/24", "fd01::1/64", taps=Taps(("vm-*",), create=False, user=""))
    nic = variants.nic(
        "a", lan, "vm-a", "static 10.1.0.5", "static fd01::5", dns=(parse_address("10.1.0.1"), parse_address("fd01::1"))
    )
    with Lab() as lab:
        running = Running(lab, root, variants.host(lan), [variants.guest("a", nic)])
        guest = running.guests["a"]
        guest.wait_for_addresses("eth0", "10.1.0.5/24", "fd01::5/64")
        assert default_route(guest.namespace, 4) == ("10.1.0.1", "eth0")
        assert default_route(guest.namespace, 6) == ("fd01::1", "eth0")
        assert resolvers(guest.namespace) == {"10.1.0.1", "fd01::1"}
        assert running.complaints() == {}


def test_a_guest_of_two_networks_uses_default_route_and_resolvers_of_one(root: Path | None) -> None:
    taps = Taps(("vm-*",), create=False, user="")
    front = variants.advertised(variants.bridge(
        "front", "10.1.0.1/24", "fd01::1/64", taps=taps, dns=(parse_address("10.1.0.1"),),
        dhcp=variants.dhcp("10.1.0.100", "10.1.0.200"),
    ))  # fmt: skip
    back = variants.advertised(variants.bridge(
        "back", "10.2.0.1/24", "fd02::1/64", dns=(parse_address("10.2.0.1"), parse_address("fd02::1")),
        dhcp=variants.dhcp("10.2.0.100", "10.2.0.200", ("db", variants.mac_of("db", "back"), "10.2.0.5")),
        ports=(variants.port("db", "vm-db-back", "back"),),
    ))  # fmt: skip
    nics = (
        variants.nic("db", back, "vm-db-back", "reserved 10.2.0.5", "slaac", default_route=False),
        variants.nic("db", front, "vm-db-front", "dhcp", "static fd01::5"),
    )
    with Lab() as lab:
        running = Running(lab, root, variants.host(back, front), [variants.guest("db", *nics)])
        guest = running.guests["db"]
        guest.wait_for_addresses("eth0", "10.2.0.5/24", f"{nics[0].mac.eui64(parse_prefix('fd02::/64'))}/64")
        guest.wait_for_addresses("eth1", "fd01::5/64")
        assert default_route(guest.namespace, 4) == ("10.1.0.1", "eth1")
        assert default_route(guest.namespace, 6)[1] == "eth1"
        assert resolvers(guest.namespace) == {"10.1.0.1"}
        there = partial(guest.namespace.addresses, "eth1", usable=True)
        pool = wait_for(lambda: [a for a in there() if a.startswith("10.1.0.")], "a lease")
        formed = str(nics[0].mac.eui64(parse_prefix("fd02::/64")))
        for asker in ("10.1.0.77", "10.2.0.77", "198.51.100.7"):
            assert _answers(guest.namespace, "10.2.0.5", asker) == "eth0"
            assert _answers(guest.namespace, pool[0].partition("/")[0], asker) == "eth1"
        for asker in ("fd01::77", "fd02::77", "2001:db8::7"):
            assert _answers(guest.namespace, formed, asker) == "eth0"
            assert _answers(guest.namespace, "fd01::5", asker) == "eth1"
        masters = {tap: link(running.machine, tap)["master"] for tap in ("vm-db-back", "vm-db-front")}
        assert masters == {"vm-db-back": "br-back", "vm-db-front": "br-front"}
        assert running.complaints() == {}


def _answers(machine: Namespace, own: str, asker: str) -> object:
    """The interface by which a machine replies to `asker` from its own address `own`; waits until a route exists."""
    found = wait_for(
        lambda: json.loads(machine.run("ip", "-j", "route", "get", asker, "from", own, check=False) or "[]"), "a route"
    )
    return found[0]["dev"]


@pytest.mark.parametrize(("first", "last"), [("10.1.0.2", "10.1.0.2"), ("10.1.0.6", "10.1.0.6")])
def test_a_dhcp_pool_has_exactly_the_addresses_of_the_plan(root: Path | None, first: str, last: str) -> None:
    """A pool of one address shows a wrong offset; networkd refuses a pool beyond .6, the last address of a /29."""
    lan = variants.bridge(
        "lan", "10.1.0.1/29", dhcp=variants.dhcp(first, last), taps=Taps(("vm-*",), create=False, user="")
    )
    with Lab() as lab:
        running = Running(lab, root, variants.host(lan), [variants.guest("a", variants.nic("a", lan, "vm-a", "dhcp"))])
        running.guests["a"].wait_for_addresses("eth0", f"{first}/29")
        assert running.complaints() == {}


def test_guests_get_the_resolvers_of_the_uplink_if_their_network_names_none(root: Path | None) -> None:
    lan = variants.bridge(
        "lan",
        "10.1.0.1/24",
        dhcp=variants.dhcp("10.1.0.100", "10.1.0.200"),
        taps=Taps(("vm-*",), create=False, user=""),
    )
    fixed = Fixed(parse_interface("203.0.113.9/24"), parse_address("203.0.113.1"))
    uplink = Uplink("eth0", "internet", fixed, None, (parse_address("9.9.9.9"),), None, plans.origin("hosts.hv"))
    with Lab() as lab:
        guest = variants.guest("a", variants.nic("a", lan, "vm-a", "dhcp"))
        running = Running(lab, root, variants.host(lan, uplinks=(uplink,)), [guest], Segment(dhcp=False, ra=False))
        wait_for(lambda: resolvers(running.guests["a"].namespace) == {"9.9.9.9"}, "the uplink's resolver in the guest")


def test_the_unit_of_a_nic_does_not_match_a_bridge_on_top_of_it(root: Path | None) -> None:
    """Such a bridge has the NIC's MAC address, by which the unit matches."""
    lan = variants.bridge("lan", "10.1.0.1/24", taps=Taps(("vm-*",), create=False, user=""))
    nic = variants.nic("a", lan, "vm-a", "static 10.1.0.5")
    with Lab() as lab:
        running = Running(lab, root, variants.host(lan), [variants.guest("a", nic)])
        guest = running.guests["a"]
        guest.wait_for_addresses("eth0", "10.1.0.5/24")
        guest.namespace.ip(f"link add br0 address {nic.mac} type bridge")
        guest.namespace.ip("link set br0 up")
        guest.namespace.ip("link add veth0 address 02:00:00:00:00:77 type veth peer name veth1")
        wait_for(lambda: "veth0" in guest.log() or link(guest.namespace, "veth0"), "the links created after the bridge")
        assert guest.namespace.addresses("br0") == frozenset()
        assert "br0: Configuring" not in guest.log()
