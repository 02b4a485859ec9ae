"""The effects of added, removed and changed units when networkd applies them at `networkctl reload`.

networkd 252 configures the link of a changed `.network` anew: it removes the addresses and adds them again while the
link stays up. 257 changes servers and resolvers in place. With both versions, ports of a bridge have no addresses and
are affected only by isolation and a lower MTU. An MTU stays in effect when a unit no longer has it, and so does an
address for which the host proxies neighbour discovery. A `.netdev` takes effect only when its device is created. If a
unit is removed, its device stays, and so do the ports of a bridge. From 257 on networkd updates some properties of a
device in place, none of which taploom renders. tests/diff/test_applied.py, tests/diff/test_mtu.py and
tests/backends/test_networkd_undone.py compare networkd with this module.
"""

from collections.abc import Iterable, Iterator, Mapping

from taploom.backends import networkd as backend
from taploom.backends.units.printer import text
from taploom.backends.units.tree import Unit, UnitKind
from taploom.base.address import FAMILIES
from taploom.diff.classes import Class
from taploom.diff.effects import MTU, PROXIED, AssignmentChange, Disruption, Effect
from taploom.plan.host import Host, Learned, Target
from taploom.plan.interfaces import HostInterface, interfaces
from taploom.plan.origin import object_of
from taploom.plan.policy import NatKind

KEEPS = 257
"""The first systemd version that changes servers and resolvers of a unit in place, so that the addresses stay."""
_IN_PLACE = frozenset(
    {"Network.DNS", "DHCPServer", "DHCPServerStaticLease", "DHCPv4", "DHCPv6", "IPv6AcceptRA", "IPv6SendRA"}
)
Graded = tuple[Class, Effect]
_STAYING = frozenset({MTU, PROXIED})
"""Assignments that stay in effect after they are removed from a unit."""
_NONE: Graded = (Class.D0, Effect.UNTOUCHED)


def networkd(before: Host, after: Host) -> Iterator[Disruption]:
    """The effects of the units of one host."""
    old = {unit.name: unit for unit in backend.units(before)}
    new = {unit.name: unit for unit in backend.units(after)}
    for name in sorted(old.keys() | new.keys()):
        one, other = old.get(name), new.get(name)
        differing = tuple(unit_settings(one, other))
        if differing and not _goes_along(one, old, new):
            unit = other or one
            assert unit is not None
            device = _device(unit)
            grade, effect = _graded(before, after, one, other, device)
            cause = (name, differing, "") if other else (name, (), "removed")
            yield Disruption(
                after.name, object_of(unit.origin.entry), device, grade, effect, *cause, unit.origin, was=other is None
            )
            kept = tuple(setting for setting in differing if setting.key in _STAYING and setting.after is None)
            if other and kept:
                object_, file = object_of(unit.origin.entry), (name, kept, "")
                yield Disruption(after.name, object_, device, Class.D0, Effect.KEPT, *file, unit.origin)


def _goes_along(unit: Unit | None, old: Mapping[str, Unit], new: Mapping[str, Unit]) -> bool:
    """Whether a `.netdev` is removed together with its `.network`, whose effect covers both."""
    if unit is None or unit.kind is not UnitKind.NETDEV or unit.name in new:
        return False
    name = unit.name.removesuffix(".netdev") + ".network"
    return name in old and name not in new


def unit_settings(one: Unit | None, other: Unit | None) -> Iterator[AssignmentChange]:
    """The assignments that differ; for a repeated key, only the values that one side lacks."""
    before, after = _values(one), _values(other)
    for key in [*before, *(key for key in after if key not in before)]:
        gone = [value for value in before.get(key, []) if value not in after.get(key, [])]
        come = [value for value in after.get(key, []) if value not in before.get(key, [])]
        for number in range(max(len(gone), len(come))):
            yield AssignmentChange(
                key, gone[number] if number < len(gone) else None, come[number] if number < len(come) else None
            )


