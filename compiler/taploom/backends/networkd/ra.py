"""Router advertisements on a bridge."""

from taploom.backends.units.tree import Assignment, Section, section
from taploom.base.address import Family
from taploom.plan.host import Bridge, RouterAdvertisement

SLAAC_LENGTH = 64
"""The only prefix length with which a guest on Ethernet forms an address by autoconfiguration (RFC 4862, 5.5.3)."""


def sections(bridge: Bridge) -> tuple[Section, ...]:
    """`[IPv6SendRA]` and `[IPv6Prefix]`; nothing for a network without router advertisements."""
    if not bridge.ra:
        return ()
    prefix = section(
        "IPv6Prefix",
        bridge.ra.origin,
        ("Prefix", str(bridge.ra.prefix)),
        ("AddressAutoconfiguration", None if bridge.ra.prefix.length == SLAAC_LENGTH else False),
    )
    return _announced(bridge, bridge.ra), prefix


def _announced(bridge: Bridge, ra: RouterAdvertisement) -> Section:
    """`[IPv6SendRA]`; without resolvers in the spec, networkd announces the resolvers of the uplink."""
    resolvers = [str(address) for address in bridge.dns if address.family is Family.IPV6]
    base = section(
        "IPv6SendRA",
        ra.origin,
        ("EmitDNS", bool(resolvers) if bridge.dns else None),
        ("EmitDomains", None if bridge.domain else False),
        ("Domains", bridge.domain or None),
    )
    return Section("IPv6SendRA", (*base.assignments, *(Assignment("DNS", address, ra.origin) for address in resolvers)))
