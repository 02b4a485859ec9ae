"""Forwards as one host has to translate them, and what they imply on the way there."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from netloom.base.address import Family
from netloom.flows.diagram import Box
from netloom.flows.intent.names import Names, Selection, prefix_in
from netloom.flows.intent.services import Traffic, traffic
from netloom.flows.intent.view import View
from netloom.flows.kernel import address_of
from netloom.flows.spans import Spans, common, of_prefixes, united
from netloom.plan.guest import Nic
from netloom.plan.host import Fixed, Host
from netloom.plan.policy import Forward


@dataclass(frozen=True, slots=True)
class Door:
    """One port range of a forward in one family.

    Attributes:
        name: stable name, `forward/NAME`.
        uplinks: uplinks whose address it listens at.
        target: the guest's address.
        shift: what is added to the port.
        sources: who may use it.
    """

    name: str
    uplinks: tuple[str, ...]
    traffic: Traffic
    target: int
    shift: int
    sources: Selection
    hairpin: bool
    expires: int | None


def doors(names: Names, host: Host, family: Family) -> tuple[Door, ...]:
    """The forwards of a host; those that name their senders first, then by name."""
    found = [
        door
        for forward in names.plan.forwards
        if forward.host == host.name
        for door in _doors(names, host, forward, family)
    ]
    return tuple(sorted(found, key=lambda door: (door.sources.everyone, door.name, door.traffic)))


def _doors(names: Names, host: Host, forward: Forward, family: Family) -> Iterator[Door]:
    here = {bridge.network for bridge in host.bridges}
    nics = [nic for nic in names.nics.get(forward.guest, ()) if nic.network in here]
    if not nics:
        return
    target = _address(next((nic for nic in nics if nic.default_route), nics[0]), family)
    uplinks = tuple(u.name for u in host.uplinks if u.name in forward.uplinks and address_of(u, family) is not None)
    if target is None or not uplinks:
        return
    sources = names.selection(forward.sources)
    for service in forward.ports:
        meant = traffic(service, family)
        shift = 0 if forward.to_port is None else forward.to_port - service.first
        name = f"forward/{forward.name}"
        if meant:
            yield Door(name, uplinks, meant, target, shift, sources, forward.hairpin, forward.expires)


def _address(nic: Nic, family: Family) -> int | None:
    found = nic.ipv4 if family is Family.IPV4 else nic.ipv6
    return found.address.value if found.address else None


def named_senders(view: View, found: Selection) -> Spans | None:
    """The addresses that may use a forward wherever they come from; None for all."""
    if found.everyone:
        return None
    networks = (prefix_in(view.names.networks[name], view.family) for name in found.networks)
    guests = (prefix for prefixes in found.guests.values() for prefix in prefixes)
    hosts = (span for host in found.hosts for span in host_spans(view, host))
    prefixes = [*(p for p in networks if p), *guests, *found.prefixes]
    return united([*of_prefixes(prefixes, view.family), *hosts])


def host_spans(view: View, host: str) -> Spans:
    """The fixed addresses of a host's uplinks."""
    sides = (address_of(uplink, view.family) for uplink in view.names.hosts[host].uplinks)
    return united((s.interface.address.value,) * 2 for s in sides if isinstance(s, Fixed))  # type: ignore[misc]


def approaches(view: View, bridge: str, others: Iterable[tuple[Host, Door]]) -> Iterator[tuple[Door, Box]]:
    """What forwards of other hosts imply here: guests may go to their outside addresses, where these are known."""
    here = view.local.get(bridge, ())
    for host, door in others:
        if not door.hairpin or not here:
            continue
        sides = (address_of(uplink, view.family) for uplink in host.uplinks if uplink.name in door.uplinks)
        fixed = united((s.interface.address.value,) * 2 for s in sides if isinstance(s, Fixed))  # type: ignore[misc]
        senders = named_senders(view, door.sources)
        sources = here if senders is None else common(senders, here)
        if fixed and sources:
            yield door, (fixed, *door.traffic, sources, None, None, None)
