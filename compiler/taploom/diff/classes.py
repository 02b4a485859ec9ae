"""The classes of disruption."""

import enum
from collections.abc import Mapping


class Class(enum.IntEnum):
    """How much an applied change disturbs running systems; each class includes the effects of the lower ones."""

    D0 = 0
    D1 = 1
    D2 = 2
    D3 = 3
    D4 = 4
    D5 = 5
    D6 = 6


MEANINGS: Mapping[Class, str] = {
    Class.D0: "no effect on traffic",
    Class.D1: "atomic ruleset swap, only new connections see it",
    Class.D2: "address or route refresh, link stays up",
    Class.D3: "link bounce, NAT flush or isolation",
    Class.D4: "renumbering",
    Class.D5: "device or guest re-created or gone",
    Class.D6: "can cut the management path",
}
"""The meaning of each class, for users."""
