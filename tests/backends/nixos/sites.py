"""Plans with features that the seed lacks, and with hostile names."""

from dataclasses import replace

from tests import plans

from taploom.base.address import parse_address, parse_interface, parse_mac, parse_prefix
from taploom.plan.guest import Guest, Mode, NicAddress
from taploom.plan.host import Bridge, Fixed, Host, Input, Lease, Port, Route, Taps, Target, Uplink
from taploom.plan.origin import Meta

HOSTILE = "${builtins.readFile /etc/shadow} '' \" \\ */ \n ''${x}"
RELEASES = ("24.05", "24.11", "25.11", "26.05")


def wide() -> Host:
    """A host with fixed and learned uplinks, routes, DNS, MTU, a new systemd, and an isolated network."""
    seed = plans.host()
    here = seed.origin
    uplinks = (
        Uplink("eth0.10", "internet", _fixed("198.51.100.2/24", "198.51.100.1"), _fixed("2001:db8::2/64", "fe80::1"),
               (parse_address("192.0.2.53"), parse_address("2001:db8::53")), 1400, here),
        *seed.uplinks,
    )  # fmt: skip
    routes = (
        Route("branch", parse_prefix("10.9.0.0/16"), parse_address("10.0.0.77"), "br-microvm", 50, here),
        Route("far", parse_prefix("2001:db8:9::/48"), parse_address("2001:db8:8::1"), "eth0.10", None, here),
    )
    return replace(
        seed,
        target=Target(258, (1, 1, 3), "25.11"),
        input=Input.FOREIGN,
        uplinks=uplinks,
        routes=routes,
        bridges=(_closed(), seed.bridges[0]),
        meta=Meta(HOSTILE, HOSTILE, (HOSTILE,), HOSTILE),
    )


def _fixed(interface: str, gateway: str) -> Fixed:
    return Fixed(parse_interface(interface), parse_address(gateway))


def _closed() -> Bridge:
    """An isolated network without a TAP pattern; the host creates each TAP by its name."""
    seed = plans.bridge()
    ports = tuple(
        Port(name, tap, parse_mac(f"02:00:00:00:01:0{number}"), (parse_address(f"10.1.0.{number}"),), (), seed.origin)
        for number, (name, tap) in enumerate((("let", "let"), ("in", "tap.in"), ("dashed", "a-b"), ("plus", "p+q~r")))
    )
    assert seed.dhcp
    assert seed.ra
    leases = tuple(Lease(p.guest, p.mac, p.ipv4[0], p.origin) for p in ports if p.ipv4)
    dhcp = replace(seed.dhcp, first=parse_address("10.1.0.100"), last=parse_address("10.1.0.200"), leases=leases)
    return replace(
        seed, network="closed", device="or", zone="closed", ipv4=parse_interface("10.1.0.1/24"),
        ipv6=parse_interface("fd00:1::1/64"), dns=(parse_address("10.1.0.1"), parse_address("fd00:1::1")), dhcp=dhcp,
        ra=replace(seed.ra, prefix=parse_prefix("fd00:1::/64")), serves_dns=True, mtu=1400, isolated=True,
        taps=Taps((), True, "microvm"), ports=ports,
    )  # fmt: skip


def crowded(guests: int) -> Host:
    """A host with one bridge and many guests, each with a DHCP reservation."""
    seed = plans.host()
    bridge = seed.bridges[0]
    first, six, mac = parse_address("10.64.0.10"), parse_address("fd12:3456:789a::1:0"), parse_mac("02:00:00:01:00:00")
    ports = tuple(
        Port(f"guest-{n:05}", f"vm-{n:05}", type(mac)(mac.value + n), (first + n,), (six + n,), bridge.origin)
        for n in range(guests)
    )
    leases = tuple(Lease(p.guest, p.mac, p.ipv4[0], p.origin) for p in ports if p.ipv4)
    assert bridge.dhcp
    pool = replace(bridge.dhcp, first=parse_address("10.64.128.0"), last=parse_address("10.64.255.254"), leases=leases)
    wider = replace(bridge, ipv4=parse_interface("10.64.0.1/16"), ports=ports, dhcp=pool)
    return replace(seed, bridges=(wider,))


def settled() -> Guest:
    """A guest with two NICs and only static addresses."""
    seed = plans.guests()[0]
    nic = seed.nics[0]
    four = NicAddress(Mode.STATIC, parse_address("10.0.0.10"), 24, parse_address("10.0.0.1"), allocated=False)
    none = NicAddress(Mode.NONE, None, 0, None, allocated=False)
    out = replace(four, default_route=True)
    first = replace(nic, ipv4=out, ra=False, dns=(parse_address("10.0.0.1"), parse_address("fd00::1")), mtu=1400)
    second = replace(nic, network="side", tap="t'${x}", mac=parse_mac("02:00:00:00:02:01"), ipv6=none, domain="")
    return replace(seed, nics=(first, second), meta=Meta(HOSTILE))
