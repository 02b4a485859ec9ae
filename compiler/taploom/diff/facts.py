"""A plan as objects with fields, in one form for every kind of object, so that two plans can be compared.

The fields are values of the spec and the lock only. Derived values (terms, reservations, a guest's gateway) are left
out: they would repeat one decision at a hundred objects, and the lists of flows, disruption and files contain them.
"""

import enum
from collections.abc import Iterable, Iterator, Mapping

from taploom.base.frozen import dataclass
from taploom.diff.model import FieldValue
from taploom.plan.guest import Guest, Mode, Nic, NicAddress
from taploom.plan.host import Bridge, Fixed, Host, Learned, Uplink
from taploom.plan.origin import Meta, Origin
from taploom.plan.policy import Forward, Limit, NatKind, PolicyEntry, Service
from taploom.plan.rollout import Rollout
from taploom.plan.site import Nat, Network, Plan
from taploom.plan.take_up import CONFIRM, TakeUp

Fields = Mapping[str, FieldValue]


@dataclass(frozen=True, slots=True)
class SpecObject:
    """One object of the spec.

    Attributes:
        kind: the kind of object, such as `guest`.
        name: its name, which is unique among objects of its kind.
        host: the host that it is on, or "".
        fields: its values, in the order in which people read them; sets are sorted.
        owner: the owner that the spec names, or "".
    """

    kind: str
    name: str
    host: str
    fields: Fields
    owner: str
    origin: Origin

    @property
    def key(self) -> str:
        """`kind/name`."""
        return f"{self.kind}/{self.name}"


def things(plan: Plan) -> dict[str, SpecObject]:
    """All objects by `kind/name`."""
    return {thing.key: thing for thing in (*_surroundings(plan), *_networks(plan), *_machines(plan), *_policy(plan))}


def _surroundings(plan: Plan) -> Iterator[SpecObject]:
    """The site itself, whose key does not depend on its name, and its zones, address sets and services."""
    if plan.name:  # the empty plan that stands for a missing side has no name
        fields = {"name": plan.name, "domain": plan.domain, "rollout": _rollout(plan.rollout)}
        yield SpecObject("site", "site", "", _with_values(fields), "", plan.origin)
    for zone in plan.zones:
        if zone.origin.entry.startswith("zones."):
            yield _thing("zone", zone.name, "", {"color": zone.color or None}, zone.meta, zone.origin)
    for address in plan.addresses:
        yield _thing("address", address.name, "", {"prefixes": _set(address.prefixes)}, address.meta, address.origin)
    for service in plan.services:
        yield _thing("service", service.name, "", {"ports": _services(service.services)}, service.meta, service.origin)


def _rollout(rollout: Rollout) -> FieldValue:
    """The waves by their selectors, and for each class of disruption the times of the week."""
    waves = tuple(wave.selector for wave in rollout.waves if wave.selector) or None
    windows = {window.classes: window.texts for window in rollout.windows}
    return _present({"waves": waves, "windows": _present(windows)})


def _networks(plan: Plan) -> Iterator[SpecObject]:
    bridges = {bridge.network: bridge for host in plan.hosts for bridge in host.bridges}
    for network in plan.networks:
        fields = _network(network, bridges.get(network.name))
        yield _thing("network", network.name, network.host, fields, network.meta, network.origin)


def _machines(plan: Plan) -> Iterator[SpecObject]:
    for host in plan.hosts:
        yield _thing("host", host.name, host.name, _host(host), host.meta, host.origin)
    for guest in plan.guests:
        yield _thing("guest", guest.name, guest.host, _guest(guest), guest.meta, guest.origin)


def _policy(plan: Plan) -> Iterator[SpecObject]:
    for forward in plan.forwards:
        yield _thing("forward", forward.name, forward.host, _forward(forward), forward.meta, forward.origin)
    for entry in plan.policy:
        yield _thing("policy", entry.name, "", _policy_entry(entry), entry.meta, entry.origin)
    for waiver in plan.waivers:
        name = f"{waiver.name}:{waiver.code}:{waiver.subject}"
        fields = {"code": waiver.code, "on": waiver.subject, "reason": waiver.reason}
        yield SpecObject("waiver", name, "", fields, "", waiver.origin)


def _thing(kind: str, name: str, host: str, fields: Fields, meta: Meta, origin: Origin) -> SpecObject:
    metadata = {
        "description": meta.description or None,
        "owner": meta.owner or None,
        "tags": tuple(sorted(meta.tags)) or None,
        "link": meta.link or None,
    }
    return SpecObject(kind, name, host, _with_values({**fields, **metadata}), meta.owner, origin)


def _with_values(fields: Fields) -> Fields:
    """The fields that have a value."""
    return {name: value for name, value in fields.items() if value is not None}


def _network(network: Network, bridge: Bridge | None) -> Fields:
    found: dict[str, FieldValue] = {
        "zone": network.zone,
        "host": network.host or None,
        "ipv4": _text(network.ipv4),
        "ipv6": _text(network.ipv6),
        "nat": _present({"ipv4": _nat(network.nat4), "ipv6": _nat(network.nat6)}),
        "isolated": network.isolated or None,
    }
    return found if bridge is None else {**found, **_bridge(bridge)}


