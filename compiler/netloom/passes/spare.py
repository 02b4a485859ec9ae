"""Translations spare the hosts of the site that can answer without: there, the sender is known by its own address.

A host can where a route of its own leads back to the network, by an uplink of the zone by which the packets come. A
default route is no such way: it may lead anywhere, and what comes with an address of the site and has no other way
back is dropped.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from netloom.base.address import Prefix, prefix_of
from netloom.passes.equip import Equipment
from netloom.passes.spaces import minimal
from netloom.plan.host import Fixed
from netloom.plan.policy import SourceNat

Ways = Mapping[tuple[Prefix, str], set[Prefix]]
"""The addresses of the hosts that have a route to a prefix by a zone."""


def spare(equipment: Mapping[str, Equipment]) -> Mapping[str, Equipment]:
    """The same equipment, its translations with what they spare."""
    ways: dict[tuple[Prefix, str], set[Prefix]] = {}
    for own in equipment.values():
        zones = {uplink.name: uplink.zone for uplink in own.uplinks}
        addresses = set(_fixed(own))
        for route in own.routes:
            if route.to.length and route.device in zones:
                here = {address for address in addresses if address.family is route.to.family}
                ways.setdefault((route.to, zones[route.device]), set()).update(here)
    return {host: _spared(own, ways) for host, own in equipment.items()} if ways else equipment


def _fixed(own: Equipment) -> Iterator[Prefix]:
    for uplink in own.uplinks:
        yield from (s.interface.address.prefix for s in (uplink.ipv4, uplink.ipv6) if isinstance(s, Fixed))


def _spared(own: Equipment, ways: Ways) -> Equipment:
    zones, mine = {uplink.name: uplink.zone for uplink in own.uplinks}, set(_fixed(own))
    return replace(own, nat=tuple(_with(entry, zones[entry.uplink], ways, mine) for entry in own.nat))


def _with(entry: SourceNat, zone: str, ways: Ways, mine: set[Prefix]) -> SourceNat:
    around = (prefix_of(entry.source.first, length) for length in range(1, entry.source.length + 1))
    found = {address for prefix in around for address in ways.get((prefix, zone), ())}
    return replace(entry, spared=minimal(found - mine)) if found else entry
