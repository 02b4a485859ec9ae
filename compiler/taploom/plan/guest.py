"""The part of the plan for one guest: its NICs, with their addresses and how they get them."""

import enum

from taploom.base.address import Address, Mac
from taploom.base.frozen import dataclass
from taploom.plan.host import Target
from taploom.plan.origin import Meta, Origin


class Mode(enum.Enum):
    """How a NIC gets its address in one family.

    STATIC: configured in the guest. RESERVED: by DHCP, from the host's reservation for its MAC. DHCP: by DHCP, from the
    pool, so not known beforehand. SLAAC: formed from RA and MAC (EUI-64). NONE: the family is not used.
    """

    STATIC = "static"
    RESERVED = "reserved"
    DHCP = "dhcp"
    SLAAC = "slaac"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class NicAddress:
    """The address of a NIC in one family.

    Attributes:
        mode: see `Mode`.
        address: the address if it is known (STATIC, RESERVED, SLAAC), else None.
        length: prefix length of the network in bits; 0 if the family is not used.
        gateway: the host's address on the network, or None.
        allocated: whether the address was taken from the lock.
        default_route: whether the guest's default route of this family is on this NIC; true for at most one NIC.
    """

    mode: Mode
    address: Address | None
    length: int
    gateway: Address | None
    allocated: bool
    default_route: bool = False


@dataclass(frozen=True, slots=True)
class Nic:
    """One network interface of a guest.

    Attributes:
        network: name of the network that the NIC is connected to.
        tap: name of the TAP interface, which is the host's end of the NIC.
        bridge: the bridge that the TAP joins.
        mac: hardware address; the guest's units match the interface by it.
        ra: whether the host sends router advertisements on the network.
        dns: resolvers, if neither DHCP nor RA announces them on the network.
        domain: search domain, or "".
        mtu: MTU in bytes, or None for the default of the link.
    """

    network: str
    tap: str
    bridge: str
    mac: Mac
    ipv4: NicAddress
    ipv6: NicAddress
    ra: bool
    dns: tuple[Address, ...]
    domain: str
    mtu: int | None
    origin: Origin

    @property
    def default_route(self) -> bool:
        """Whether the guest's default route of at least one family is on this NIC."""
        return self.ipv4.default_route or self.ipv6.default_route


@dataclass(frozen=True, slots=True)
class Guest:
    """One guest, with the `target` of its host.

    Attributes:
        nics: sorted by network.
    """

    name: str
    host: str
    target: Target
    nics: tuple[Nic, ...]
    meta: Meta
    origin: Origin
