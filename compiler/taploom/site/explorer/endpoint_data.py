"""The objects that a question may name, and each host's interfaces, routes and addresses, which decide the answer."""

from collections.abc import Iterable, Mapping

from taploom.base.address import FAMILIES, Family, Prefix
from taploom.base.protocol import NUMBERS
from taploom.flows.algebra.spans import Spans, single, united
from taploom.flows.packets.clock import Clock
from taploom.flows.packets.forwarding import Forwarding, multicast
from taploom.flows.packets.learned import every
from taploom.flows.proof.intent.essentials import never
from taploom.flows.proof.intent.interface_view import InterfaceView
from taploom.flows.proof.intent.services import all_traffic
from taploom.flows.proof.intent.site_index import SiteIndex, addresses_of, fixed_of, prefix_in
from taploom.flows.reach.leased import leased
from taploom.flows.reach.place import Place, members
from taploom.plan.guest import Guest
from taploom.plan.host import Host, Input
from taploom.plan.interfaces import inside, outside
from taploom.plan.policy import Service
from taploom.plan.services import BUILT_IN, ICMP_TYPES, PORT_PROTOCOLS
from taploom.plan.site import Network
from taploom.site.explorer.span_texts import EVERY, of_prefixes, written


def index(index: SiteIndex, clock: Clock) -> dict[str, object]:
    """All hosts, and all objects that may be named in a question, as plain data for JSON."""
    plan = index.plan
    pools = {guest.name: _pools(index, guest) for guest in plan.guests if any(_pools(index, guest))}
    return {
        "moments": list(clock.moments),
        "guests": {guest.name: _guest(guest, pools.get(guest.name, {})) for guest in plan.guests},
        "pools": {
            guest: {network: written(spans) for network, spans in known.items()} for guest, known in pools.items()
        },
        "networks": {
            one.name: {family.key: _network(one, family) for family in FAMILIES} for one in plan.networks
        },
        "zones": {zone.name: zone.networks for zone in plan.zones},
        "addresses": {one.name: _by_family(one.prefixes) for one in plan.addresses},
        "tags": {tag: [f"{kind}/{name}" for kind, name in found] for tag, found in sorted(index.tagged.items())},
        "hosts": {host.name: _host(index, host) for host in plan.hosts},
        "services": _services(index),
        "numbers": NUMBERS,
        "ported": PORT_PROTOCOLS,
        "types": ICMP_TYPES,
        "nobody": {family.key: written(_impossible_destinations(family)) for family in FAMILIES},
    }  # fmt: skip


def _network(network: Network, family: Family) -> list[str]:
    """The prefix of a network, and the addresses in it to which a question about the network applies."""
    prefix = prefix_in(network, family)
    return [of_prefixes([prefix] if prefix else []), written(members(network, family))]


def _pools(index: SiteIndex, guest: Guest) -> dict[str, Spans]:
    """The addresses that DHCP can lease to a guest, by network."""
    return {one.network: one.addresses for one in leased(index, f"guest/{guest.name}")}


def _guest(guest: Guest, pools: Mapping[str, Spans]) -> dict[str, dict[str, str]]:
    """A guest's addresses by network and family: known ones, or all IPv4 addresses that DHCP can lease to the guest."""
    found = {nic.network: _by_family(addresses_of(nic)) for nic in guest.nics}
    return {**found, **{name: {**found[name], Family.IPV4.key: written(spans)} for name, spans in pools.items()}}


def _by_family(prefixes: Iterable[Prefix]) -> dict[str, str]:
    found = tuple(prefixes)
    return {
        family.key: of_prefixes(of) for family in FAMILIES if (of := [one for one in found if one.family is family])
    }


def _host(index: SiteIndex, host: Host) -> dict[str, object]:
    return {
        "foreign": host.input is Input.FOREIGN,
        "bridges": {each.device: each.network for each in inside(host)},
        "isolated": [each.device for each in inside(host) if each.isolated],
        "zones": {each.device: each.zone for each in outside(host)},
        "lent": [each.device for each in outside(host) if not each.configured],
        **{family.key: _place(Place(InterfaceView(index, Forwarding.of(host, family)))) for family in FAMILIES},
    }


def _place(place: Place) -> dict[str, object]:
    """A host in one family: interfaces, routes, addresses; numbers beyond all real addresses stand for learned ones."""
    forwarding, view = place.forwarding, place.view
    return {
        "partition": [[written((span,)), egress] for span, egress in forwarding.partition],
        "defaults": forwarding.defaults,
        "preferred": forwarding.preferred,
        "local": {device: written(spans) for device, spans in view.local.items()},
        "missing": {device: written(forwarding.missing(device)) for device in view.networks},
        "fixed": written(fixed_of(forwarding.host, forwarding.family)),
        "addresses": {
            device: written(united(single(one.value) for one in found))
            for device, found in forwarding.addresses.items()
        },
        "learned": {name: f"{value:x}" for name, value in forwarding.learned.items()},
        "taken": written(forwarding.own),
        "reachable": written(forwarding.reachable),
        "behind": written(place.behind),
        "at": {uplink: written(place.at(uplink)) for uplink in view.zones},
        "astray": {uplink: written(forwarding.astray(uplink)) for uplink in view.zones},
        "claimed": {uplink: written(place.claimed(uplink)) for uplink in view.zones},
        "led": {
            uplink: [[written(there), *at] for *at, there in place.led(uplink, every(forwarding.family))]
            for uplink in view.zones
        },
        "carried": {uplink: written(place.carried(uplink)) for uplink in view.zones},
    }


def _services(index: SiteIndex) -> dict[str, dict[str, list[list[str | int]]]]:
    """The protocols and ports of each named service, in each family."""
    known = [*BUILT_IN, *(entry.name for entry in index.plan.services)]
    return {name: {family.key: _traffic(index.services([name]), family) for family in FAMILIES} for name in known}


def _traffic(services: tuple[Service, ...] | None, family: Family) -> list[list[str | int]]:
    found = all_traffic(services, family)
    return [[EVERY if part is None else written(part) for part in traffic] for traffic in found]


def _impossible_destinations(family: Family) -> Spans:
    """The unspecified, reserved and multicast addresses, which no destination beyond an uplink can have."""
    return united([single(0), *never(family), *multicast(family)])
