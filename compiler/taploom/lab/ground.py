"""What is known of addresses once everything is up: what the network gives is in no plan."""

from dataclasses import field

from taploom.base.address import Address, Family
from taploom.base.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Ground:
    """What is known of addresses once everything is up.

    Attributes:
        uplinks: addresses of uplinks, by host, uplink and family.
        nics: address of a guest's NIC, by guest, network and family.
    """

    uplinks: dict[tuple[str, str, Family], Address] = field(default_factory=dict)
    nics: dict[tuple[str, str, Family], Address] = field(default_factory=dict)
