"""Values of the language that are more than a scalar: selectors, port ranges, settings with words."""

import enum

from taploom.base.address import Address, Mac, Prefix
from taploom.base.frozen import dataclass
from taploom.plan.policy import Limit, Service

__all__ = ["Limit", "NicSetting", "PoolRange", "PortRange", "Selector", "ServiceRef", "Setting"]


class Setting(enum.Enum):
    """Words that stand where an address could."""

    AUTO = "auto"
    DHCP = "dhcp"
    SLAAC = "slaac"
    RA = "ra"
    NONE = "none"
    MASQUERADE = "masquerade"
    OFF = "off"
    HOST = "host"


NicSetting = Address | Setting
"""What a NIC may say of a family."""

MacSetting = Mac | Setting
"""What a NIC may say of its MAC."""


@dataclass(frozen=True, slots=True)
class Selector:
    """Who is meant: `any`, `hosts`, a bare name, `kind/name`, or a literal prefix.

    Attributes:
        kind: `any`, `hosts`, `name`, `zone`, `network`, `host`, `guest`, `tag`, `address` or `prefix`.
        name: the name; "" for `any`, `hosts` and prefixes.
        prefix: the literal prefix, else None.
        text: as written.
    """

    kind: str
    name: str
    prefix: Prefix | None
    text: str


@dataclass(frozen=True, slots=True)
class ServiceRef:
    """A service as written: a name, a literal, or `any`.

    Attributes:
        literal: what a literal says in each family (IPv4, IPv6), or None for a name.
    """

    text: str
    literal: tuple[Service, ...] | None


@dataclass(frozen=True, slots=True)
class PortRange:
    """An inclusive range of ports; `first == last` for one."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class PoolRange:
    """An inclusive range of IPv4 addresses."""

    first: Address
    last: Address
