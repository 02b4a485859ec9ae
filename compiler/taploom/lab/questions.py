"""Chooses the flows to probe: at least one packet of each class of allowed flows and of denied flows.

Flows that the plan does not distinguish (same networks, family, protocol and deciding entry) are one class. The chosen
ports are those at which the plan's answer could change: the first and the last port of each range in an entry about the
two ends, the ports next to these, and one port that is in no entry.
"""

from collections.abc import Iterable, Iterator

from taploom.base.address import FAMILIES, Address, Family
from taploom.base.frozen import dataclass
from taploom.lab.atlas import Atlas, NowhereError, UnclearError
from taploom.lab.lab_report import NotRun
from taploom.lab.oracle import FirstPacket, Oracle, Prediction, Protocol
from taploom.lab.trials import Trial, edges, named, others, untried
from taploom.plan.guest import Guest, Nic
from taploom.plan.host import Host
from taploom.plan.interfaces import inside, outside
from taploom.plan.policy import NatKind, Service

_QUIET = (9, 7, 19, 4, 1021, 47001, 47002)
"""Candidates for a port that is in no entry."""


_Edge = tuple[int, ...]
"""First and last port of a range, and the number that `edges` gives the trial; () for a port that is in no range."""


@dataclass(frozen=True, slots=True)
class FlowEnd:
    """One end of a flow.

    Attributes:
        machine: `guest/NAME`, `host/NAME` or `zone/NAME`.
        group: a text that all ends of one class share.
        owner: the guest with its NIC, the host, or the name of the zone.
    """

    machine: str
    group: str
    address: Address
    owner: tuple[Guest, Nic] | Host | str


@dataclass(frozen=True, slots=True)
class Question:
    """One flow to probe, with the oracle's prediction.

    Attributes:
        reach: the answer of `taploom reach` for the flow; "" before `Reading` has added it.
    """

    source: FlowEnd
    to: FlowEnd
    packet: FirstPacket
    verdict: Prediction
    reach: str = ""

    @property
    def flow(self) -> str:
        """The flow in words."""
        name = self.source.machine.partition("/")[2]
        sender = name if isinstance(self.source.owner, Host) else f"{name} {self.packet.source}"
        return f"{sender} -> {self.to.machine.partition('/')[2]} {self.packet.to} {named(self.packet)}"


@dataclass(frozen=True, slots=True)
class _EntryServices:
    """The services of one term or DNAT entry, and the addresses of ends that the entry matches."""

    sources: frozenset[Address]
    destinations: frozenset[Address]
    services: tuple[Service, ...]


def questions(atlas: Atlas, oracle: Oracle) -> tuple[tuple[Question, ...], tuple[NotRun, ...]]:
    """The flows to probe, and the flows and entries that are not probed, with the reasons."""
    classes: dict[tuple[object, ...], list[Question]] = {}
    unclear: dict[str, list[str]] = {}
    for family in FAMILIES:
        ends = tuple(_ends(atlas, family))
        mirrors = tuple(_prefix_nat_ends(atlas, family))
        entries = tuple(_entry_services(atlas, family, (*ends, *mirrors)))
        usual = _usual(entries, family)
        by_source = {end: [s for s in entries if end.address in s.sources] for end in ends}
        for source in ends:
            for to in (*ends, *mirrors):
                if source.machine != to.machine or _own_outside(source, to, atlas):
                    for what in _ports(by_source[source], to, usual):
                        _ask(atlas, oracle, source, to, what, classes, unclear)
    chosen = {(q.source.machine, q.packet): q for found in classes.values() for q in found}
    for question in _ways_back(tuple(chosen.values()), oracle):
        chosen.setdefault((question.source.machine, question.packet), question)
    left_out = [NotRun(f"{flows[0]} and {len(flows) - 1} more", why) for why, flows in unclear.items()]
    return tuple(chosen.values()), (*left_out, *_idle(atlas, {q.verdict.by for q in chosen.values()}))


