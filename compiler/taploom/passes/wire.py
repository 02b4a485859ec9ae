"""Third pass: networks get their host, and guests their NICs."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from taploom.base.address import FAMILIES, Address, Family, Interface, Mac, in_family
from taploom.base.diagnostic import Diagnostic, Label, Report
from taploom.base.frozen import dataclass
from taploom.passes import codes
from taploom.passes.allocate import Allocation
from taploom.passes.naming import bridge_name, tap_name
from taploom.plan.guest import Guest, Mode, Nic, NicAddress
from taploom.plan.host import Target
from taploom.plan.origin import Origin
from taploom.spec.document import Document
from taploom.spec.model.guest import GuestSpec, NicSpec
from taploom.spec.model.network import DhcpSpec, NetworkSpec
from taploom.spec.model.site import TargetSpec
from taploom.spec.values import Keyword

DEFAULT_TARGET = Target(252, (1, 0, 6), "25.11")
"""The oldest supported versions of the tools; later versions read the same files."""

NOTHING = NicAddress(Mode.NONE, None, 0, None, allocated=False)
PASS = "wire"


@dataclass(frozen=True, slots=True)
class Wiring:
    """The host of each network, and the guests with their NICs.

    Attributes:
        carriers: the host of each network; a network that is on no host is left out.
        guests: sorted by name.
    """

    carriers: Mapping[str, str]
    guests: tuple[Guest, ...]


def wire(document: Document, allocation: Allocation, report: Report) -> Wiring:
    """Find the host of each network, and make the NICs of each guest."""
    carriers = _carriers(document, report)
    builder = _Builder(document, allocation, carriers, report)
    return Wiring(carriers, tuple(builder.guest(name, spec) for name, spec in sorted(document.guests.items())))


def target_of(document: Document, host: str) -> Target:
    """The versions of a host's tools: each from the host's `target`, else from the site's, else the default."""
    chain: tuple[TargetSpec, ...] = (document.hosts[host].target, document.site.target)
    systemd = next((t.systemd for t in chain if t.systemd is not None), DEFAULT_TARGET.systemd)
    nftables = next((t.nftables for t in chain if t.nftables is not None), DEFAULT_TARGET.nftables)
    nixos = next((t.nixos for t in chain if t.nixos is not None), DEFAULT_TARGET.nixos)
    return Target(systemd, nftables, nixos)


def dns_of(network: NetworkSpec) -> tuple[Address, ...]:
    """The resolvers that guests get; `host` becomes the host's own addresses on the network."""
    own = tuple(i.address for i in (network.ipv4, network.ipv6) if i is not None)
    found = [a for entry in network.dns for a in (own if isinstance(entry, Keyword) else (entry,))]
    return tuple(sorted(set(found)))


def _carriers(document: Document, report: Report) -> dict[str, str]:
    carriers: dict[str, str] = {}
    for host, spec in sorted(document.hosts.items()):
        for network in spec.networks:
            first = carriers.setdefault(network, host)
            if first != host:
                places = document.places
                span = places.key("hosts", host, "networks", network)
                several = "a network on several hosts is not supported yet"
                message = f"network `{network}` is on hosts `{first}` and `{host}`: {several}"
                label = Label(places.key("hosts", first, "networks", network), "also here")
                hint = "declare a network for each host; both can share a `zone`"
                report.add(Diagnostic(codes.NETWORK_TWICE, message, span, hint, (label,), subject=f"network/{network}"))
    return carriers


