"""What one hypervisor has: uplinks, bridges with the ports of guests, routes, translations and terms."""

import enum

from taploom.base.address import LINK_LOCAL, Address, Interface, Mac, Prefix
from taploom.base.frozen import dataclass
from taploom.base.names import digest
from taploom.plan.origin import Meta, Origin
from taploom.plan.policy import DnatEntry, Service, SourceNat, Term

ETHERNET_MTU = 1500
"""Bytes that a link of ours takes where nothing else is said (IEEE 802.3)."""


@dataclass(frozen=True, slots=True)
class Target:
    """The versions of the tools that will read what is rendered.

    Attributes:
        systemd: major version, 252 to 260.
        nftables: version as numbers, (1, 0, 6) and later.
        nixos: release such as `25.11`.
    """

    systemd: int
    nftables: tuple[int, ...]
    nixos: str


class Learned(enum.Enum):
    """An uplink's address that the network outside gives: by DHCP (IPv4) or by router advertisement (IPv6)."""

    DHCP = "dhcp"
    RA = "ra"


@dataclass(frozen=True, slots=True)
class Fixed:
    """An uplink's static address and its way out.

    Attributes:
        gateway: next hop of the default route; on the link, or link-local for IPv6; `ra` where routers advertise
            themselves; None where there is none.
    """

    interface: Interface
    gateway: Address | Learned | None

    @property
    def next_hop(self) -> Address | None:
        """The next hop of the default route where the plan knows it."""
        return self.gateway if isinstance(self.gateway, Address) else None


@dataclass(frozen=True, slots=True)
class Uplink:
    """An interface of the host towards what taploom does not manage. None for a family means: not used.

    Attributes:
        metric: of the routes that its gateways, DHCP or RA bring, the lower wins; None where the spec says nothing.
    """

    name: str
    zone: str
    ipv4: Fixed | Learned | None
    ipv6: Fixed | Learned | None
    dns: tuple[Address, ...]
    mtu: int | None
    origin: Origin
    metric: int | None = None

    @property
    def configured(self) -> bool:
        """Whether the spec says anything of it but its zone; else it is left to whoever else configures it.

        Then it may have an address of either family, which nobody knows beforehand.
        """
        return bool(self.ipv4 or self.ipv6 or self.dns or self.mtu)

    @property
    def advertised(self) -> bool:
        """Whether it hears router advertisements (RFC 4861), for its address or for its way out alone."""
        return (self.ipv6.gateway if isinstance(self.ipv6, Fixed) else self.ipv6) is Learned.RA


@dataclass(frozen=True, slots=True)
class Lease:
    """A DHCP reservation: the guest with this MAC gets this address."""

    guest: str
    mac: Mac
    address: Address
    origin: Origin


@dataclass(frozen=True, slots=True)
class DhcpServer:
    """DHCPv4 on a bridge.

    Attributes:
        first: first address of the pool for guests without a reservation.
        last: last address of the pool, included.
        lease: lifetime in seconds.
        leases: reservations, sorted by address; they may lie outside of the pool.
    """

    first: Address
    last: Address
    lease: int
    leases: tuple[Lease, ...]
    origin: Origin


@dataclass(frozen=True, slots=True)
class RouterAdvertisement:
    """Router advertisements on a bridge (RFC 4861); guests take the route and may form SLAAC addresses (RFC 4862)."""

    prefix: Prefix
    origin: Origin


@dataclass(frozen=True, slots=True)
class Port:
    """The TAP of one guest's NIC on a bridge, with what the guest may send from.

    Attributes:
        tap: interface name on the host.
        ipv4: addresses that the spoof guard lets through as sources; None where they are not known beforehand (`dhcp`).
        ipv6: the same, link-local ones left aside.
    """

    guest: str
    tap: str
    mac: Mac
    ipv4: tuple[Address, ...] | None
    ipv6: tuple[Address, ...] | None
    origin: Origin


@dataclass(frozen=True, slots=True)
class Taps:
    """How TAPs get onto a bridge.

    Attributes:
        patterns: shell globs or exact names that the bridge's unit matches; sorted; empty where no guest is.
        create: whether the host creates the TAPs (else the guest's runner does).
        user: owner of created TAPs, or "".
    """

    patterns: tuple[str, ...]
    create: bool
    user: str


