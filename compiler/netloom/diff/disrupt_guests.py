"""Guests and DHCP clients that get another address, or start anew elsewhere."""

from collections.abc import Iterator, Mapping

from netloom.base.address import Address
from netloom.diff.classes import Class
from netloom.diff.effects import Disruption, Effect
from netloom.plan.guest import Guest, Nic
from netloom.plan.host import Bridge
from netloom.plan.site import Plan


def guests(before: Plan, after: Plan, names: Mapping[str, str]) -> Iterator[Disruption]:
    """What guests and clients notice of a change.

    Args:
        before: the base.
        after: the head.
        names: `kind/name` before and after of what was renamed.
    """
    old = {names.get(f"guest/{guest.name}", f"guest/{guest.name}").partition("/")[2]: guest for guest in before.guests}
    for guest in after.guests:
        if guest.name in old and old[guest.name] != guest:
            yield from _guest(old[guest.name], guest, names)
    yield from _pools(before, after)


def _guest(before: Guest, after: Guest, names: Mapping[str, str]) -> Iterator[Disruption]:
    name = f"guest/{after.name}"
    if names.get(f"host/{before.host}", f"host/{before.host}") != f"host/{after.host}":
        detail = f"{before.host} → {after.host}"
        yield Disruption(after.host, name, after.name, Class.D5, Effect.MOVED, "", (), detail, after.origin)
    nics = {nic.network: nic for nic in after.nics}
    for nic in before.nics:
        network = names.get(f"network/{nic.network}", f"network/{nic.network}").partition("/")[2]
        found = nics.get(network)
        if found is None or found.tap != nic.tap:
            detail = f"{nic.tap} → {found.tap}" if found else f"leaves {nic.network}"
            yield Disruption(after.host, name, after.name, Class.D5, Effect.REPLUGGED, "", (), detail, after.origin)
        told = _readdressed(nic, found) if found else ""
        if told:
            yield Disruption(after.host, name, after.name, Class.D4, Effect.RENUMBERED, "", (), told, after.origin)


def _readdressed(before: Nic, after: Nic) -> str:
    """Old and new addresses, MAC included, where they differ; "" where none does."""
    pairs = (
        (before.ipv4.address, after.ipv4.address),
        (before.ipv6.address, after.ipv6.address),
        (before.mac, after.mac),
    )
    return ", ".join(f"{one} → {other or 'none'}" for one, other in pairs if one is not None and one != other)


def _pools(before: Plan, after: Plan) -> Iterator[Disruption]:
    new = {bridge.network: (host.name, bridge) for host in after.hosts for bridge in host.bridges}
    for host in before.hosts:
        for bridge in host.bridges:
            if bridge.network in new:
                yield from _pool(*new[bridge.network], bridge)


def _pool(host: str, after: Bridge, before: Bridge) -> Iterator[Disruption]:
    """Clients that had an address of which the pool no longer knows."""
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


def _lost(before: Bridge, after: Bridge) -> list[tuple[Address, Address]]:
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
