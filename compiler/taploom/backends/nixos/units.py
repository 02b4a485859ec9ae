"""Units of networkd as `systemd.network.*`: section by section, under the names that NixOS gives the sections.

nixpkgs checks the keys of each section and the types of some values, and its checks differ between releases. This
module chooses forms that all releases from 24.05 on accept: switches as `"yes"` and `"no"` (`DHCP` and
`LinkLocalAddressing` once refused a boolean), numbers as strings (`MTUBytes` once refused a number) except for keys
that require a number.
"""

from collections.abc import Iterable, Iterator, Mapping

from taploom.backends.artifact import Line
from taploom.backends.nixos.tree import (
    Attribute,
    AttributeSet,
    Bool,
    Call,
    Expression,
    IndentedString,
    Integer,
    ListItem,
    NixCode,
    NixList,
    NixString,
)
from taploom.backends.units.printer import text
from taploom.backends.units.tree import Assignment, Section, Unit, UnitKind

_OPTIONS: Mapping[tuple[UnitKind, str], str] = {
    (UnitKind.NETDEV, "NetDev"): "netdevConfig",
    (UnitKind.NETDEV, "Bridge"): "bridgeConfig",
    (UnitKind.NETDEV, "Tap"): "tapConfig",
    (UnitKind.NETWORK, "Match"): "matchConfig",
    (UnitKind.NETWORK, "Link"): "linkConfig",
    (UnitKind.NETWORK, "Network"): "networkConfig",
    (UnitKind.NETWORK, "DHCPv4"): "dhcpV4Config",
    (UnitKind.NETWORK, "DHCPv6"): "dhcpV6Config",
    (UnitKind.NETWORK, "IPv6AcceptRA"): "ipv6AcceptRAConfig",
    (UnitKind.NETWORK, "DHCPServer"): "dhcpServerConfig",
    (UnitKind.NETWORK, "IPv6SendRA"): "ipv6SendRAConfig",
    (UnitKind.NETWORK, "Bridge"): "bridgeConfig",
}

# Sections that repeat: the option that lists them, and the attribute that wraps each of them until NixOS 24.05.
_LISTS: Mapping[str, tuple[str, NixCode]] = {
    "Address": ("addresses", NixCode('(entry "addressConfig")')),
    "Route": ("routes", NixCode('(entry "routeConfig")')),
    "RoutingPolicyRule": ("routingPolicyRules", NixCode('(entry "routingPolicyRuleConfig")')),
    "IPv6Prefix": ("ipv6Prefixes", NixCode('(entry "ipv6PrefixConfig")')),
    "DHCPServerStaticLease": ("dhcpServerStaticLeases", NixCode('(entry "dhcpServerStaticLeaseConfig")')),
}

# Keys that some releases of nixpkgs do not accept yet; no release checks the text of `extraConfig`.
_LATE = frozenset((("DHCPServer", "PersistLeases"),))

# Keys of [Network] with an option of their own, a list of strings in every release.
_SHORT = {"Address": "address", "Gateway": "gateway", "DNS": "dns"}

# Keys for which nixpkgs insists on a number (`assertInt`, `assertRange`, `assertMinimum`).
_NUMBERS = frozenset(
    (
        ("Bridge", "Cost"),
        ("Bridge", "Priority"),
        ("DHCPServer", "PoolOffset"),
        ("DHCPServer", "PoolSize"),
        ("DHCPv4", "RouteMetric"),
        ("DHCPv4", "RouteTable"),
        ("IPv6AcceptRA", "RouteMetric"),
        ("IPv6AcceptRA", "RouteTable"),
        ("IPv6SendRA", "HopLimit"),
        ("Link", "Group"),
        ("Network", "IPv6DuplicateAddressDetection"),
        ("Network", "IPv6HopLimit"),
        ("Route", "Metric"),
        ("RoutingPolicyRule", "Priority"),
    )
)