def _bridge(bridge: Bridge) -> Fields:
    dhcp = bridge.dhcp
    return {
        "device": bridge.device,
        "dhcp": {"pool": f"{dhcp.first}-{dhcp.last}", "lease": dhcp.lease} if dhcp else None,
        "ra": bridge.ra is not None or None,
        "dns": "host" if bridge.serves_dns else tuple(map(str, bridge.dns)) or None,
        "domain": bridge.domain or None,
        "mtu": bridge.mtu,
        "spoof-guard": bridge.guarded,
        "taps": _set(p for p in bridge.taps.patterns if p not in {port.tap for port in bridge.ports}) or None,
        "create-taps": bridge.taps.create or None,
        "tap-user": bridge.taps.user or None,
    }


def _host(host: Host) -> Fields:
    target = host.target
    return {
        "target": {
            "systemd": target.systemd,
            "nftables": ".".join(map(str, target.nftables)),
            "nixos": target.nixos,
        },
        "input": host.input.value,
        "management": _services(host.management),
        "take-up": _present({"confirm": _confirm(host.take_up), "probes": _probes(host.take_up)}),
        "uplinks": _present({uplink.name: _uplink(uplink) for uplink in host.uplinks}),
        "routes": _present(
            {r.name: _present({"to": str(r.to), "via": str(r.via), "metric": r.metric}) for r in host.routes}
        ),
    }


def _confirm(found: TakeUp) -> FieldValue:
    return found.confirm if found.confirm != CONFIRM else None


def _probes(found: TakeUp) -> FieldValue:
    """The probes that the spec names; None if they are derived from other fields of the spec."""
    return _set(" ".join(probe.words) for probe in found.probes) or "none" if found.stated else None


def _uplink(uplink: Uplink) -> FieldValue:
    return _present(
        {
            "zone": uplink.zone,
            **_side("4", uplink.ipv4),
            **_side("6", uplink.ipv6),
            "dns": tuple(map(str, uplink.dns)) or None,
            "mtu": uplink.mtu,
            "metric": uplink.metric,
        }
    )


def _side(digit: str, side: Fixed | Learned | None) -> Fields:
    if isinstance(side, Fixed):
        return {f"ipv{digit}": str(side.interface), f"gateway{digit}": _gateway(side)}
    return {f"ipv{digit}": side.value if side else None}


def _gateway(side: Fixed) -> str | None:
    return side.gateway.value if isinstance(side.gateway, Learned) else _text(side.gateway)


def _guest(guest: Guest) -> Fields:
    return {"host": guest.host, "nics": {nic.network: _nic(nic) for nic in guest.nics}}


def _nic(nic: Nic) -> FieldValue:
    return _present(
        {
            "ipv4": _address(nic.ipv4),
            "ipv6": _address(nic.ipv6),
            "mac": str(nic.mac),
            "tap": nic.tap,
            "gateway": _ways(nic),
        }
    )


def _ways(nic: Nic) -> FieldValue:
    """The families whose default route is on the NIC: True for all families of the NIC, the name of one, or None."""
    sides = [(word, side) for word, side in (("ipv4", nic.ipv4), ("ipv6", nic.ipv6)) if side.mode is not Mode.NONE]
    found = [word for word, side in sides if side.default_route]
    return None if not found else True if len(found) == len(sides) else found[0]


def _address(found: NicAddress) -> FieldValue:
    """The address, or the mode if the address is not known; None if the family is not used."""
    if found.mode is Mode.NONE:
        return None
    return str(found.address) if found.address else found.mode.value


def _forward(forward: Forward) -> Fields:
    return {
        "on": forward.host,
        "uplinks": _set(forward.uplinks),
        "ports": _services(forward.ports),
        "to": forward.guest,
        "to-port": forward.to_port,
        "from": _set(forward.sources),
        "hairpin": forward.hairpin,
        "expires": forward.expires,
    }


def _policy_entry(entry: PolicyEntry) -> Fields:
    return {
        "action": entry.action.value,
        "from": _set(entry.sources),
        "to": _set(entry.destinations),
        "services": _set(entry.services),
        "log": entry.log or None,
        "limit": _limit(entry.limit),
        "expires": entry.expires,
    }


def _limit(limit: Limit | None) -> FieldValue:
    return f"{limit.rate}/{limit.unit} burst {limit.burst}" if limit else None


def _nat(nat: Nat | None) -> FieldValue:
    if nat is None:
        return None
    return str(nat.prefix) if nat.kind is NatKind.PREFIX else nat.kind.value


def _services(services: Iterable[Service]) -> FieldValue:
    return tuple(service_text(one) for one in sorted(services))


def service_text(service: Service) -> str:
    """`tcp/443`, `udp/5000-5010`, or the protocol alone if the service has all its ports or types."""
    if (service.first, service.last) in ((0, 65535), (0, 255)):
        return service.protocol
    last = f"-{service.last}" if service.last != service.first else ""
    return f"{service.protocol}/{service.first}{last}"


def _set(values: Iterable[object]) -> tuple[str, ...]:
    return tuple(sorted(str(value.value if isinstance(value, enum.Enum) else value) for value in values))


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _present(fields: Mapping[str, FieldValue]) -> FieldValue:
    """The fields that have a value; None if there are none."""
    return _with_values(fields) or None
