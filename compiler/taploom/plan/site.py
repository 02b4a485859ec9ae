"""The type of the whole plan, and the types of its parts that belong to no single host."""

from taploom.base.address import Interface, Prefix
from taploom.base.frozen import dataclass
from taploom.plan.guest import Guest
from taploom.plan.host import Host
from taploom.plan.origin import Meta, Origin
from taploom.plan.policy import Forward, NatKind, PolicyEntry, Service
from taploom.plan.rollout import DEFAULT, Rollout

FORMAT = "taploom-plan/1"


@dataclass(frozen=True, slots=True)
class Zone:
    """A group of networks and uplinks that policy treats as one.

    Attributes:
        color: a CSS colour for diagrams, or "".
        networks: members, sorted.
        uplinks: members as `host/uplink`, sorted.
    """

    name: str
    color: str
    networks: tuple[str, ...]
    uplinks: tuple[str, ...]
    meta: Meta
    origin: Origin


@dataclass(frozen=True, slots=True)
class Nat:
    """The source NAT that a network requests for traffic that leaves the site, in one family.

    Attributes:
        kind: MASQUERADE or PREFIX; each host decides whether a masquerade becomes SNAT.
        prefix: the outer prefix of PREFIX, else None.
    """

    kind: NatKind
    prefix: Prefix | None


@dataclass(frozen=True, slots=True)
class Network:
    """A network of the spec.

    Attributes:
        host: the host that carries the network as a bridge; "" if no host does.
        ipv4: the host's own address on the network, or None.
        ipv6: the same for IPv6.
        nat4: translation of IPv4, or None.
        nat6: translation of IPv6, or None.
    """

    name: str
    zone: str
    host: str
    ipv4: Interface | None
    ipv6: Interface | None
    nat4: Nat | None
    nat6: Nat | None
    isolated: bool
    meta: Meta
    origin: Origin


@dataclass(frozen=True, slots=True)
class AddressSet:
    """Named prefixes outside the site."""

    name: str
    prefixes: tuple[Prefix, ...]
    meta: Meta
    origin: Origin


@dataclass(frozen=True, slots=True)
class ServiceSet:
    """A named service that the spec defines."""

    name: str
    services: tuple[Service, ...]
    meta: Meta
    origin: Origin


@dataclass(frozen=True, slots=True)
class Waiver:
    """A finding that the spec accepts.

    Attributes:
        code: code of the diagnostic.
        subject: the object that the finding is about, such as `forward/http`.
        reason: why the finding is accepted.
        used: whether the waiver matched a finding.
    """

    name: str
    code: str
    subject: str
    reason: str
    used: bool
    origin: Origin


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan of a whole site; each collection is sorted by name."""

    name: str
    domain: str
    zones: tuple[Zone, ...]
    networks: tuple[Network, ...]
    addresses: tuple[AddressSet, ...]
    services: tuple[ServiceSet, ...]
    hosts: tuple[Host, ...]
    guests: tuple[Guest, ...]
    forwards: tuple[Forward, ...]
    policy: tuple[PolicyEntry, ...]
    waivers: tuple[Waiver, ...]
    origin: Origin
    rollout: Rollout = DEFAULT
