"""Targets of forwards: the destinations of their flows after translation, by network and family."""

from collections.abc import Iterator

from taploom.backends.nftables.fields import Field, Type, address_type, daddr
from taploom.backends.nftables.idents import ident
from taploom.backends.nftables.lower.idioms import ACCEPT, fixed_addresses, on
from taploom.backends.nftables.lower.layers import layers
from taploom.backends.nftables.lower.shapes import Shape, in_order, with_port
from taploom.backends.nftables.tree import (
    Element,
    Lookup,
    Rule,
    Set,
    Statement,
)
from taploom.backends.nftables.values import Range, Word
from taploom.base.address import FAMILIES, Family
from taploom.base.frozen import dataclass
from taploom.plan.host import Host
from taploom.plan.policy import DnatEntry, NatKind, Side, SideKind


@dataclass(frozen=True, slots=True)
class Targets:
    """The targets of forwards in one network and family.

    Attributes:
        sets: the targets as sets; each set has one protocol and disjoint elements.
        mirrors: pairs of a target and the outer address (the mirror) that a prefix translation gives it; or None.
        hairpin: whether some forward with these targets takes packets from the host's own networks.
    """

    network: str
    family: Family
    sets: tuple[tuple[Shape, Set], ...]
    mirrors: Set | None
    hairpin: bool

    def reached_from(self, ingress: Side) -> bool:
        """Whether a forward can lead packets from a side to one of these targets.

        All uplinks count, as a packet can arrive by one uplink and be addressed to another.
        """
        if ingress.kind is SideKind.BRIDGE:
            return self.hairpin
        return ingress.kind in (SideKind.OUTSIDE, SideKind.REMOTE)

    def rules(self, host: Host) -> Iterator[Rule]:
        """The rules that accept packets that a forward translated to one of these targets.

        Packets of a prefix translation have the status `dnat`, too, but belong to no forward: their original
        destination is a mirror.
        """
        translated: list[Statement] = [on(Field.CT_STATUS, Word("dnat"))]
        if self.mirrors:
            ends = (Field.IP6_DADDR, Field.CT_ORIGINAL_IP6_DADDR)
            translated.append(Lookup(ends, self.mirrors.name, negated=True))
        for shape, one in self.sets:
            lookup = Lookup((daddr(self.family), *shape.fields), one.name)
            yield Rule((*translated, *shape.guard, lookup, ACCEPT), "", host.origin)


def targets(host: Host) -> tuple[Targets, ...]:
    """All targets of a host's forwards, by network and family."""
    groups: dict[tuple[str, Family], list[DnatEntry]] = {}
    for dnat_entry in host.dnat_entries:
        groups.setdefault((dnat_entry.network, dnat_entry.family), []).append(dnat_entry)
    return tuple(
        Targets(
            network,
            family,
            tuple(_sets(host, network, family, groups[network, family])),
            _mirrors(host, network, groups[network, family]),
            any(dnat_entry.hairpin for dnat_entry in groups[network, family]),
        )
        for network in sorted({network for network, _ in groups})
        for family in FAMILIES
        if (network, family) in groups
    )


def _sets(host: Host, network: str, family: Family, dnat_entries: list[DnatEntry]) -> Iterator[tuple[Shape, Set]]:
    for shape in in_order({with_port(dnat_entry.protocol) for dnat_entry in dnat_entries}):
        types = (address_type(family), *shape.types)
        found = (_target(dnat_entry) for dnat_entry in dnat_entries if dnat_entry.protocol == shape.name)
        for number, layer in enumerate(layers(found), start=1):
            name = ident("forwards", f"net-{network}", family.key, shape.name, *([str(number)] if number > 1 else []))
            yield (
                shape,
                Set(name, types, layer.elements, interval=layer.interval, counted=True, origin=host.origin),
            )


def _mirrors(host: Host, network: str, dnat_entries: list[DnatEntry]) -> Set | None:
    """The set of mirrors, except addresses of the host itself: packets to these are not translated."""
    own = fixed_addresses(host, Family.IPV6)
    found = {
        (dnat_entry.target.prefix, mirror.prefix): Element((dnat_entry.target.prefix, mirror.prefix), origin=nat.origin)
        for nat in host.nat
        for dnat_entry in dnat_entries
        if nat.kind is NatKind.PREFIX and nat.to and dnat_entry.target in nat.source
        if (mirror := nat.to.first + (dnat_entry.target.value - nat.source.value)) not in own
    }
    elements = tuple(found[key] for key in sorted(found))
    name, types = ident("mirrors", f"net-{network}"), (Type.IPV6, Type.IPV6)
    return Set(name, types, elements, origin=host.origin) if elements else None


def _target(dnat_entry: DnatEntry) -> Element:
    ports = Range(dnat_entry.target_first, dnat_entry.inside.last)
    return Element((dnat_entry.target.prefix, ports), None, dnat_entry.forward, dnat_entry.origin)
