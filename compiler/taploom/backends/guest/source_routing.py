"""Source routing in a guest with several NICs: a packet with a NIC's address as its source leaves by that NIC.

The kernel chooses a route by the destination alone. A guest that gets a request on one NIC could reply through another:
the NIC of its default route, or the NIC on the client's link. The spoof guard of the bridge behind that other NIC would
drop the reply, as its source is the address of the first NIC (weak host model, RFC 1122, 3.3.4.2). So each NIC has a
routing table of its own, and a rule selects that table for packets with a source in the NIC's network.
`IncomingInterface=lo` limits the rule to the guest's own packets, without those that it forwards (ip-rule(8), `iif`).

The rules match the network's prefix, so that they also match addresses from a DHCP pool. The routes are in the table
before the NIC has an address, so the next hop has to be declared on-link.
"""

from collections.abc import Iterator, Mapping

from taploom.backends.units.tree import Section, section
from taploom.base.address import Family, Interface
from taploom.base.names import digest
from taploom.plan.guest import Guest, Nic, NicAddress

_FIRST_TABLE = 1_000_000
"""The lowest number for a NIC's table; far from named tables (253 to 255) and from numbers that people choose."""
_PRIORITY = 1000
"""The priority of the rules: after the rule of the local table (0), before the rule of the main table (32766)."""


def tables(guest: Guest) -> Mapping[str, int]:
    """The routing table of each NIC, by network; none if the guest has only one NIC.

    The number is derived from the network's name, so that adding a NIC does not change the table of another NIC.
    """
    numbers: dict[str, int] = {}
    for nic in guest.nics if len(guest.nics) > 1 else ():
        number = _FIRST_TABLE + int(digest(nic.network, 5), 16)
        while number in numbers.values():
            number += 1
        numbers[nic.network] = number
    return numbers


def sections(nic: Nic, table: int | None) -> Iterator[Section]:
    """The rules of a NIC and the routes of its table."""
    for side in (nic.ipv4, nic.ipv6) if table else ():
        if side.gateway:
            yield from _family(nic, side, Interface(side.gateway, side.length), table)


def _family(nic: Nic, side: NicAddress, router: Interface, table: int | None) -> Iterator[Section]:
    here, prefix = nic.origin, str(router.prefix)
    yield section(
        "RoutingPolicyRule", here, ("From", prefix), ("IncomingInterface", "lo"), ("Table", table),
        ("Priority", _PRIORITY),
    )  # fmt: skip
    scope = "link" if router.family is Family.IPV4 else None
    yield section("Route", here, ("Destination", prefix), ("Scope", scope), ("Table", table))
    yield section("Route", here, ("Gateway", str(side.gateway)), ("GatewayOnLink", True), ("Table", table))
