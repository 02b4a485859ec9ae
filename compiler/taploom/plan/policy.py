"""Policy, port forwards and source NAT, in the form in which each host enforces them.

The spec's selectors are resolved: a `Term` has an ingress and an egress side of a host, prefixes on each side, and
services. It has sides instead of interfaces, because a zone may have many uplinks, and prefixes instead of guests,
because the kernel knows no guests. One policy entry of the spec becomes one term for each pair of sides and family.
"""

import enum

from taploom.base.address import Address, Family, Prefix
from taploom.base.frozen import dataclass
from taploom.plan.origin import Meta, Origin


class Action(enum.Enum):
    """The action of a policy entry; `deny` overrides `allow`, whatever their order."""

    ALLOW = "allow"
    DENY = "deny"


class SideKind(enum.Enum):
    """The kind of a side.

    BRIDGE: the guests of a network of this host. OUTSIDE: addresses beyond the uplinks of a zone, except the site's
    own networks and hosts. REMOTE: the site's networks and hosts that are reached through the uplinks of a zone. SELF:
    the host itself. OTHER: interfaces that the spec does not know.
    """

    BRIDGE = "bridge"
    OUTSIDE = "outside"
    REMOTE = "remote"
    SELF = "self"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a host: a group of its interfaces, or the host itself, where packets come from or go to.

    Attributes:
        kind: see `SideKind`.
        name: network of a BRIDGE, zone of OUTSIDE and REMOTE, else "".
    """

    kind: SideKind
    name: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Service:
    """One protocol with a range of destination ports, or of ICMP types.

    Attributes:
        protocol: `tcp`, `udp`, `sctp`, `icmp`, `icmpv6`, or another name of the pinned protocol table (`esp`, `gre` …).
        first: first port or ICMP type; 0 with `last` 65535 (255 for ICMP) means all.
        last: last port or type, included.
    """

    protocol: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Limit:
    """A rate of new connections; connections above it are dropped (`limit rate` of nft(8)).

    Attributes:
        rate: new connections per `unit`.
        unit: `second`, `minute`, `hour` or `day`.
        burst: new connections that may arrive at once.
    """

    rate: int
    unit: str
    burst: int


@dataclass(frozen=True, slots=True)
class Term:
    """The part of one policy entry that one host enforces between two of its sides, in one family.

    Attributes:
        entry: stable name, `policy/NAME`; `implied/forwards-of-HOST` for traffic to the forwards of another host.
        action: allow or deny.
        ingress: side where the packet comes in.
        egress: side where the packet leaves; SELF is the host's own input.
        family: IP version.
        sources: disjoint prefixes, sorted, all within the ingress side; never empty.
        destinations: the same for the egress side; for SELF, `0.0.0.0/0` or `::/0` means every address of the host.
        services: protocols with ports or types; empty for any protocol.
        log: whether the kernel logs matches.
        limit: rate above which matches are dropped, or None.
        expires: end of validity in seconds since the epoch (UTC), or None.
        origin: the policy entry.
    """

    entry: str
    action: Action
    ingress: Side
    egress: Side
    family: Family
    sources: tuple[Prefix, ...]
    destinations: tuple[Prefix, ...]
    services: tuple[Service, ...]
    log: bool
    limit: Limit | None
    expires: int | None
    origin: Origin


@dataclass(frozen=True, slots=True)
class PolicyEntry:
    """A policy entry as written in the spec, for pages, differences and findings.

    Attributes:
        name: name of the entry.
        sources: the selectors after `from`, as written, sorted.
        destinations: the selectors after `to`.
        services: the services as written, sorted; `("any",)` for any.
    """

    name: str
    action: Action
    sources: tuple[str, ...]
    destinations: tuple[str, ...]
    services: tuple[str, ...]
    log: bool
    limit: Limit | None
    expires: int | None
    meta: Meta
    origin: Origin


@dataclass(frozen=True, slots=True)
class DnatEntry:
    """One destination NAT: the part of a forward that holds for one family, protocol and range of ports.

    Attributes:
        forward: stable name, `forward/NAME`.
        family: IP version.
        uplinks: names of the host's uplinks on whose addresses the forward listens, sorted.
        protocol: `tcp`, `udp` or `sctp`.
        first: first outside port.
        last: last outside port, included.
        guest: name of the target.
        network: network on which the target is reached.
        target: address of the target.
        target_first: inside port that `first` becomes; ranges keep their order.
        sources: prefixes that may use the forward, disjoint and sorted; None for any.
        outside: zones from whose OUTSIDE side every address may use the forward, in addition to `sources`; empty if
            `sources` is None.
        hairpin: whether guests and the host itself reach the target through the outside address.
        expires: end of validity in seconds since the epoch (UTC), or None.
        origin: the forward entry.
    """

    forward: str
    family: Family
    uplinks: tuple[str, ...]
    protocol: str
    first: int
    last: int
    guest: str
    network: str
    target: Address
    target_first: int
    sources: tuple[Prefix, ...] | None
    hairpin: bool
    expires: int | None
    origin: Origin
    outside: tuple[str, ...] = ()

    @property
    def inside(self) -> Service:
        """The protocol and ports after translation."""
        return Service(self.protocol, self.target_first, self.target_first + self.last - self.first)


@dataclass(frozen=True, slots=True)
class Forward:
    """A forward entry as written in the spec."""

    name: str
    host: str
    uplinks: tuple[str, ...]
    ports: tuple[Service, ...]
    guest: str
    to_port: int | None
    sources: tuple[str, ...]
    hairpin: bool
    expires: int | None
    meta: Meta
    origin: Origin


class NatKind(enum.Enum):
    """How the source address of traffic that leaves the site is rewritten.

    MASQUERADE uses the uplink's current address. SNAT uses a fixed address, so connections survive when networkd
    refreshes the address. PREFIX maps an IPv6 prefix to another of the same length, statefully and in both directions
    (like NPTv6 of RFC 6296, but without checksum neutrality).
    """

    MASQUERADE = "masquerade"
    SNAT = "snat"
    PREFIX = "prefix"


@dataclass(frozen=True, slots=True)
class SourceNat:
    """Source NAT of one network's traffic that leaves through one uplink; never between the site's own networks.

    Attributes:
        to: the uplink's address for SNAT as a /32 or /128, the outer prefix for PREFIX, None for MASQUERADE.
        spared: fixed addresses of hosts of the site that have a route back to the network through the uplink's zone,
            sorted; packets to them are not translated, so that these hosts see the original source address.
    """

    network: str
    family: Family
    source: Prefix
    uplink: str
    kind: NatKind
    to: Prefix | None
    origin: Origin
    spared: tuple[Prefix, ...] = ()