def _ways_back(asked: Iterable[Question], oracle: Oracle) -> Iterator[Question]:
    """The allowed flows in the opposite direction of denied UDP flows between neighbours; their replies must pass."""
    for question in asked:
        packet = question.packet
        if packet.protocol == "udp" and not question.verdict.allowed and question.source.group == question.to.group:
            back = FirstPacket(question.to.address, packet.source, "udp", packet.port)
            verdict = _asked(oracle, question.to, back)
            if verdict.allowed:
                yield Question(question.to, question.source, back, verdict)


def _idle(atlas: Atlas, deciding: set[str]) -> Iterator[NotRun]:
    """The entries that decide about none of the probes, with the reasons."""
    why = "no probe depends on this entry: no machine has its addresses, or another entry has the same effect"
    services: dict[str, set[Service]] = {}
    for host in atlas.plan.hosts:
        for term in host.terms:
            services.setdefault(term.entry, set()).update(term.services)
        for dnat_entry in host.dnat_entries:
            services.setdefault(dnat_entry.forward, set()).add(
                Service(dnat_entry.protocol, dnat_entry.first, dnat_entry.last)
            )
    for name in sorted(services.keys() - deciding):
        if not name.startswith("implied/"):
            yield NotRun(name, untried(services[name]) or why)


def _own_outside(source: FlowEnd, to: FlowEnd, atlas: Atlas) -> bool:
    """Whether a flow goes from a host to its own outside address, by which the host may reach a forward."""
    outside = (a for (host, _, _), a in atlas.ground.uplinks.items() if source.machine == f"host/{host}")
    return isinstance(source.owner, Host) and to.address in set(outside)


def _ask(
    atlas: Atlas,
    oracle: Oracle,
    source: FlowEnd,
    to: FlowEnd,
    what: tuple[_Edge, Protocol, int],
    classes: dict[tuple[object, ...], list[Question]],
    unclear: dict[str, list[str]],
) -> None:
    edge, protocol, port = what
    try:
        packet = FirstPacket(_source_address(atlas, source, to), to.address, protocol, port)
        verdict = _asked(oracle, source, packet)
    except NowhereError:
        return
    except UnclearError as reason:
        unclear.setdefault(str(reason), []).append(f"{source.machine} -> {to.machine} {to.address}")
        return
    if verdict.where == source.machine or (isinstance(source.owner, Host) and verdict.by == "implied/output"):
        return
    groups = (source.group, to.group) if edge else (_coarse(source), _coarse(to))
    key = (*groups, packet.family, protocol, verdict.allowed, verdict.by, edge)
    found = classes.setdefault(key, [])
    question = Question(source, to, packet, verdict)
    if not found or (not edge and len(found) == 1):
        found.append(question)
    elif not edge:  # keep the first and the last flow, as their ends probably differ most
        found[-1] = question


def _coarse(end: FlowEnd) -> str:
    """The group of an end, for ports that are in no range; all outside hosts of a zone form one group."""
    return end.machine if isinstance(end.owner, str) else end.group


def _asked(oracle: Oracle, source: FlowEnd, packet: FirstPacket) -> Prediction:
    if isinstance(source.owner, str):
        return oracle.from_zone(source.owner, packet)
    if isinstance(source.owner, Host):
        return oracle.from_host(source.owner, packet)
    return oracle.from_guest(*source.owner, packet)


def _source_address(atlas: Atlas, source: FlowEnd, to: FlowEnd) -> Address:
    """The source of a flow; for a host, its address at the egress, or the destination if this is the host's address."""
    if not isinstance(source.owner, Host):
        return source.address
    way = atlas.way(source.owner, to.address)
    if way.network:
        own = way.network.own(to.address.family)
        return own.address if own else source.address
    found = atlas.uplink_address(source.owner, way.uplink.device, to.address.family) if way.uplink else to.address
    if found is None:
        raise NowhereError(f"{source.owner.name} has no source address for packets to {to.address}")
    return found


