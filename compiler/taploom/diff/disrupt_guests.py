"""Disruption of guests and DHCP clients: another address, other units, or a new start on another host."""

from collections.abc import Iterator, Mapping

from taploom.backends import guest as backend
from taploom.base.address import Address
from taploom.diff.classes import Class
from taploom.diff.disrupt_networkd import keeps, unit_settings
from taploom.diff.effects import Disruption, Effect
from taploom.plan.guest import Guest, Mode
from taploom.plan.interfaces import HostInterface, inside
from taploom.plan.site import Plan

_LEARNED = (Mode.DHCP, Mode.RESERVED, Mode.SLAAC)


def guests(before: Plan, after: Plan, names: Mapping[str, str]) -> Iterator[Disruption]:
    """The effects of a change on guests and DHCP clients.

    Args:
        before: the base.
        after: the head.
        names: the new `kind/name` of each renamed object; the key is the old one.
    """
    old = {names.get(f"guest/{guest.name}", f"guest/{guest.name}").partition("/")[2]: guest for guest in before.guests}
    new = {guest.name: guest for guest in after.guests}
    for name, guest in old.items():
        if name not in new:
            yield _effect(guest, Class.D5, Effect.LEFT, "removed", was=True)
        elif guest != new[name]:
            yield from _guest(guest, new[name], names)
    yield from _pools(before, after)


def _guest(before: Guest, after: Guest, names: Mapping[str, str]) -> Iterator[Disruption]:
    """The worst effects on a guest: its move to another host, or else its new addresses, or else its new units."""
    moved = [*_rehosted(before, after, names)]
    yield from moved or [*_readdressed(before, after, names)] or _refreshed(before, after)


def _rehosted(before: Guest, after: Guest, names: Mapping[str, str]) -> Iterator[Disruption]:
    if names.get(f"host/{before.host}", f"host/{before.host}") != f"host/{after.host}":
        yield _effect(after, Class.D5, Effect.MOVED, f"{before.host} → {after.host}")


def _readdressed(before: Guest, after: Guest, names: Mapping[str, str]) -> Iterator[Disruption]:
    left = {nic.network: nic for nic in after.nics}
    for nic in before.nics:
        found = left.pop(_now(nic.network, names), None)
        if found is None:
            yield _effect(after, Class.D5, Effect.REPLUGGED, f"leaves {nic.network}")
            continue
        plugs = _apart((nic.tap, found.tap), (nic.mac, found.mac))
        if plugs:
            yield _effect(after, Class.D5, Effect.REPLUGGED, plugs)
        addresses = _apart((nic.ipv4.address, found.ipv4.address), (nic.ipv6.address, found.ipv6.address))
        if addresses:
            leased = nic.ipv4.mode is found.ipv4.mode is Mode.RESERVED and nic.ipv4.address != found.ipv4.address
            yield _effect(after, Class.D4, Effect.REASSIGNED if leased else Effect.RENUMBERED, addresses)

    for network in left:
        yield _effect(after, Class.D5, Effect.PLUGGED, f"joins {network}")
    yield from _rerouted(before, after, names)


def _rerouted(before: Guest, after: Guest, names: Mapping[str, str]) -> Iterator[Disruption]:
    """The effect of moving the default route to another NIC while the guest keeps the old NIC."""
    old, new = (next((nic.network for nic in guest.nics if nic.default_route), "") for guest in (before, after))
    if new != _now(old, names) in {nic.network for nic in after.nics}:
        yield _effect(after, Class.D4, Effect.WAY_OUT, f"{old} → {new or 'none'}")


def _now(network: str, names: Mapping[str, str]) -> str:
    """The name that a network of the base has in the head."""
    return names.get(f"network/{network}", f"network/{network}").partition("/")[2]


def _refreshed(before: Guest, after: Guest) -> Iterator[Disruption]:
    """The effects of the units that differ, for a guest whose addresses are the same."""
    old = {unit.name: unit for unit in backend.units(before)}
    for unit in backend.units(after):
        differing = tuple(unit_settings(old.get(unit.name), unit))
        if differing and unit.name in old:
            nic = next(nic for nic in after.nics if nic.origin == unit.origin)
            learned = nic.ipv4.mode in _LEARNED or nic.ipv6.mode in _LEARNED
            grade, effect = Class.D2, Effect.LEARNED if learned else Effect.REFRESH
            if keeps(before.target, after.target, differing):
                grade, effect = Class.D0, Effect.IN_PLACE
            yield Disruption(
                after.host, f"guest/{after.name}", after.name, grade, effect, unit.name, differing, "", unit.origin
            )


def _effect(guest: Guest, grade: Class, effect: Effect, detail: str, *, was: bool = False) -> Disruption:
    name = guest.name
    return Disruption(guest.host, f"guest/{name}", name, grade, effect, "", (), detail, guest.origin, was=was)


def _apart(*pairs: tuple[object, object]) -> str:
    """The pairs that differ, as `old → new`; "" if none differs."""
    return ", ".join(f"{one} → {other or 'none'}" for one, other in pairs if one is not None and one != other)


def _pools(before: Plan, after: Plan) -> Iterator[Disruption]:
    new = {here.network: (host.name, here) for host in after.hosts for here in inside(host)}
    for host in before.hosts:
        for here in inside(host):
            if here.network in new:
                yield from _pool(*new[here.network], here)


def _pool(host: str, after: HostInterface, before: HostInterface) -> Iterator[Disruption]:
    """The effect on clients with an address that is no longer in the pool."""
    if before.dhcp is None:
        return
    lost = _lost(before, after)
    if lost:
        count = sum(last.value - first.value + 1 for first, last in lost)
        detail = f"up to {count} in " + ", ".join(f"{first}-{last}" for first, last in lost)
        origin = after.dhcp.origin if after.dhcp else after.origin
        yield Disruption(
            host, f"network/{after.network}", f"DHCP clients on {after.device}", Class.D4, Effect.LEASES, "", (),
            detail, origin,
        )  # fmt: skip


def _lost(before: HostInterface, after: HostInterface) -> list[tuple[Address, Address]]:
    old = before.dhcp
    assert old is not None
    new = after.dhcp
    if new is None or new.last.value < old.first.value or new.first.value > old.last.value:
        return [(old.first, old.last)]
    found = []
    if old.first.value < new.first.value:
        found.append((old.first, new.first + -1))
    if new.last.value < old.last.value:
        found.append((new.last + 1, old.last))
    return found
