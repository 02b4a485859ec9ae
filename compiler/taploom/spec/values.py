"""Types of values that are more than a scalar: selectors, services, ranges, and words in the place of values."""

import enum

from taploom.base.address import Address, Mac, Prefix
from taploom.base.frozen import dataclass
from taploom.plan.policy import Limit, Service

__all__ = ["Keyword", "Limit", "NicSetting", "PoolRange", "PortRange", "Selector", "ServiceRef"]


class Keyword(enum.Enum):
    """Words that a spec may contain in the place of a value such as an address."""

    AUTO = "auto"
    DHCP = "dhcp"
    SLAAC = "slaac"
    RA = "ra"
    NONE = "none"
    MASQUERADE = "masquerade"
    OFF = "off"
    HOST = "host"


NicSetting = Address | Keyword
"""The setting of a NIC in one family."""

MacSetting = Mac | Keyword
"""The setting of a NIC's MAC."""


@dataclass(frozen=True, slots=True)
class Selector:
    """Senders or destinations: `any`, `hosts`, a bare name, `kind/name`, or a literal prefix.

    Attributes:
        kind: `any`, `hosts`, `name`, `zone`, `network`, `host`, `guest`, `tag`, `address` or `prefix`.
        name: the name; "" for `any`, `hosts` and prefixes.
        prefix: the literal prefix, else None.
        text: the selector as it is written.
    """

    kind: str
    name: str
    prefix: Prefix | None
    text: str


@dataclass(frozen=True, slots=True)
class ServiceRef:
    """A service as written: a name, a literal, or `any`.

    Attributes:
        literal: the services of a literal; None for a name.
    """

    text: str
    literal: tuple[Service, ...] | None


@dataclass(frozen=True, slots=True)
class PortRange:
    """An inclusive range of ports; `first == last` for a single port."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class PoolRange:
    """An inclusive range of IPv4 addresses."""

    first: Address
    last: Address
