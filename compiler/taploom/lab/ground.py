"""The addresses of a running site, including those that the network assigns and that the plan does not contain."""

from dataclasses import field

from taploom.base.address import Address, Family
from taploom.base.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Ground:
    """The addresses of a running site.

    Attributes:
        uplinks: addresses of uplinks, by host, uplink and family.
        nics: addresses of guests' NICs, by guest, network and family.
    """

    uplinks: dict[tuple[str, str, Family], Address] = field(default_factory=dict)
    nics: dict[tuple[str, str, Family], Address] = field(default_factory=dict)
