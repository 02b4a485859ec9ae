"""The pool of a DHCP server, for guests without a reservation."""

from taploom.base.address import Address, Family
from taploom.spec.model.network import DhcpSpec, NetworkSpec
from taploom.spec.values import PoolRange


def pool_of(network: NetworkSpec) -> PoolRange | None:
    """The pool that the spec names, else the half of the subnet without the gateway; None without DHCP.

    The other half is for addresses from the spec and the lock, so that they never lie in the pool.
    """
    if not isinstance(network.dhcp, DhcpSpec) or network.ipv4 is None:
        return None
    if network.dhcp.pool is not None:
        return network.dhcp.pool
    prefix = network.ipv4.prefix
    if prefix.length > 29:
        return None
    middle = prefix.value + prefix.size // 2
    if network.ipv4.address.value < middle:
        return PoolRange(Address(Family.IPV4, middle), Address(Family.IPV4, prefix.last.value - 1))
    return PoolRange(Address(Family.IPV4, prefix.value + 1), Address(Family.IPV4, middle - 1))
