"""Forwards that work in one family only, although uplink and network have both: the missing family, and the reason."""

from collections.abc import Iterator

from taploom.base.address import Family, in_family
from taploom.base.frozen import dataclass
from taploom.checks.context import Context
from taploom.checks.families import other
from taploom.plan.guest import Mode
from taploom.plan.interfaces import outside
from taploom.plan.policy import Forward


@dataclass(frozen=True, slots=True)
class MissingFamily:
    """The family that a forward lacks.

    Attributes:
        network: the network by which the guest is reached.
        mode: how the guest gets its address of the family. If this address is known, the reason is that `from` has no
            prefix of the family.
    """

    forward: Forward
    family: Family
    network: str
    mode: Mode


def missing_twins(context: Context) -> Iterator[MissingFamily]:
    """All forwards that lack a family which their uplink and the guest's network have."""
    guests = {guest.name: guest for guest in context.plan.guests}
    networks = {network.name: network for network in context.plan.networks}
    hosts = {host.name: host for host in context.plan.hosts}
    found: dict[str, tuple[set[Family], str]] = {}
    for host in context.plan.hosts:
        for dnat_entry in host.dnat_entries:
            found.setdefault(dnat_entry.forward, (set(), dnat_entry.network))[0].add(dnat_entry.family)
    for forward in context.plan.forwards:
        families, network = found.get(f"forward/{forward.name}", (set(), ""))
        if len(families) != 1:
            continue
        lacking = other(next(iter(families)))
        uplinks = (uplink for uplink in outside(hosts[forward.host]) if uplink.device in forward.uplinks)
        if in_family(networks[network], lacking) is None or all(
            in_family(uplink, lacking) is None for uplink in uplinks
        ):
            continue
        nic = next(nic for nic in guests[forward.guest].nics if nic.network == network)
        yield MissingFamily(forward, lacking, network, in_family(nic, lacking).mode)