def _values(unit: Unit | None) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for section in unit.sections if unit else ():
        for entry in section.assignments:
            found.setdefault(f"{section.name}.{entry.key}", []).append(text(entry.value))
    return found


def _device(unit: Unit) -> str:
    """The interface that a unit configures; for TAPs, the bridge that they join."""
    values = _values(unit)
    joined = values.get("Network.Bridge")
    return joined[0] if joined else " ".join(values.get("NetDev.Name") or values.get("Match.Name") or [unit.name])


def _graded(before: Host, after: Host, one: Unit | None, other: Unit | None, device: str) -> Graded:
    unit = other or one
    was, now = (next((each for each in interfaces(host) if each.device == device), None) for host in (before, after))
    if one is None and was and not was.network:  # taploom did not configure it until now
        return (Class.D6, Effect.WAY_IN)
    if unit is None or one is None:
        return _NONE
    if unit.kind is UnitKind.NETDEV:
        return (Class.D5, Effect.GONE if other is None else Effect.RECREATED)
    if "Network.Bridge" in _values(unit):
        return _ports(one, other)
    kept = keeps(before.target, after.target, unit_settings(one, other))
    if was is None:
        return _NONE
    return _inner(before, was, now, keeps=kept) if was.network else _outer(before, was, now, keeps=kept)


def _ports(one: Unit, other: Unit | None) -> Graded:
    """The effect on ports of a bridge, which have no addresses.

    Isolation drops traffic at once, since a bridge knows no connections. A lower MTU drops larger packets silently,
    since a bridge sends no ICMP errors as a router would (RFC 1191).
    """
    if other is None:
        return (Class.D0, Effect.DETACHED)
    isolated = [_values(unit).get("Bridge.Isolated") for unit in (one, other)]
    if isolated[0] != isolated[1] == ["yes"]:
        return (Class.D3, Effect.ISOLATED)
    if any(setting.mtu_step < 0 for setting in unit_settings(one, other)):
        return (Class.D3, Effect.NARROWED)
    return (Class.D0, Effect.PORTS)


def keeps(before: Target, after: Target, differing: Iterable[AssignmentChange]) -> bool:
    """Whether networkd applies these settings without touching the link.

    Both targets count, as the older version may still be running. The settings in `_IN_PLACE` were tried with 257; a
    new route on a bridge cost its guests their IPv6 for seconds.
    """
    parts = {setting.key if setting.key == "Network.DNS" else setting.key.partition(".")[0] for setting in differing}
    return min(before.systemd, after.systemd) >= KEEPS and parts <= _IN_PLACE


def _outer(host: Host, before: HostInterface, after: HostInterface | None, *, keeps: bool) -> Graded:
    """The effect on an interface without a network of the site, such as an uplink."""
    if after is None or after.network or (before.ipv4, before.ipv6) != (after.ipv4, after.ipv6):
        return (Class.D6, Effect.WAY_IN)
    if keeps:
        return (Class.D0, Effect.IN_PLACE)
    learned = isinstance(after.ipv4, Learned) or after.advertised
    if any(nat.uplink == before.device and nat.kind is NatKind.MASQUERADE for nat in host.nat):
        return (Class.D3, Effect.NAT_RELEARNED if learned else Effect.NAT_FLUSH)
    return (Class.D2, Effect.LEARNED if learned else Effect.REFRESH)


def _inner(host: Host, before: HostInterface, after: HostInterface | None, *, keeps: bool) -> Graded:
    """The effect on an interface with a network; after a refresh the kernel forgets connections masqueraded there."""
    if after is None or not after.network:
        return (Class.D5, Effect.GONE)
    sides = ((before.own(family), after.own(family)) for family in FAMILIES)
    if any((one and one.address) != (other and other.address) for one, other in sides):
        return (Class.D4, Effect.RENUMBERED)
    if keeps:
        return (Class.D0, Effect.IN_PLACE)
    if any(dnat_entry.hairpin and dnat_entry.network == before.network for dnat_entry in host.dnat_entries):
        return (Class.D3, Effect.NAT_FLUSH)
    return (Class.D2, Effect.REFRESH)
