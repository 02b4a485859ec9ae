"""Resolves selectors to networks, guests, hosts and prefixes, and names of services to protocols and ports."""

from collections.abc import Iterable, Mapping
from dataclasses import field
from functools import cached_property

from taploom.base.address import Family, Prefix, in_family, parse_prefix
from taploom.base.frozen import dataclass
from taploom.base.memo import memo
from taploom.flows.algebra.spans import Spans, of_prefixes, single, united
from taploom.plan.guest import Nic
from taploom.plan.host import Host
from taploom.plan.interfaces import inside, outside
from taploom.plan.policy import Forward, Service
from taploom.plan.services import BUILT_IN, ICMP_TYPES, PORT_PROTOCOLS
from taploom.plan.site import Network, Plan


@dataclass(slots=True)
class Selection:
    """The resolved selectors of one list, with the same meaning for all hosts.

    Attributes:
        everyone: whether `any` is among the selectors.
        networks: names of networks that are selected as a whole.
        guests: known addresses of individual guests, by network.
        prefixes: literal and named prefixes.
        outside: names of zones whose addresses beyond the uplinks are selected.
        hosts: names of hosts.
    """

    everyone: bool = False
    networks: set[str] = field(default_factory=set)
    guests: dict[str, list[Prefix]] = field(default_factory=dict)
    prefixes: list[Prefix] = field(default_factory=list)
    outside: set[str] = field(default_factory=set)
    hosts: set[str] = field(default_factory=set)

    def guests_in(self, network: str, family: Family) -> Spans:
        """The selected addresses of individual guests in a network."""
        return of_prefixes(self.guests.get(network, ()), family)

    def literal(self, family: Family) -> Spans:
        """The addresses of the prefixes of a family."""
        return of_prefixes(self.prefixes, family) if self.prefixes else ()


def addresses_of(nic: Nic) -> Iterable[Prefix]:
    """The known addresses of a NIC."""
    return (part.address.prefix for part in (nic.ipv4, nic.ipv6) if part.address is not None)


def prefix_in(network: Network, family: Family) -> Prefix | None:
    """The prefix of a network in a family, or None."""
    interface = in_family(network, family)
    return interface.prefix if interface else None


def fixed_of(host: Host, family: Family) -> Spans:
    """The static addresses of a host's uplinks."""
    known = (each.own(family) for each in outside(host))
    return united(single(own.address.value) for own in known if own)


