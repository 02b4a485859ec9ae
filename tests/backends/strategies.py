"""Hypothesis strategies of hosts and guests: every feature on or off, and the worst names that are still valid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st
from tests import plans
from tests.backends import variants

from taploom.base.address import parse_address, parse_interface, parse_prefix
from taploom.base.names import interface_problem
from taploom.plan.guest import Guest, Nic
from taploom.plan.host import Bridge, Fixed, Host, Learned, Route, Taps, Target, Uplink

if TYPE_CHECKING:
    from collections.abc import Sequence

VERSIONS = tuple(range(252, 261))
HERE = plans.origin("made.up")
BAD = (
    "a=b",
    "#x",
    "--help",
    "~",
    "a,b",
    "<b>",
    "eth0.5",
    "(x)",
    "^",
    "&",
    "|",
    "+1",
    "ETH0",
    ".x",
    "-",
    "_",
    "no",
    "any",
)

interfaces = st.one_of(
    st.sampled_from(BAD),
    st.text("".join(c for c in map(chr, range(33, 127)) if not interface_problem(f"a{c}")), min_size=1, max_size=15),
).filter(lambda name: not interface_problem(name))
names = st.builds(str.__add__, st.sampled_from("az"), st.text("az09-", max_size=62))
ways4 = st.sampled_from((None, Learned.DHCP, Fixed(parse_interface("203.0.113.9/24"), parse_address("203.0.113.1"))))
at6 = parse_interface("2001:db8::9/128")
ways6 = st.sampled_from((None, Learned.RA, Fixed(at6, parse_address("2001:db8::1")), Fixed(at6, Learned.RA)))
resolvers = st.sampled_from(((), (parse_address("9.9.9.9"),), (parse_address("9.9.9.9"), parse_address("2620:fe::fe"))))
mtus = st.sampled_from((None, 1280, 1500, 9000))


@st.composite
def hosts(draw: st.DrawFn, bridges_at_least: int = 0) -> Host:
    """A host with up to three uplinks and bridges of two TAPs; a bridge's pattern may match TAPs of other bridges."""
    devices = draw(st.lists(interfaces, min_size=12, max_size=12, unique=True))
    networks = draw(st.lists(names, min_size=3, max_size=3, unique=True))
    bridges = tuple(
        _bridge(draw, number, network, devices[3 + number], devices[6 + 2 * number : 8 + 2 * number])
        for number, network in enumerate(sorted(networks))
    )[: draw(st.integers(bridges_at_least, 3))]
    uplinks = tuple(Uplink(name, "internet", draw(ways4), draw(ways6), draw(resolvers), draw(mtus), HERE)
                    for name in sorted(devices[: draw(st.integers(0, 3))]))  # fmt: skip
    routes = tuple(_route(number, bridge.device) for number, bridge in enumerate(bridges))
    version = Target(draw(st.sampled_from(VERSIONS)), (1, 0, 6), "25.11")
    return variants.host(*bridges, uplinks=uplinks, routes=routes, target=version)


def _route(number: int, device: str) -> Route:
    return Route(f"r{number}", parse_prefix("172.16.0.0/12"), parse_address(f"10.{number}.0.7"), device, 7, HERE)


def _bridge(draw: st.DrawFn, number: int, network: str, device: str, taps: Sequence[str]) -> Bridge:
    ipv4 = draw(st.sampled_from(("", f"10.{number}.0.1/24")))
    ipv6 = draw(st.sampled_from(("", f"fd0{number}::1/64"))) if ipv4 else f"fd0{number}::1/64"
    lease = ("guest", variants.mac_of("guest", network), f"10.{number}.0.5")
    pool = variants.dhcp(f"10.{number}.0.100", f"10.{number}.0.200", lease)
    globs = draw(st.sampled_from(((), (f"{taps[0][:3]}*",), ("*",), (f"{taps[1]}",))))
    base = variants.bridge(
        network, ipv4, ipv6, device=device, dhcp=pool if ipv4 and draw(st.booleans()) else None, dns=draw(resolvers),
        domain=draw(st.sampled_from(("", "vm.example.org"))), mtu=draw(mtus), isolated=draw(st.booleans()),
        taps=Taps(globs, draw(st.booleans()), draw(st.sampled_from(("", "daemon")))),
        ports=tuple(variants.port(f"g{n}", tap, network) for n, tap in enumerate(taps)),
    )  # fmt: skip
    return variants.advertised(base) if ipv6 and draw(st.booleans()) else base


@st.composite
def guests(draw: st.DrawFn) -> Guest:
    """A guest with up to three NICs, in every address mode that their network offers."""
    networks = draw(st.lists(names, min_size=1, max_size=3, unique=True))
    nics = tuple(
        _nic(draw, network, default_route=number == 0 and draw(st.booleans()))
        for number, network in enumerate(sorted(networks))
    )
    return variants.guest(draw(names), *nics)


def _nic(draw: st.DrawFn, network: str, *, default_route: bool) -> Nic:
    plain = variants.bridge(network, "10.1.0.1/24", "fd01::1/64", device="br0", mtu=draw(mtus))
    bridge = variants.advertised(plain) if draw(st.booleans()) else plain
    four = draw(st.sampled_from(("none", "static 10.1.0.5", "reserved 10.1.0.5", "dhcp")))
    six = draw(st.sampled_from(("none", "static fd01::5", *(["slaac"] if bridge.ra else []))))
    return variants.nic("guest", bridge, "tap0", four, six, default_route, dns=draw(resolvers))
