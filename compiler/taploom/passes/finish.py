"""Last pass: combines the results of the other passes into a plan, sorted by name."""

from collections.abc import Mapping

from taploom.base.address import Prefix
from taploom.passes.approach import OpenedPorts, openings, terms_towards_openings
from taploom.passes.equip import Equipment
from taploom.passes.lookup import SymbolTable
from taploom.passes.police import PolicyIndex, ResolvedPolicy, order, policy_entries
from taploom.passes.publish import Publication
from taploom.passes.remotes import reverse_paths
from taploom.passes.rollout import rollout
from taploom.passes.selections import site_prefixes
from taploom.passes.services import Services
from taploom.passes.sides import HostView, host_view
from taploom.passes.take_up import take_up
from taploom.passes.wire import Wiring, target_of
from taploom.plan.host import Host
from taploom.plan.origin import Meta, Origin
from taploom.plan.policy import NatKind, Service
from taploom.plan.site import AddressSet, Nat, Network, Plan, ServiceSet, Waiver, Zone
from taploom.spec.document import Document
from taploom.spec.values import Keyword

PASS = "finish"
SSH = (Service("tcp", 22, 22),)


def finish(
    document: Document,
    names: SymbolTable,
    services: Services,
    wiring: Wiring,
    equipment: Mapping[str, Equipment],
    publication: Publication,
    policy: tuple[ResolvedPolicy, ...],
) -> Plan:
    """Combine the results of the earlier passes into the plan."""
    site = site_prefixes(document)
    opened = openings(document, publication.dnat_entries, equipment)
    index = PolicyIndex.of(policy, site)
    hosts = tuple(
        _host(
            document, services, host_view(document, name, equipment[name], site), equipment, publication, index, opened
        )
        for name in sorted(document.hosts)
    )
    return Plan(
        document.site.name,
        document.site.domain,
        tuple(_zone(document, zone, members) for zone, members in names.zones.items()),
        tuple(_network(document, wiring, name) for name in sorted(document.networks)),
        _addresses(document),
        _services(document, services),
        hosts,
        wiring.guests,
        publication.forwards,
        policy_entries(document),
        _waivers(document),
        Origin("site", document.places.key("site"), PASS),
        rollout(document, names),
    )


def _host(
    document: Document,
    services: Services,
    seen: HostView,
    equipment: Mapping[str, Equipment],
    publication: Publication,
    index: PolicyIndex,
    opened: Mapping[str, tuple[OpenedPorts, ...]],
) -> Host:
    spec, own = document.hosts[seen.host], equipment[seen.host]
    management = services.expand(spec.management) or SSH
    return Host(
        seen.host,
        target_of(document, seen.host),
        spec.input,
        management,
        own.uplinks,
        own.bridges,
        own.routes,
        seen.site,
        seen.remotes,
        reverse_paths(own),
        own.nat,
        publication.dnat_entries.get(seen.host, ()),
        tuple(sorted((*index.terms(seen), *terms_towards_openings(seen, opened)), key=order)),
        spec.meta,
        Origin(f"hosts.{seen.host}", document.places.key("hosts", seen.host), PASS),
        take_up(document, seen.host, own, management),
    )


def _zone(document: Document, name: str, members: tuple[str, ...]) -> Zone:
    outside = [
        (host, *at) for host, spec in document.hosts.items() for at, found in spec.outside.items() if found.zone == name
    ]
    declared = document.zones.get(name)
    if declared:
        origin = Origin(f"zones.{name}", document.places.key("zones", name), PASS)
    elif members:
        origin = Origin(f"networks.{members[0]}", document.places.key("networks", members[0]), PASS)
    else:
        host, section, interface = min(outside, key=lambda at: f"{at[0]}/{at[2]}")
        key = document.places.key("hosts", host, section, interface)
        origin = Origin(f"hosts.{host}.{section}.{interface}", key, PASS)
    color, meta = (declared.color, declared.meta) if declared else ("", Meta())
    uplinks = tuple(sorted(f"{host}/{interface}" for host, _, interface in outside))
    return Zone(name, color, members, uplinks, meta, origin)


def _network(document: Document, wiring: Wiring, name: str) -> Network:
    spec = document.networks[name]
    origin = Origin(f"networks.{name}", document.places.key("networks", name), PASS)
    return Network(
        name,
        spec.zone or name,
        wiring.carriers.get(name, ""),
        spec.ipv4,
        spec.ipv6,
        _nat(spec.nat.ipv4) if spec.ipv4 else None,
        _nat(spec.nat.ipv6) if spec.ipv6 else None,
        spec.isolated,
        spec.meta,
        origin,
    )


def _nat(wish: Keyword | Prefix) -> Nat | None:
    if isinstance(wish, Prefix):
        return Nat(NatKind.PREFIX, wish)
    return None if wish is Keyword.OFF else Nat(NatKind.MASQUERADE, None)


def _addresses(document: Document) -> tuple[AddressSet, ...]:
    return tuple(
        AddressSet(
            name,
            tuple(sorted(set(spec.prefixes))),
            spec.meta,
            Origin(f"addresses.{name}", document.places.key("addresses", name), PASS),
        )
        for name, spec in sorted(document.addresses.items())
    )


def _services(document: Document, services: Services) -> tuple[ServiceSet, ...]:
    return tuple(
        ServiceSet(
            name,
            services.meanings[name] or (),
            spec.meta,
            Origin(f"services.{name}", document.places.key("services", name), PASS),
        )
        for name, spec in sorted(document.services.items())
    )


def _waivers(document: Document) -> tuple[Waiver, ...]:
    return tuple(
        Waiver(
            name,
            spec.code,
            subject,
            spec.reason,
            used=False,
            origin=Origin(f"waivers.{name}", document.places.key("waivers", name), PASS),
        )
        for name, spec in sorted(document.waivers.items())
        for subject in sorted(set(spec.on))
    )