@dataclass(frozen=True, slots=True)
class Bridge:
    """A network of the spec as it is on this host.

    Attributes:
        network: name of the network.
        device: interface name of the bridge.
        zone: zone of the network.
        ipv4: the host's own address, which is the guests' gateway; None where the network has no IPv4.
        ipv6: the same for IPv6.
        dns: resolvers that DHCP and RA announce; the bridge's own addresses where the host answers.
        serves_dns: whether the host itself answers DNS here, so that its input must let it in.
        domain: search domain for guests, or "".
        mtu: in bytes, or None for Ethernet's.
        isolated: guests do not reach each other on the bridge.
        guarded: guests send with their own MAC and addresses only.
        ports: sorted by TAP.
    """

    network: str
    device: str
    zone: str
    ipv4: Interface | None
    ipv6: Interface | None
    dhcp: DhcpServer | None
    ra: RouterAdvertisement | None
    dns: tuple[Address, ...]
    serves_dns: bool
    domain: str
    mtu: int | None
    isolated: bool
    guarded: bool
    taps: Taps
    ports: tuple[Port, ...]
    origin: Origin

    def mac(self, host: str) -> Mac:
        """Its hardware address on a host: locally administered, the same wherever and whenever it is rendered.

        Left to the kernel it would be the lowest of its ports' and change as guests come and go; left to networkd it
        would follow from the machine id, and a host installed anew would be a stranger to its guests until their
        caches expire.
        """
        return Mac(int(digest(f"bridge {host} {self.network}", 12), 16) & ~(0x03 << 40) | 0x02 << 40)

    def link_local(self, host: str) -> Address | None:
        """The link-local address that its advertisements come from, and that guests so have for a next hop.

        It follows from the hardware address (EUI-64), unless a unit has `IPv6LinkLocalAddressGenerationMode=` or
        `IPv6StableSecretAddress=` (systemd.network(5)), as ours have not; None where the network has no IPv6.
        """
        return self.mac(host).eui64(LINK_LOCAL) if self.ipv6 else None


@dataclass(frozen=True, slots=True)
class Route:
    """A static route of the host.

    Attributes:
        device: the uplink or bridge whose link holds the next hop.
        metric: priority, lower wins; None for the kernel's default.
    """

    name: str
    to: Prefix
    via: Address
    device: str
    metric: int | None
    origin: Origin


@dataclass(frozen=True, slots=True)
class Remote:
    """Addresses that are not on a bridge of this host, and the uplinks behind which they are.

    A sender with one of them is believed at these uplinks and at no other. All routes of the longest prefix count,
    whatever their metric (feasible paths, RFC 3704, 2.3): the sender may have changed over to another one than this
    host. So do the prefixes of fixed addresses; what DHCP, RA or somebody else give an uplink is not known.

    Attributes:
        prefix: no route of the host tells two of its addresses apart.
        uplinks: sorted; all where only a default route may lead there, none where the route leads by a bridge.
    """

    prefix: Prefix
    uplinks: tuple[str, ...]


class Input(enum.Enum):
    """Who filters what enters the host: taploom, or the host's own firewall."""

    MANAGED = "managed"
    FOREIGN = "foreign"


@dataclass(frozen=True)
class Host:
    """One hypervisor, whole: what its backends need and nothing of other hosts.

    Attributes:
        management: services by which its owner reaches it; no plan may close all of them.
        uplinks: sorted by name.
        bridges: sorted by network.
        routes: sorted by name.
        site_prefixes: all prefixes of the site's networks, here and elsewhere: between these NAT never applies.
        remotes: those (and fixed addresses of other hosts) that are not on a bridge of this host; sorted, disjoint.
        reverse_paths: whatever a link or a route leads to, of the site or not, and some uplink may not bring; the same.
        nat: sorted by network, family, uplink.
        dnat_entries: forwards that this host translates, sorted by forward, family, protocol, port.
        terms: what of the policy this host enforces, sorted by rule, sides and family.
    """

    name: str
    target: Target
    input: Input
    management: tuple[Service, ...]
    uplinks: tuple[Uplink, ...]
    bridges: tuple[Bridge, ...]
    routes: tuple[Route, ...]
    site_prefixes: tuple[Prefix, ...]
    remotes: tuple[Remote, ...]
    reverse_paths: tuple[Remote, ...]
    nat: tuple[SourceNat, ...]
    dnat_entries: tuple[DnatEntry, ...]
    terms: tuple[Term, ...]
    meta: Meta
    origin: Origin

    @property
    def remote_prefixes(self) -> tuple[Prefix, ...]:
        """The prefixes of `remotes`."""
        return tuple(remote.prefix for remote in self.remotes)
