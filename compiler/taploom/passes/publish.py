"""Sixth pass: forwards become DNAT entries, one for each family, protocol and range of ports."""

from collections.abc import Iterator, Mapping

from taploom.base.address import FAMILIES, Family, Prefix, in_family
from taploom.base.diagnostic import Diagnostic, Report
from taploom.base.frozen import dataclass
from taploom.base.span import Span
from taploom.passes import codes
from taploom.passes.equip import Equipment
from taploom.passes.lost import named_outside
from taploom.passes.selections import Selection, SelectorResolver, host_addresses, minimal, of_family, own_of
from taploom.passes.services import Services
from taploom.passes.wire import Wiring
from taploom.plan.guest import Guest, Nic
from taploom.plan.interfaces import HostInterface, inside, outside
from taploom.plan.origin import Origin
from taploom.plan.policy import DnatEntry, Forward, Service
from taploom.plan.services import PORT_PROTOCOLS
from taploom.spec.document import Document
from taploom.spec.model.policy import ForwardSpec

PASS = "publish"


@dataclass(frozen=True, slots=True)
class Publication:
    """The forwards of the site.

    Attributes:
        dnat_entries: the DNAT entries of each host.
    """

    forwards: tuple[Forward, ...]
    dnat_entries: Mapping[str, tuple[DnatEntry, ...]]


def publish(
    document: Document,
    services: Services,
    wiring: Wiring,
    equipment: Mapping[str, Equipment],
    resolver: SelectorResolver,
    report: Report,
) -> Publication:
    """Make the DNAT entries of every forward, and report forwards without a usable target, sender or port."""
    guests = {guest.name: guest for guest in wiring.guests}
    dnat_entries: dict[str, list[DnatEntry]] = {}
    forwards = []
    wanted = ((name, spec.ports) for name, spec in sorted(document.forwards.items()))
    for name, meant in services.affordable(wanted).items():
        spec = document.forwards[name]
        host, guest = spec.on.host, guests[spec.to]
        ports, selection = meant or (), resolver.selection(spec.from_)
        publisher = _Publisher(document, name, spec, guest, equipment[host], ports, selection, report)
        forwards.append(publisher.forward())
        dnat_entries.setdefault(host, []).extend(publisher.dnat_entries())
    ordered = {host: tuple(sorted(found, key=_order)) for host, found in dnat_entries.items()}
    return Publication(tuple(forwards), ordered)


def _order(dnat_entry: DnatEntry) -> tuple[object, ...]:
    return (dnat_entry.forward, dnat_entry.family, dnat_entry.protocol, dnat_entry.first)


