"""The addresses that selectors mean, independent of the host that enforces an entry.

A `Selection` keeps the selected objects in the form that each host needs: whole networks by name, single guests by
their network, literal prefixes, zones with all that is beyond them, and hosts. `sides` then finds the part of the
selection on each side of a host.
"""

from collections.abc import Iterable, Mapping
from dataclasses import field, replace

from taploom.base.address import FAMILIES, Address, Family, Prefix, in_family
from taploom.base.frozen import dataclass
from taploom.passes.lookup import SymbolTable
from taploom.passes.wire import Wiring, known_addresses
from taploom.spec.document import Document
from taploom.spec.values import Keyword, Selector


@dataclass(frozen=True, slots=True)
class Selection:
    """The union of the objects that a list of selectors selects.

    Attributes:
        everyone: True if `any` is among the selectors.
        networks: networks of which all members are selected.
        guests: addresses of single guests, by network.
        literals: literal and named prefixes.
        outside: zones of uplinks; the machines beyond these uplinks are selected.
        hosts: hosts that are selected.
    """

    everyone: bool
    networks: frozenset[str]
    guests: Mapping[str, tuple[Prefix, ...]]
    literals: tuple[Prefix, ...]
    outside: frozenset[str]
    hosts: frozenset[str]

    @property
    def named(self) -> "Selection":
        """This selection without `any`."""
        return replace(self, everyone=False) if self.everyone else self


@dataclass(slots=True)
class _Parts:
    everyone: bool = False
    networks: set[str] = field(default_factory=set)
    guests: dict[str, set[Prefix]] = field(default_factory=dict)
    literals: set[Prefix] = field(default_factory=set)
    outside: set[str] = field(default_factory=set)
    hosts: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class SelectorResolver:
    """Resolves selectors to selections, with the addresses of all guests looked up beforehand.

    Attributes:
        guests: known addresses of each guest, each with its network.
    """

    document: Document
    names: SymbolTable
    guests: Mapping[str, tuple[tuple[str, Prefix], ...]]

    @classmethod
    def of(cls, document: Document, names: SymbolTable, wiring: Wiring) -> "SelectorResolver":
        """Collect the addresses of guests."""
        guests = {
            guest.name: tuple((nic.network, a.prefix) for nic in guest.nics for a in known_addresses(nic))
            for guest in wiring.guests
        }
        return cls(document, names, guests)

    def selection(self, selectors: Iterable[Selector]) -> Selection:
        """The union of selectors."""
        parts = _Parts()
        for selector in selectors:
            self._add(parts, selector)
        return Selection(
            parts.everyone,
            frozenset(parts.networks),
            {net: minimal(found) for net, found in parts.guests.items() if net not in parts.networks},
            minimal(parts.literals),
            frozenset(parts.outside),
            frozenset(parts.hosts),
        )

    def _add(self, parts: _Parts, selector: Selector) -> None:
        if selector.prefix is not None:
            parts.literals.add(selector.prefix)
        elif selector.kind == "any":
            parts.everyone = True
        elif selector.kind == "hosts":
            parts.hosts.update(self.document.hosts)
        elif selector.kind == "tag":
            for kind, name in self.names.tags.get(selector.name, ()):
                self._add_named(parts, kind, name)
        else:
            kind = self.names.kinds[selector.name] if selector.kind == "name" else selector.kind
            self._add_named(parts, kind, selector.name)

    def _add_named(self, parts: _Parts, kind: str, name: str) -> None:
        if kind == "zone":
            parts.outside.add(name)
            parts.networks.update(self.names.zones.get(name, ()))
        elif kind == "network":
            parts.networks.add(name)
        elif kind == "host":
            parts.hosts.add(name)
        elif kind == "address":
            parts.literals.update(self.document.addresses[name].prefixes)
        elif kind == "guest":
            for network, prefix in self.guests.get(name, ()):
                parts.guests.setdefault(network, set()).add(prefix)


def minimal(prefixes: Iterable[Prefix]) -> tuple[Prefix, ...]:
    """The prefixes sorted and disjoint: a prefix within another one is dropped."""
    known = set(prefixes)
    if len(known) < 2:  # the common case
        return tuple(known)
    kept: list[Prefix] = []
    for prefix in sorted(known, key=lambda p: (p.family, p.value, p.length)):
        if not (kept and prefix in kept[-1]):
            kept.append(prefix)
    return tuple(kept)


def common(these: Iterable[Prefix], within: Prefix) -> tuple[Prefix, ...]:
    """The parts of the prefixes `these` that lie within the prefix `within`, sorted and disjoint."""
    return minimal(
        prefix if prefix in within else within
        for prefix in these
        if prefix.family is within.family and prefix.overlaps(within)
    )


def of_family(prefixes: Iterable[Prefix], family: Family) -> tuple[Prefix, ...]:
    """The prefixes of one family."""
    return tuple(prefix for prefix in prefixes if prefix.family is family)


def own_of(document: Document, network: str, family: Family) -> Prefix | None:
    """The prefix of a network in one family."""
    spec = document.networks[network]
    own = in_family(spec, family)
    return own.prefix if own else None


def site_prefixes(document: Document) -> tuple[Prefix, ...]:
    """The prefixes of all networks."""
    found = (own_of(document, network, family) for network in document.networks for family in FAMILIES)
    return minimal(prefix for prefix in found if prefix is not None)


def host_addresses(document: Document, host: str) -> tuple[Address, ...]:
    """The fixed addresses of a host's uplinks, sorted."""
    found = document.hosts[host].outside.values()
    sides = (side for interface in found for side in (interface.ipv4, interface.ipv6))
    return tuple(sorted(side.address for side in sides if not (side is None or isinstance(side, Keyword))))