def network(units: Iterable[Unit], *, any_uplink: bool = False) -> AttributeSet:
    """All of `systemd.network`: the daemon is enabled, and the units are listed by kind and file name.

    List sections refer to the binding `entry`, and `any_uplink` to the binding `prefer`; the module has to have both.

    Args:
        units: the units of a host or a guest.
        any_uplink: whether one link that is online is enough for `network-online.target`.
    """
    known = tuple(units)
    groups = (("netdevs", UnitKind.NETDEV), ("networks", UnitKind.NETWORK))
    found = tuple(
        Attribute((option,), AttributeSet(tuple(_unit(unit) for unit in known if unit.kind is kind)))
        for option, kind in groups
        if any(unit.kind is kind for unit in known)
    )
    waiting = (Attribute(("wait-online", "anyInterface"), NixCode("prefer true")),) if any_uplink else ()
    return AttributeSet((Attribute(("enable",), Bool(value=True)), *found, *waiting))


def repeats(units: Iterable[Unit]) -> bool:
    """Whether some unit has a list section, so that the module needs `entry`."""
    return any(section.name in _LISTS for unit in units for section in unit.sections if unit.kind is UnitKind.NETWORK)


def _unit(unit: Unit) -> Attribute:
    grouped: dict[str, list[Section]] = {}
    for section in unit.sections:
        grouped.setdefault(section.name, []).append(section)
    options = [found for name, sections in grouped.items() for found in _options(unit.kind, name, sections)]
    if late := tuple(line for section in unit.sections for line in _late(section)):
        options.append(Attribute(("extraConfig",), IndentedString(late)))
    return Attribute((unit.stem,), AttributeSet(tuple(sorted(options, key=lambda o: o.path))), unit.origin)


def _options(kind: UnitKind, name: str, sections: list[Section]) -> Iterator[Attribute]:
    """The options that express the sections of one name."""
    if kind is UnitKind.NETWORK and name in _LISTS:
        option, wrap = _LISTS[name]
        rows = NixList(tuple(ListItem(_row(section), section.assignments[0].origin) for section in sections))
        yield Attribute((option,), Call(NixCode("map"), (wrap, rows)))
        return
    values = _values(e for section in sections for e in section.assignments if (name, e.key) not in _LATE)
    if (kind, name) == (UnitKind.NETWORK, "Network"):
        for key, option in _SHORT.items():
            if assignments := values.pop(key, None):
                yield Attribute((option,), _list(name, assignments))
    if values:
        inner = tuple(_attribute(name, key, assignments) for key, assignments in sorted(values.items()))
        yield Attribute((_OPTIONS[kind, name],), AttributeSet(inner))


def _late(section: Section) -> Iterator[Line]:
    """The keys of a section that go into `extraConfig`: networkd merges sections with the same name."""
    assignments = [assignment for assignment in section.assignments if (section.name, assignment.key) in _LATE]
    if assignments:
        yield Line(f"[{section.name}]", assignments[0].origin)
    for assignment in assignments:
        yield Line(f"{assignment.key}={text(assignment.value)}", assignment.origin)


def _values(assignments: Iterable[Assignment]) -> dict[str, list[Assignment]]:
    found: dict[str, list[Assignment]] = {}
    for assignment in assignments:
        found.setdefault(assignment.key, []).append(assignment)
    return found


def _row(section: Section) -> AttributeSet:
    """A list section as one line, as there may be a thousand of them."""
    values = _values(section.assignments)
    return AttributeSet(tuple(_attribute(section.name, key, values[key]) for key in sorted(values)), inline=True)


def _attribute(section: str, key: str, assignments: list[Assignment]) -> Attribute:
    if len(assignments) > 1:
        return Attribute((key,), _list(section, assignments), assignments[0].origin)
    return Attribute((key,), _value(section, assignments[0]), assignments[0].origin)


def _list(section: str, assignments: list[Assignment]) -> NixList:
    return NixList(tuple(ListItem(_value(section, assignment), assignment.origin) for assignment in assignments))


def _value(section: str, assignment: Assignment) -> Expression:
    if (section, assignment.key) in _NUMBERS and not isinstance(assignment.value, str | bool):
        return Integer(assignment.value)
    return NixString(text(assignment.value))