@dataclass(frozen=True, slots=True)
class _Builder:
    document: Document
    allocation: Allocation
    carriers: Mapping[str, str]
    report: Report

    def guest(self, name: str, spec: GuestSpec) -> Guest:
        """A guest with the NICs whose networks its host carries."""
        carried = [net for net in sorted(spec.nics) if self._carried(name, spec.host, net)]
        nics = self._routed(name, spec, [self._nic(name, net, spec.nics[net]) for net in carried])
        places = self.document.places
        origin = Origin(f"guests.{name}", places.key("guests", name), PASS)
        return Guest(name, spec.host, target_of(self.document, spec.host), nics, spec.meta, origin)

    def _carried(self, guest: str, host: str, network: str) -> bool:
        if network in self.document.hosts[host].networks:
            return True
        named, known = (self.document.places.names(*at).keys() for at in (("hosts", host, "networks"), ("networks",)))
        if network not in named and named <= known:  # otherwise a reported unknown name may mean this network
            span = self.document.places.key("guests", guest, "nics", network)
            message = f"host `{host}` of guest `{guest}` does not carry network `{network}`"
            other = self.carriers.get(network)
            hint = f"`{network}` is on host `{other}`" if other else f"add `{network}` to the networks of `{host}`"
            self.report.add(Diagnostic(codes.NETWORK_ABSENT, message, span, hint, subject=f"guest/{guest}"))
        return False

    def _routed(self, name: str, spec: GuestSpec, nics: list[Nic]) -> tuple[Nic, ...]:
        """The NICs with their default routes.

        A NIC with `gateway: true` has the default route of every family that it uses. Without such a NIC, the default
        route of each family is on the first network by name with a gateway of this family, if possible one that is not
        isolated.
        """
        said = [nic.network for nic in nics if spec.nics[nic.network].gateway]
        for net in said[1:]:
            span = self.document.places.span("guests", name, "nics", net, "gateway")
            message = f"guest `{name}` has its default route on `{said[0]}` and on `{net}`"
            self.report.add(Diagnostic(codes.TWO_GATEWAYS, message, span, "keep only one", subject=f"guest/{name}"))
        networks = {family: said[0] if said else self._default_network(nics, family) for family in FAMILIES}
        return tuple(
            replace(
                nic,
                ipv4=_routing(nic.ipv4, here=nic.network == networks[Family.IPV4]),
                ipv6=_routing(nic.ipv6, here=nic.network == networks[Family.IPV6]),
            )
            for nic in nics
        )

    def _default_network(self, nics: list[Nic], family: Family) -> str:
        led = [nic.network for nic in nics if in_family(nic, family).gateway]
        open_ = [net for net in led if not self.document.networks[net].isolated]
        return next(iter(open_ or led), "")

    def _nic(self, guest: str, network: str, nic: NicSpec) -> Nic:
        net, host = self.document.networks[network], self.document.guests[guest].host
        attachment = self.document.hosts[host].networks[network]
        mac = nic.mac if isinstance(nic.mac, Mac) else self.allocation.mac(guest, network) or Mac(0)
        return Nic(
            network=network,
            tap=nic.tap or tap_name(guest, network, attachment.taps),
            bridge=attachment.bridge or bridge_name(network),
            mac=mac,
            ipv4=self._ipv4(guest, network, nic, net),
            ipv6=self._ipv6(guest, network, nic, net, mac),
            ra=net.ra and net.ipv6 is not None,
            dns=dns_of(net),
            domain=net.domain or self.document.site.domain,
            mtu=net.mtu,
            origin=Origin(
                f"guests.{guest}.nics.{network}", self.document.places.key("guests", guest, "nics", network), PASS
            ),
        )

    def _ipv4(self, guest: str, network: str, nic: NicSpec, net: NetworkSpec) -> NicAddress:
        own, value = net.ipv4, nic.ipv4
        served = isinstance(net.dhcp, DhcpSpec)
        if value is Keyword.NONE or (own is None and value is Keyword.AUTO):
            return NOTHING
        if own is None:
            return self._absent(guest, network, "ipv4", "has no IPv4", "give the network an `ipv4`, or drop the key")
        if value is Keyword.DHCP:
            if not served:
                return self._absent(guest, network, "ipv4", "serves no DHCP", "write `dhcp: true` in the network")
            return NicAddress(Mode.DHCP, None, own.length, own.address, allocated=False)
        return self._fixed(guest, network, value, own, Mode.RESERVED if served else Mode.STATIC)

    def _ipv6(self, guest: str, network: str, nic: NicSpec, net: NetworkSpec, mac: Mac) -> NicAddress:
        own, value = net.ipv6, nic.ipv6
        if value is Keyword.NONE or (own is None and value is Keyword.AUTO):
            return NOTHING
        if own is None:
            return self._absent(guest, network, "ipv6", "has no IPv6", "give the network an `ipv6`, or drop the key")
        if value is Keyword.SLAAC:
            if not net.ra or own.length != 64:
                return self._absent(guest, network, "ipv6", "advertises no /64", "write `ra: true` in the network")
            return NicAddress(Mode.SLAAC, mac.eui64(own.prefix), 64, own.address, allocated=False)
        return self._fixed(guest, network, value, own, Mode.STATIC)

    def _fixed(self, guest: str, network: str, value: Address | Keyword, own: Interface, mode: Mode) -> NicAddress:
        if isinstance(value, Address):
            return NicAddress(mode, value, own.length, own.address, allocated=False)
        address = self.allocation.address(guest, network, own.family)
        return NicAddress(mode, address, own.length, own.address, allocated=True) if address else NOTHING

    def _absent(self, guest: str, network: str, key: str, lacks: str, hint: str) -> NicAddress:
        span = self.document.places.span("guests", guest, "nics", network, key)
        message = f"network `{network}` {lacks}"
        self.report.add(Diagnostic(codes.FAMILY_ABSENT, message, span, hint, subject=f"guest/{guest}"))
        return NOTHING


def _routing(address: NicAddress, *, here: bool) -> NicAddress:
    """One family of a NIC, with the default route if `here` and if the network has a gateway."""
    return replace(address, default_route=True) if here and address.gateway else address


def known_addresses(nic: Nic) -> Iterator[Address]:
    """The addresses of a NIC that the plan knows, that is, all addresses except those from a DHCP pool."""
    for family in FAMILIES:
        address = in_family(nic, family).address
        if address is not None:
            yield address
