"""TAPs: how a guest's interface gets onto its bridge.

Mostly the guest's runner makes the TAP, and deletes and makes it again at each start; the host only says which names
belong to which bridge. A glob stays a glob, so that another guest on the network changes no unit; an exact name is
printed where no glob of the bridge fits, or where one of another bridge fits too. `Kind=tun` is what the kernel calls
TAPs as well: without it a glob such as `vm-*` would also take a bridge of that name.
"""

from collections.abc import Iterable
from fnmatch import fnmatchcase

from taploom.backends.units.tree import Entry, Kind, Section, Unit, section, stem, unit
from taploom.plan.host import ETHERNET_MTU, Bridge, Host, Port
from taploom.plan.origin import Origin

EXACT, GLOB = 7, 8
"""Priorities of file names: an exact name wins over a glob of another bridge."""


def units(host: Host, bridge: Bridge) -> tuple[Unit, ...]:
    """The units that attach TAPs to a bridge, and the devices where the host makes them."""
    own = [pattern for pattern in bridge.taps.patterns if _is_glob(pattern)]
    foreign = [p for other in host.bridges if other is not bridge for p in other.taps.patterns if _is_glob(p)]
    listed = {p: bridge.origin for p in bridge.taps.patterns if not _is_glob(p)}
    named = {p.tap: p.origin for p in bridge.ports if not _fits(p.tap, own) or _fits(p.tap, foreign)}
    exact = sorted({**listed, **named}.items())
    globs = [(pattern, bridge.origin) for pattern in own]
    devices = (_device(port, bridge.taps.user) for port in bridge.ports) if bridge.taps.create else ()
    attached = (_attach(bridge, at, names) for at, names in ((EXACT, exact), (GLOB, globs)) if names)
    return (*devices, *attached)


def _is_glob(pattern: str) -> bool:
    """Whether fnmatch(3) takes any of it for more than itself."""
    return bool(set(pattern) & set("*?["))


def _fits(name: str, globs: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in globs)


def _device(port: Port, user: str) -> Unit:
    """A TAP that the host makes, for a runner that has no right to."""
    here = port.origin
    sections = (
        section("NetDev", here, ("Name", port.tap), ("Kind", "tap")),
        section("Tap", here, ("User", user or None)),
    )
    return unit(stem(EXACT, port.tap), Kind.NETDEV, here, sections)


def _attach(bridge: Bridge, priority: int, names: Iterable[tuple[str, Origin]]) -> Unit:
    """The unit for these names; MTU and `Isolated` are explicit, as networkd leaves alone what it is not told."""
    here = bridge.origin
    match = Section(
        "Match", (*(Entry("Name", name, origin) for name, origin in names), Entry("Kind", "tun", bridge.origin))
    )
    sections = (
        match,
        section("Link", here, ("MTUBytes", bridge.mtu or ETHERNET_MTU), ("RequiredForOnline", False)),
        section(
            "Network",
            here,
            ("Bridge", bridge.device),
            ("ConfigureWithoutCarrier", True),
            ("LinkLocalAddressing", "no"),
            ("IPv6AcceptRA", False),
        ),
        section("Bridge", here, ("Isolated", bridge.isolated)),
    )
    return unit(stem(priority, f"taps-{bridge.device}"), Kind.NETWORK, here, sections)