@dataclass(frozen=True)
class SiteIndex:
    """The look-ups of names, selectors and services of one site."""

    plan: Plan

    @cached_property
    def kinds(self) -> Mapping[str, str]:
        """By name, the kind of object that the name selects; `zone` if a zone and its only network share the name."""
        sections: tuple[tuple[str, Iterable[str]], ...] = (
            ("address", (entry.name for entry in self.plan.addresses)),
            ("guest", (entry.name for entry in self.plan.guests)),
            ("host", (entry.name for entry in self.plan.hosts)),
            ("network", (entry.name for entry in self.plan.networks)),
            ("zone", (entry.name for entry in self.plan.zones)),
        )
        return {name: kind for kind, names in sections for name in names}

    @cached_property
    def networks(self) -> Mapping[str, Network]:
        """Networks by name."""
        return {network.name: network for network in self.plan.networks}

    @cached_property
    def hosts(self) -> Mapping[str, Host]:
        """Hosts by name."""
        return {host.name: host for host in self.plan.hosts}

    @cached_property
    def near(self) -> Mapping[str, frozenset[str]]:
        """The zones in which a host has uplinks, by the name of the host and by the name of each of its networks."""
        zones = {host.name: frozenset(each.zone for each in outside(host)) for host in self.plan.hosts}
        on = {each.network: zones[host.name] for host in self.plan.hosts for each in inside(host)}
        return zones | on

    @cached_property
    def listening(self) -> Mapping[tuple[str, Family, int], tuple[str, str]]:
        """For each fixed address of an uplink, its host and uplink. Key: zone, family, and address as an integer."""
        known = ((host.name, each) for host in self.plan.hosts for each in outside(host))
        return {
            (each.zone, own.family, own.address.value): (host, each.device)
            for host, each in known
            for own in each.fixed
        }

    @cached_property
    def nics(self) -> Mapping[str, tuple[Nic, ...]]:
        """NICs by the name of the guest."""
        return {guest.name: guest.nics for guest in self.plan.guests}

    @cached_property
    def forwards(self) -> Mapping[str, tuple[Forward, ...]]:
        """Forwards by the name of the host that listens."""
        found: dict[str, list[Forward]] = {}
        for forward in self.plan.forwards:
            found.setdefault(forward.host, []).append(forward)
        return {host: tuple(forwards) for host, forwards in found.items()}

    @cached_property
    def _members(self) -> Mapping[str, tuple[str, ...]]:
        return {zone.name: zone.networks for zone in self.plan.zones}

    @cached_property
    def _prefixes(self) -> Mapping[str, tuple[Prefix, ...]]:
        return {entry.name: entry.prefixes for entry in self.plan.addresses}

    @cached_property
    def tagged(self) -> Mapping[str, list[tuple[str, str]]]:
        """The kind and name of each object with a tag, by tag."""
        plan = self.plan
        found: dict[str, list[tuple[str, str]]] = {}
        for kind, entries in (
            ("zone", plan.zones),
            ("network", plan.networks),
            ("host", plan.hosts),
            ("guest", plan.guests),
            ("address", plan.addresses),
        ):
            for entry in entries:
                for tag in entry.meta.tags:
                    found.setdefault(tag, []).append((kind, entry.name))
        return found

    def selection(self, selectors: Iterable[str]) -> Selection:
        """The selection that a list of selectors means; the result is cached."""
        return self._selection(tuple(selectors))

    @memo
    def _selection(self, selectors: tuple[str, ...]) -> Selection:
        found = Selection()
        for text in selectors:
            self._select(found, text)
        return found

    def _select(self, found: Selection, text: str) -> None:
        kind, slash, name = text.partition("/")
        if ":" in text or text[:1].isdigit():
            found.prefixes.append(parse_prefix(text))
        elif text == "any":
            found.everyone = True
        elif text == "hosts":
            found.hosts |= self.hosts.keys()
        elif slash and kind == "tag":
            for of, member in self.tagged.get(name, ()):
                self._add(found, of, member)
        elif slash:
            self._add(found, kind, name)
        else:
            self._add(found, self.kinds[text], text)

    def _add(self, found: Selection, kind: str, name: str) -> None:
        match kind:
            case "zone":
                found.outside.add(name)
                found.networks |= set(self._members.get(name, ()))
            case "network":
                found.networks.add(name)
            case "host":
                found.hosts.add(name)
            case "address":
                found.prefixes += self._prefixes[name]
            case "guest":
                for nic in self.nics.get(name, ()):
                    found.guests.setdefault(nic.network, []).extend(addresses_of(nic))

    @cached_property
    def _services(self) -> Mapping[str, tuple[Service, ...]]:
        return {entry.name: entry.services for entry in self.plan.services}

    def services(self, texts: Iterable[str]) -> tuple[Service, ...] | None:
        """The services that a list of texts means; None for all protocols."""
        found: set[Service] = set()
        for text in texts:
            meant = self._service(text)
            if not meant:
                return None
            found |= set(meant)
        return tuple(sorted(found))

    def _service(self, text: str) -> tuple[Service, ...]:
        if text in self._services:
            return self._services[text]
        if text in BUILT_IN:
            return BUILT_IN[text]
        protocol, _, rest = text.partition("/")
        if protocol in ICMP_TYPES:
            if not rest:
                return (Service(protocol, 0, 255),)
            number = ICMP_TYPES[protocol].get(rest)
            number = int(rest) if number is None else number
            return (Service(protocol, number, number),)
        if not rest or protocol not in PORT_PROTOCOLS:
            return (Service(protocol, 0, 65535),)
        first, _, last = rest.partition("-")
        return (Service(protocol, int(first), int(last or first)),)
