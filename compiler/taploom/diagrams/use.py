"""The use of a network's addresses in both families: taken ones, gaps between them, and the next free one.

The first address of an IPv6 prefix is the routers' anycast address (RFC 4291, 2.6.1), so it is never free.
"""

from collections.abc import Iterator

from taploom.base.address import Address, Family, Interface, in_family
from taploom.base.frozen import dataclass
from taploom.base.identity import remembered
from taploom.plan.interfaces import HostInterface, inside
from taploom.plan.site import Network, Plan


@dataclass(frozen=True, slots=True)
class UsedAddress:
    """An address in use.

    Attributes:
        by: the holder, as `host/NAME` or `guest/NAME`.
        how: `gateway`, or the mode of the guest's NIC.
    """

    address: Address
    by: str
    how: str


@dataclass(frozen=True, slots=True)
class AddressRun:
    """A run of addresses; `what` is `free` or `DHCP pool`."""

    first: Address
    last: Address
    what: str

    @property
    def size(self) -> int:
        """Number of addresses."""
        return self.last.value - self.first.value + 1


@dataclass(frozen=True, slots=True)
class NetworkUse:
    """One family of a network.

    Attributes:
        own: the host's address with the prefix length.
        taken: addresses in use, sorted.
        ranges: DHCP pool and free ranges, sorted.
        next: the lowest address that is neither in use nor in the pool, or None.
    """

    own: Interface
    taken: tuple[UsedAddress, ...]
    ranges: tuple[AddressRun, ...]
    next: Address | None

    @property
    def usable(self) -> int:
        """Number of addresses that a host or guest may have."""
        first, last = _room(self.own)
        return last - first + 1


def uses(plan: Plan, network: Network) -> tuple[NetworkUse, ...]:
    """The use of each family that a network has."""
    return tuple(_use(plan, network, own) for own in (network.ipv4, network.ipv6) if own is not None)


def counted(here: HostInterface) -> str:
    """The number of guests on a network, as `1 guest` or `7 guests`."""
    count = len({port.guest for port in here.ports})
    return f"{count} guest" + ("s" if count != 1 else "")


@remembered
def used_addresses(here: HostInterface) -> str:
    """The number of used IPv4 addresses, as `5 / 254 used`; the number of guests if the network has no IPv4."""
    own = here.own(Family.IPV4)
    if own is None:
        return counted(here)
    known = {a for port in here.ports for a in port.ipv4 or ()}
    known |= {lease.address for lease in here.dhcp.leases} if here.dhcp else set()
    size = own.prefix.size
    return f"{len(known | {own.address})} / {size - 2 if size > 2 else size} used"


def _use(plan: Plan, network: Network, own: Interface) -> NetworkUse:
    taken = [UsedAddress(own.address, f"host/{network.host}", "gateway")] if network.host else []
    for guest in plan.guests:
        for nic in guest.nics:
            found = in_family(nic, own.family)
            if nic.network == network.name and found.address is not None:
                taken.append(UsedAddress(found.address, f"guest/{guest.name}", found.mode.value))
    taken.sort(key=lambda one: (one.address, one.by))
    pool = _pool(plan, network) if own.family is Family.IPV4 else None
    gaps = list(_gaps(own, taken, pool))
    ranges = sorted((*gaps, *((pool,) if pool else ())), key=lambda one: one.first)
    return NetworkUse(own, tuple(taken), tuple(ranges), gaps[0].first if gaps else None)


def _room(own: Interface) -> tuple[int, int]:
    """The first and the last address that a host or guest may have in a prefix."""
    first, size = own.prefix.value, own.prefix.size
    if size <= 2:
        return first, first + size - 1
    return first + 1, first + size - (2 if own.family is Family.IPV4 else 1)


def _pool(plan: Plan, network: Network) -> AddressRun | None:
    for host in plan.hosts:
        for here in inside(host):
            if here.network == network.name and here.dhcp:
                return AddressRun(here.dhcp.first, here.dhcp.last, "DHCP pool")
    return None


def _gaps(own: Interface, taken: list[UsedAddress], pool: AddressRun | None) -> Iterator[AddressRun]:
    """The free ranges of a network, without the DHCP pool."""
    at, end = _room(own)
    busy = [(one.address.value, one.address.value) for one in taken]
    busy += [(pool.first.value, pool.last.value)] if pool else []
    for first, last in sorted(busy):
        if first > at:
            yield AddressRun(Address(own.family, at), Address(own.family, first - 1), "free")
        at = max(at, last + 1)
    if at <= end:
        yield AddressRun(Address(own.family, at), Address(own.family, end), "free")
