"""How a host takes up a new bundle: the time to confirm it, and the probes that have to succeed afterwards."""

import enum

from taploom.base.address import Address, Family
from taploom.base.frozen import dataclass
from taploom.plan.origin import Origin

CONFIRM = 120
"""Seconds that a host waits for a confirmation if the spec states no time."""


class ProbeKind(enum.Enum):
    """The kind of a probe: a next hop answers, a name resolves, or the operator reaches the host by TCP."""

    GATEWAY = "gateway"
    DNS = "dns"
    TCP = "tcp"


@dataclass(frozen=True, slots=True)
class TakeUpProbe:
    """A test of a host: if it succeeds before the host takes a bundle up, it has to succeed afterwards.

    Attributes:
        kind: kind of the probe.
        device: the uplink of a next hop, else "".
        family: the family of a next hop, else None.
        address: the next hop; None if the uplink learns it, or if the probe is of another kind.
        domain: the name that has to resolve, else "".
        port: the TCP port of the host that its operator has to reach, else None.
    """

    kind: ProbeKind
    device: str
    family: Family | None
    address: Address | None
    domain: str
    port: int | None
    origin: Origin

    @property
    def words(self) -> tuple[str, ...]:
        """The probe as `activate` reads it: `gateway eno1 ipv4 learned`, `dns example.org` or `tcp 22`."""
        hop = (self.device, self.family.key, str(self.address or "learned")) if self.family else ()
        port = (str(self.port),) if self.port else ()
        return (self.kind.value, *hop, *((self.domain,) if self.domain else ()), *port)


@dataclass(frozen=True, slots=True)
class TakeUp:
    """How a host takes a bundle up.

    Attributes:
        confirm: seconds after which the host goes back to its old state, unless somebody confirms.
        stated: whether the spec lists the probes; if not, `probes` are the default ones.
        probes: sorted: next hops by uplink and family, then names, then ports.
    """

    confirm: int
    stated: bool
    probes: tuple[TakeUpProbe, ...]


DEFAULT = TakeUp(CONFIRM, stated=False, probes=())
