"""Changes of flows between two revisions, as data.

A `FlowChange` is one change as a reviewer sees it, in words of the spec. Its regions are the exact packets that it
stands for, on each host and in each family.
"""

import enum

from taploom.base.address import Family
from taploom.base.frozen import dataclass
from taploom.flows.algebra.spans import Spans
from taploom.flows.packets.forwarding import OTHER
from taploom.plan.origin import Origin

_OTHERS = "other interfaces"
"""The name for senders whose packets arrive on interfaces that the spec does not know."""


class VerdictChange(enum.Enum):
    """The change of a verdict. REDECIDED: the verdict is the same, but the deciding entry or a translation differs."""

    ALLOWED = "allowed"
    BLOCKED = "blocked"
    REDECIDED = "redecided"


@dataclass(frozen=True, slots=True)
class Disposition:
    """The outcome of packets on one side of the comparison.

    Attributes:
        verdict: `allow`, `drop`, `absent` if this side lacks the guest, interface or host, or `elsewhere` if the packet
            takes another route.
        by: the deciding entry, as `policy/NAME`, `forward/NAME`, `implied/NAME` or `default`; "" if `absent`.
        to: the guest to which the packets are translated, or "".
        source: the translation of their source: `masquerade`, `snat` or `prefix`; "" if none, or equal on both sides.
        limited: whether the packets pass only up to a rate.
        port: the port to which they are translated, such as `tcp/8443`; "" if none, or equal on both sides.
        also: further deciding entries if the change unites several, sorted.
    """

    verdict: str
    by: str
    to: str = ""
    source: str = ""
    limited: bool = False
    port: str = ""
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Region:
    """A set of packets of one host, exactly: the product of its parts.

    Attributes:
        ingress: interface on which they arrive; `self/` for the host's own packets, `other/` for unknown interfaces.
        way: uplink of the default route that they take, or "" if they take another route.
        destinations: addresses as numbers; values above the last address stand for learned addresses of the host.
        services: protocols and ports (ICMP types), as pairs of intervals; None for all.
        sources: addresses as numbers.
        times: phases of time, as in `flows.packets.clock`; None for always.
        source_before: the translation of their source before the change, as in `Disposition.source`.
        source_after: the translation of their source after the change.
        target: the address to which their destination was translated before the change, or None.
        uplinks: the uplinks whose learned addresses are among the destinations, sorted.
    """

    host: str
    family: Family
    ingress: str
    way: str
    destinations: Spans
    services: tuple[tuple[Spans | None, Spans | None], ...]
    sources: Spans
    sender_ports: Spans | None
    hop_limits: Spans | None
    times: Spans | None
    source_before: str
    source_after: str
    target: int | None
    uplinks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """One concrete packet of a change.

    Attributes:
        protocol: name of the protocol, or its number.
        source_port: port of the sender; 0 if the protocol has no ports.
        port: destination port or ICMP type; 0 if the protocol has neither.
        destination: an address, or the words for a learned address.
    """

    host: str
    ingress: str
    protocol: str
    source: str
    source_port: int
    destination: str
    port: int


@dataclass(frozen=True, slots=True)
class FlowChange:
    """A change of flows, as a reviewer sees it.

    Attributes:
        exposed: whether packets from outside the site now reach something that they did not reach before.
        inherited: True if the cause is not a changed entry, but a guest, network or host that appears or disappears.
        readdressed: True if only addresses change, so that the other side has the same flow at other addresses.
        sources: `kind/name`, prefixes or ranges, sorted.
        destinations: in the same form as `sources`; for translated packets, the guest.
        services: such as `tcp/443` or `any`.
        via: outside addresses of translated packets.
        hosts: hosts that decide about the packets.
        families: IP versions.
        example: one packet.
        before_cause: entry that decided before, or None.
        after_cause: entry that decides now, or None.
        regions: the exact packets.
    """

    change: VerdictChange
    exposed: bool
    inherited: bool
    readdressed: bool
    sources: tuple[str, ...]
    destinations: tuple[str, ...]
    services: tuple[str, ...]
    via: tuple[str, ...]
    hosts: tuple[str, ...]
    families: tuple[Family, ...]
    before: Disposition
    after: Disposition
    example: Example
    before_cause: Origin | None
    after_cause: Origin | None
    regions: tuple[Region, ...]

    @property
    def foreign(self) -> bool:
        """Whether all packets of the change arrive on interfaces that the spec does not know."""
        return all(region.ingress == OTHER for region in self.regions)

    @property
    def implied(self) -> bool:
        """Whether no entry of the spec decides on either side, as for DHCP; flows within a bridge do not count."""
        names = (self.before.by, self.after.by)
        if any(name.startswith(("policy/", "forward/")) for name in names):
            return False
        return self.readdressed or "implied/bridge" not in names


def told_foreign(one: FlowChange) -> str:
    """The words ` by other interfaces` if a change is `foreign` and the names of its senders do not say so; else ""."""
    return " by other interfaces" if one.foreign and not any(name.startswith(_OTHERS) for name in one.sources) else ""
