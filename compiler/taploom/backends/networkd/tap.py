"""Units of TAPs, which attach the interfaces of guests to a bridge.

Usually the guest's runner creates the TAP anew at each start; the host's units only say which names belong to which
bridge. A glob is printed as a glob, so that a new guest on the network changes no unit. An exact name is printed where
no glob of the bridge matches it, or where a glob of another bridge matches it too. The match has `Kind=tun`,
the kernel's kind of a TAP: without it, a glob such as `vm-*` would also match a bridge whose name begins with `vm-`.
"""

from collections.abc import Iterable
from fnmatch import fnmatchcase

from taploom.backends.units.tree import Assignment, Section, Unit, UnitKind, section, stem, unit
from taploom.plan.host import ETHERNET_MTU, Bridge, Host, Port
from taploom.plan.origin import Origin

EXACT, GLOB = 7, 8
"""Priorities of file names: an exact name wins over a glob of another bridge."""


def units(host: Host, bridge: Bridge) -> tuple[Unit, ...]:
    """The units that attach TAPs to a bridge, and the units that create the TAPs if the host has to."""
    own = [pattern for pattern in bridge.taps.patterns if _is_glob(pattern)]
    foreign = [p for other in host.bridges if other is not bridge for p in other.taps.patterns if _is_glob(p)]
    listed = {p: bridge.origin for p in bridge.taps.patterns if not _is_glob(p)}
    named = {p.tap: p.origin for p in bridge.ports if not _fits(p.tap, own) or _fits(p.tap, foreign)}
    exact = sorted({**listed, **named}.items())
    globs = [(pattern, bridge.origin) for pattern in own]
    devices = (_device(port, bridge.taps.user) for port in bridge.ports) if bridge.taps.create else ()
    attached = (_attach(bridge, priority, names) for priority, names in ((EXACT, exact), (GLOB, globs)) if names)
    return (*devices, *attached)


def _is_glob(pattern: str) -> bool:
    """Whether fnmatch(3) reads any character of the pattern as a wildcard."""
    return bool(set(pattern) & set("*?["))


def _fits(name: str, globs: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in globs)


def _device(port: Port, user: str) -> Unit:
    """The unit of a TAP that the host creates, since the guest's runner lacks the privilege."""
    here = port.origin
    sections = (
        section("NetDev", here, ("Name", port.tap), ("Kind", "tap")),
        section("Tap", here, ("User", user or None)),
    )
    return unit(stem(EXACT, port.tap), UnitKind.NETDEV, here, sections)


def _attach(bridge: Bridge, priority: int, names: Iterable[tuple[str, Origin]]) -> Unit:
    """The unit that attaches these TAPs; MTU and `Isolated` are explicit, as networkd keeps the old value otherwise."""
    here = bridge.origin
    match = Section(
        "Match",
        (*(Assignment("Name", name, origin) for name, origin in names), Assignment("Kind", "tun", bridge.origin)),
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
    return unit(stem(priority, f"taps-{bridge.device}"), UnitKind.NETWORK, here, sections)