@dataclass(frozen=True, slots=True)
class _Publisher:
    document: Document
    name: str
    spec: ForwardSpec
    guest: Guest
    equipment: Equipment
    ports: tuple[Service, ...]
    selection: Selection
    report: Report

    @property
    def origin(self) -> Origin:
        return Origin(f"forwards.{self.name}", self.document.places.key("forwards", self.name), PASS)

    @property
    def uplinks(self) -> tuple[HostInterface, ...]:
        """The uplink that `on` names; else all uplinks that the spec configures; if there are none, all uplinks."""
        chosen, every = self.spec.on.uplink, outside(self.equipment)
        if chosen:
            return tuple(uplink for uplink in every if uplink.device == chosen)
        return tuple(uplink for uplink in every if uplink.configured) or every

    def forward(self) -> Forward:
        spec = self.spec
        return Forward(
            self.name,
            spec.on.host,
            tuple(uplink.device for uplink in self.uplinks),
            self.ports,
            spec.to,
            spec.to_port.first if spec.to_port else None,
            tuple(sorted({selector.text for selector in spec.from_})),
            spec.hairpin,
            spec.expires,
            spec.meta,
            self.origin,
        )

    def dnat_entries(self) -> list[DnatEntry]:
        """The DNAT entries; none after a diagnostic."""
        nic = self._nic()
        if nic is None or not self._check_ports():
            return []
        found = [
            dnat_entry
            for family in FAMILIES
            for port in self.ports
            for dnat_entry in self._dnat_entry(nic, family, port)
        ]
        if not found and not self._lost:
            self._nothing(nic)
        return found

    @property
    def _lost(self) -> bool:
        """Whether an uplink of the host was left out because of a reported mistake; it may have the missing family."""
        host = self.spec.on.host
        return bool(named_outside(self.document, host) - self.document.hosts[host].outside.keys())

    def _nothing(self, nic: Nic) -> None:
        """Report why there is no DNAT entry: no known guest address in a family of the uplink, or no known sender."""
        shared = [family for family in FAMILIES if in_family(nic, family).address and self._listening(family)]
        if not shared:
            message = f"guest `{self.spec.to}` has no known address in a family of the uplink of `{self.spec.on.host}`"
            self._nowhere(message, "give the guest a fixed or `auto` address in a family of the uplink")
            return
        guests, places = self.document.guests.items(), self.document.places
        if any(places.names("guests", name, "nics").keys() - guest.nics.keys() for name, guest in guests):
            return  # `from` may name a NIC that was left out
        words = " and ".join("IPv4" if family is Family.IPV4 else "IPv6" for family in shared)
        message = (
            f"`from` selects no sender with a known {words} address, but guest `{self.spec.to}` is reached by {words}"
        )
        span = places.span("forwards", self.name, "from")
        hint = "name prefixes, a zone, or networks and guests with known addresses"
        self.report.add(Diagnostic(codes.FORWARD_NOWHERE, message, span, hint, subject=f"forward/{self.name}"))

    def _listening(self, family: Family) -> tuple[str, ...]:
        """The uplinks that have an address of a family, or may have one."""
        sides = ((u, in_family(u, family)) for u in self.uplinks)
        return tuple(uplink.device for uplink, side in sides if side is not None or not uplink.configured)

    def _nic(self) -> Nic | None:
        """The NIC by which the host reaches the guest: the one with the default route if there are several."""
        here = {interface.network for interface in inside(self.equipment)}
        nics = [nic for nic in self.guest.nics if nic.network in here]
        if nics and self.guest.host == self.spec.on.host:
            return next((nic for nic in nics if nic.default_route), nics[0])
        if self.guest.nics:
            message = f"guest `{self.spec.to}` is on host `{self.guest.host}`, not on `{self.spec.on.host}`"
            self._nowhere(message, f"write `on: {self.guest.host}`, or forward to a guest of `{self.spec.on.host}`")
        elif not self.document.places.names("guests", self.spec.to, "nics"):
            self._nowhere(f"guest `{self.spec.to}` has no NIC", f"give it a NIC on a network of `{self.guest.host}`")
        return None

    def _nowhere(self, message: str, hint: str) -> None:
        span = self.document.places.span("forwards", self.name, "to")
        self.report.add(Diagnostic(codes.FORWARD_NOWHERE, message, span, hint, subject=f"forward/{self.name}"))

    def _check_ports(self) -> bool:
        places, at, spec = self.document.places, ("forwards", self.name), self.spec
        wrong = [s.protocol for s in self.ports if s.protocol not in PORT_PROTOCOLS or s.first == 0]
        if wrong or not self.ports:
            message = (
                f"`{wrong[0]}` has no ports to forward" if wrong else "a forward of all ports is not supported yet"
            )
            self._ports_wrong(message, places.span(*at, "ports"), "list the ports, such as `[tcp/443, udp/5000-5010]`")
            return False
        if spec.to_port is None:
            return True
        size = spec.to_port.last - spec.to_port.first + 1
        for port in self.ports:
            length, shown = port.last - port.first + 1, f"{port.protocol}/{port.first}-{port.last}"
            last, span = spec.to_port.first + length - 1, places.span(*at, "to-port")
            if size not in (1, length):
                message = f"`to-port` has {size} ports, and `{shown}` has {length}"
                self._ports_wrong(message, span, "write its first port, or a range of equal length")
                return False
            if last > 65535:
                message = f"`to-port` would shift `{shown}` to ports {spec.to_port.first} to {last}"
                self._ports_wrong(message, span, f"write {65536 - length} at most, or write one forward for each range")
                return False
        return True

    def _ports_wrong(self, message: str, span: Span, hint: str) -> None:
        self.report.add(Diagnostic(codes.FORWARD_PORTS, message, span, hint, subject=f"forward/{self.name}"))

    def _dnat_entry(self, nic: Nic, family: Family, port: Service) -> Iterator[DnatEntry]:
        target = in_family(nic, family).address
        uplinks = self._listening(family)
        sources = self._sources(family)
        if target is None or not uplinks or (sources == () and not self.selection.outside):
            return
        yield DnatEntry(
            f"forward/{self.name}",
            family,
            uplinks,
            port.protocol,
            port.first,
            port.last,
            self.spec.to,
            nic.network,
            target,
            self.spec.to_port.first if self.spec.to_port else port.first,
            sources,
            self.spec.hairpin,
            self.spec.expires,
            self.origin,
            tuple(sorted(self.selection.outside)) if sources is not None else (),
        )

    def _sources(self, family: Family) -> tuple[Prefix, ...] | None:
        if self.selection.everyone:
            return None
        networks = (own_of(self.document, network, family) for network in self.selection.networks)
        guests = (prefix for found in self.selection.guests.values() for prefix in found)
        peers = (a for host in self.selection.hosts for a in _fixed(self.document, host))
        found = (*(p for p in networks if p), *guests, *self.selection.literals, *peers)
        return of_family(minimal(found), family)


def _fixed(document: Document, host: str) -> Iterator[Prefix]:
    return (address.prefix for address in host_addresses(document, host))