def _ends(atlas: Atlas, family: Family) -> Iterator[FlowEnd]:
    for (name, network, of), address in sorted(atlas.ground.nics.items()):
        guest = atlas.guests[name]
        if of is family:
            nic = next(nic for nic in guest.nics if nic.network == network)
            yield FlowEnd(f"guest/{name}", f"network/{network}", address, (guest, nic))
    for host in atlas.plan.hosts:
        for here in inside(host):
            own = here.own(family)
            if own:
                yield FlowEnd(f"host/{host.name}", f"host/{host.name} {here.network}", own.address, host)
        for uplink in outside(host):
            found = atlas.uplink_address(host, uplink.device, family)
            if found:
                yield FlowEnd(f"host/{host.name}", f"host/{host.name} {uplink.device}", found, host)
    for zone, found_there in atlas.beyond.items():
        for address, label in found_there.addresses:
            if address.family is family:
                yield FlowEnd(f"zone/{zone}", f"zone/{zone} {label}", address, zone)


def _prefix_nat_ends(atlas: Atlas, family: Family) -> Iterator[FlowEnd]:
    """The ends for guests of networks with prefix translation; each end has the guest's outside address."""
    for host in atlas.plan.hosts:
        for nat in host.nat:
            if nat.kind is NatKind.PREFIX and nat.to and nat.family is family:
                for (name, network, _), address in sorted(atlas.ground.nics.items()):
                    if network == nat.network and address in nat.source:
                        mirror = nat.to.first + (address.value - nat.source.value)
                        guest = atlas.guests[name]
                        nic = next(nic for nic in guest.nics if nic.network == network)
                        yield FlowEnd(f"guest/{name}", f"mirror/{network}", mirror, (guest, nic))


def _entry_services(atlas: Atlas, family: Family, ends: tuple[FlowEnd, ...]) -> Iterator[_EntryServices]:
    everywhere = frozenset(end.address for end in ends)
    for host in atlas.plan.hosts:
        mirrors = [n for n in host.nat if n.kind is NatKind.PREFIX and n.to]
        for term in host.terms:
            if term.family is family and term.services:
                sources = frozenset(a for a in everywhere if any(a in p for p in term.sources))
                targets = [a for a in everywhere if any(a in p for p in term.destinations)]
                targets += [
                    n.to.first + (a.value - n.source.value) for n in mirrors for a in targets if n.to and a in n.source
                ]
                yield _EntryServices(sources, frozenset(targets), term.services)
        for dnat_entry in host.dnat_entries:
            if dnat_entry.family is family:
                at = (atlas.uplink_address(host, uplink, family) for uplink in dnat_entry.uplinks)
                outer = Service(dnat_entry.protocol, dnat_entry.first, dnat_entry.last)
                yield _EntryServices(everywhere, frozenset(a for a in at if a), (outer,))
                inner = Service(
                    dnat_entry.protocol,
                    dnat_entry.target_first,
                    dnat_entry.target_first + dnat_entry.last - dnat_entry.first,
                )
                yield _EntryServices(everywhere, frozenset({dnat_entry.target}), (inner,))


def _usual(entries: Iterable[_EntryServices], family: Family) -> tuple[Trial, ...]:
    """The trials between all ends: ping, a port that is in no entry, and each other protocol in an entry."""
    said = {service for entry in entries for service in entry.services}
    ranges = [s for s in said if (s.first, s.last) != (0, 65535)]
    quiet = next((p for p in _QUIET if not any(s.first <= p <= s.last for s in ranges)), _QUIET[0])
    return (("icmp", 0), ("tcp", quiet), ("udp", quiet), *others(said, family, quiet))


def _ports(entries: list[_EntryServices], to: FlowEnd, usual: tuple[Trial, ...]) -> list[tuple[_Edge, Protocol, int]]:
    """The trials between two ends, each with the edge of a range, the protocol and the port."""
    found: set[tuple[_Edge, Protocol, int]] = {((), *each) for each in usual}
    services = {service for entry in entries if to.address in entry.destinations for service in entry.services}
    for service in services:
        found |= {((service.first, service.last, number), *each) for number, each in edges(service, to.address.family)}
    return sorted(found)
