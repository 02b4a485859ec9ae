"""The known addresses of guests and hosts with their holders, and the outside addresses of translated guests."""

from collections.abc import Iterator

from taploom.base.address import Family, in_family
from taploom.flows.packets.forwarding import Forwarding
from taploom.plan.policy import NatKind
from taploom.plan.site import Plan


def held(plan: Plan, family: Family) -> Iterator[tuple[int, str]]:
    """The known addresses of guests, each with the guest's name."""
    return ((value, guest) for value, guest, _ in _nics(plan, family))


def stationed(plan: Plan, family: Family) -> Iterator[tuple[int, str]]:
    """The fixed addresses of hosts on uplinks and bridges, each with the host's name."""
    for host in plan.hosts:
        for found in Forwarding.of(host, family).addresses.values():
            yield from ((address.value, host.name) for address in found)


def mirrored(plan: Plan, family: Family) -> Iterator[tuple[int, str]]:
    """The outside addresses of guests whose network has its prefix translated (RFC 6296), with the guest's name."""
    for host in plan.hosts:
        for nat in host.nat:
            if nat.kind is NatKind.PREFIX and nat.to and nat.family is family:
                for value, guest, network in _nics(plan, family):
                    if network == nat.network:
                        yield nat.to.value + value - nat.source.value, guest


def _nics(plan: Plan, family: Family) -> Iterator[tuple[int, str, str]]:
    for guest in plan.guests:
        for nic in guest.nics:
            side = in_family(nic, family)
            if side.address:
                yield side.address.value, guest.name, nic.network
