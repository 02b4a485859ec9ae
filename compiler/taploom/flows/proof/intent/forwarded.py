"""The forwards that a host translates, and the traffic to these forwards that other hosts must allow."""

from collections.abc import Iterable, Iterator

from taploom.base.address import Family, in_family
from taploom.base.frozen import dataclass
from taploom.flows.algebra.diagram import Box
from taploom.flows.algebra.spans import Spans, common, of_prefixes, single, united
from taploom.flows.packets.clock import Clock
from taploom.flows.packets.forwarding import asked_for
from taploom.flows.packets.packet import LAST_PORT
from taploom.flows.proof.intent.services import Traffic, traffic
from taploom.flows.proof.intent.site_index import Selection, SiteIndex, fixed_of, prefix_in
from taploom.plan.guest import Nic
from taploom.plan.host import Host
from taploom.plan.interfaces import inside, outside
from taploom.plan.policy import Forward

ALL_PORTS: Spans = ((0, LAST_PORT),)


@dataclass(frozen=True, slots=True)
class ForwardedRange:
    """One port range of a forward in one family.

    Attributes:
        name: stable name, `forward/NAME`.
        uplinks: uplinks at whose addresses the forward listens.
        target: the guest's address.
        shift: number that is added to the port.
        sources: the senders that may use the forward.
        hairpin: whether packets from inside may use the forward at its outside address.
    """

    name: str
    uplinks: tuple[str, ...]
    traffic: Traffic
    target: int
    shift: int
    sources: Selection
    hairpin: bool
    expires: int | None


def forwarded_ranges(index: SiteIndex, host: Host, family: Family) -> tuple[ForwardedRange, ...]:
    """The forwarded ranges of a host, sorted by name; ranges for named senders precede ranges for all senders."""
    forwards = index.forwards.get(host.name, ())
    found = [forwarded for forward in forwards for forwarded in _forwarded_ranges(index, host, forward, family)]
    return tuple(sorted(found, key=lambda forwarded: (forwarded.sources.everyone, forwarded.name, forwarded.traffic)))


def _forwarded_ranges(index: SiteIndex, host: Host, forward: Forward, family: Family) -> Iterator[ForwardedRange]:
    here = {each.network for each in inside(host)}
    nics = [nic for nic in index.nics.get(forward.guest, ()) if nic.network in here]
    if not nics:
        return
    target = _address(next((nic for nic in nics if nic.default_route), nics[0]), family)
    known = (each for each in outside(host) if in_family(each, family) is not None or asked_for(each, family))
    uplinks = tuple(each.device for each in known if each.device in forward.uplinks)
    if target is None or not uplinks:
        return
    sources = index.selection(forward.sources)
    for service in forward.ports:
        meant = traffic(service, family)
        shift = 0 if forward.to_port is None else forward.to_port - service.first
        name = f"forward/{forward.name}"
        if meant:
            yield ForwardedRange(name, uplinks, meant, target, shift, sources, forward.hairpin, forward.expires)


def _address(nic: Nic, family: Family) -> int | None:
    found = in_family(nic, family)
    return found.address.value if found.address else None


def named_senders(index: SiteIndex, found: Selection, family: Family) -> Spans | None:
    """The selected senders that may use a forward whichever interface they arrive on; None for all addresses."""
    if found.everyone:
        return None
    networks = (prefix_in(index.networks[name], family) for name in found.networks)
    guests = (prefix for prefixes in found.guests.values() for prefix in prefixes)
    hosts = (span for host in found.hosts for span in fixed_of(index.hosts[host], family))
    prefixes = [*(p for p in networks if p), *guests, *found.prefixes]
    return united([*of_prefixes(prefixes, family), *hosts])


@dataclass(frozen=True, slots=True)
class Approach:
    """An approach: the traffic from guests of other hosts to the known outside addresses of a forwarded range.

    Attributes:
        host: name of the host of the forwarded range.
        name: stable name of the forward; "" if the approach stands for several forwards.
        at: the outside addresses.
        senders: the senders that may use the forward; None for all.
    """

    host: str
    name: str
    at: Spans
    traffic: Traffic
    senders: Spans | None
    expires: int | None

    def box(self, here: Spans, clock: Clock) -> Box | None:
        """The packets from a network with the addresses `here`; None if no sender there may use the forward."""
        sources = here if self.senders is None else common(self.senders, here)
        until = None if self.expires is None else clock.until(self.expires)
        return (self.at, *self.traffic, sources, None, None, until) if sources else None


def approaches(index: SiteIndex, family: Family) -> tuple[Approach, ...]:
    """The approaches to all forwards of the site that have `hairpin` and known outside addresses."""
    return tuple(
        Approach(
            name,
            forwarded.name,
            at,
            forwarded.traffic,
            named_senders(index, forwarded.sources, family),
            forwarded.expires,
        )
        for name, host in index.hosts.items()
        for forwarded in forwarded_ranges(index, host, family)
        if forwarded.hairpin and (at := _known(host, forwarded, family))
    )


def _known(host: Host, forwarded: ForwardedRange, family: Family) -> Spans:
    known = (each.own(family) for each in outside(host) if each.device in forwarded.uplinks)
    return united(single(own.address.value) for own in known if own)


def nameless(found: Iterable[Approach]) -> tuple[Approach, ...]:
    """Approaches without names; approaches that differ only in their ports become one approach."""
    groups: dict[tuple[str, Spans, Spans | None, Spans | None, int | None], list[Spans]] = {}
    for each in found:
        protocol, ports = each.traffic
        groups.setdefault((each.host, each.at, protocol, each.senders, each.expires), []).append(ports or ALL_PORTS)
    return tuple(
        Approach(host, "", at, (protocol, united(span for spans in ports for span in spans)), senders, expires)
        for (host, at, protocol, senders, expires), ports in groups.items()
    )
