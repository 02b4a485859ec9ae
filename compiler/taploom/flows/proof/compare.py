"""Compares intent and ruleset for every packet of every host.

Intent and ruleset are diagrams of one manager, in which equal functions are one object. So they agree if and only if
their observable effects are the same object. If they differ, the first packet of each different part is reported with
the answers of intent and ruleset. The cause is a bug in taploom, never a mistake in the specs.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cached_property

from taploom.backends.nftables.tree import Ruleset
from taploom.base.address import FAMILIES, Family
from taploom.base.frozen import dataclass
from taploom.base.parallel import spread
from taploom.flows.algebra.diagram import Leaf
from taploom.flows.algebra.manager import Manager
from taploom.flows.packets.answer import Answer
from taploom.flows.packets.clock import Clock
from taploom.flows.packets.forwarding import Forwarding
from taploom.flows.packets.packet import Packet, sizes
from taploom.flows.proof.agreement import agreement
from taploom.flows.proof.compare_frames import FrameProof
from taploom.flows.proof.intent.entries import SiteEntries
from taploom.flows.proof.intent.site_index import SiteIndex
from taploom.flows.proof.intent.stages import Intent
from taploom.flows.proof.intent.states import expected
from taploom.flows.proof.packet_path import MapContext, PacketPath, contexts
from taploom.flows.proof.parting import differences
from taploom.flows.proof.ruleset.stages import Tables, moments
from taploom.plan.host import Host
from taploom.plan.site import Plan

WORTH_A_PROCESS = 100
"""Minimum number of terms and DNAT entries whose proof takes longer than the start of a process."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A packet for which intent and ruleset differ.

    Attributes:
        host: name of the host that the packet passes.
        context: ingress interface of the packet, and the uplink of the default route.
        packet: an example of the packets for which intent and ruleset differ.
        intent: the answer of the intent, with the entry that decides.
        ruleset: the answer of the ruleset, with the rule that decides.
        state: state of the packet's connection, as in `ct state`.
    """

    host: str
    context: MapContext
    packet: Packet
    intent: Answer
    ruleset: Answer
    state: str = "new"


class _Nameless(Manager[Answer]):
    """A manager that removes the deciding entry from answers, so that parts with equal effects are equal."""

    def leaf(self, answer: Answer) -> Leaf[Answer]:
        found = self._leaves.get(answer)
        if found is None:
            found = self._leaves[answer] = Manager.leaf(self, answer._replace(by=""))
        return found


@dataclass(frozen=True)
class Witnesses:
    """Intent and ruleset of one host in one family, as packet paths that can be compared.

    Attributes:
        site: the entries of the whole site.
        ruleset: the tree of the rendered ruleset.
        named: whether answers name the deciding entry or rule.
    """

    site: SiteEntries
    host: Host
    family: Family
    ruleset: Ruleset
    named: bool = True

    @cached_property
    def forwarding(self) -> Forwarding:
        """The host's addresses and routes."""
        return Forwarding.of(self.host, self.family)

    @cached_property
    def clock(self) -> Clock:
        """The clock of all moments at which entries or rules expire."""
        plan = self.site.index.plan
        ends = (*(entry.expires for entry in plan.policy), *(forward.expires for forward in plan.forwards))
        return Clock.of([*(end for end in ends if end is not None), *moments(self.ruleset)])

    @cached_property
    def manager(self) -> Manager[Answer]:
        """The manager of the diagrams of intent and ruleset."""
        dimensions = sizes(self.family, len(self.forwarding.learned), self.clock.phases)
        return Manager(dimensions) if self.named else _Nameless(dimensions)

    @cached_property
    def intent(self) -> PacketPath:
        """The packet path by the intent."""
        return PacketPath(
            self.manager, self.forwarding, Intent(self.site, self.forwarding, self.manager, self.clock, self.named)
        )

    @cached_property
    def tables(self) -> PacketPath:
        """The packet path by the ruleset."""
        return PacketPath(self.manager, self.forwarding, self._tables)

    @cached_property
    def _tables(self) -> Tables:
        return Tables(self.ruleset, self.forwarding, self.manager, self.clock)

    def disagreements(self) -> Iterator[Disagreement]:
        """The differences between intent and ruleset, by the composition of all stages."""
        for context in contexts(self.forwarding):
            wanted, found = self.intent.outcome(context), self.tables.outcome(context)
            for point, one, other in differences(self.manager, wanted, found):
                yield Disagreement(self.host.name, context, Packet(self.family, point), one, other)
        yield from self.of_states()

    def of_states(self) -> Iterator[Disagreement]:
        """The differences for packets that open no connection, and for loopback packets."""
        for (ingress, egress, state), wanted in expected(self.forwarding):
            found = self._tables.state(ingress, egress, state)
            for point, one, other in differences(self.manager, self.manager.leaf(wanted), found):
                packet = Packet(self.family, point)
                yield Disagreement(self.host.name, MapContext(ingress, egress), packet, one, other, state)


def witnesses(plan: Plan, ruleset_of: Callable[[Host], Ruleset]) -> Iterator[Witnesses]:
    """Intent and ruleset of each host in each family."""
    return _witnesses(SiteEntries(SiteIndex(plan)), plan.hosts, ruleset_of)


def _witnesses(site: SiteEntries, hosts: Iterable[Host], ruleset_of: Callable[[Host], Ruleset]) -> Iterator[Witnesses]:
    for host in hosts:
        ruleset = ruleset_of(host)
        yield from (Witnesses(site, host, family, ruleset) for family in FAMILIES)


def of_frames(pair: Witnesses) -> Iterator[Disagreement]:
    """The differences in the bridge table; `pair` may be of either family, as both share the table."""
    proof = FrameProof(pair.site, pair.host, pair.ruleset, pair.clock, _Nameless)
    if next(proof.differences(), None) is None:
        return
    proof = replace(proof, manager=Manager)
    for entry, ether, family, point, one, other in proof.differences():
        yield Disagreement(pair.host.name, MapContext(entry, ether), Packet(family, point), one, other)


def disagreements(plan: Plan, ruleset_of: Callable[[Host], Ruleset]) -> tuple[Disagreement, ...]:
    """All differences between the meaning of the spec and the rulesets, sorted by host.

    Several processes prove the hosts of a large site.

    Args:
        plan: the whole plan.
        ruleset_of: the ruleset of a host, as it is rendered.
    """
    found = spread(prover(plan, ruleset_of), ((host, effort(host)) for host in plan.hosts), WORTH_A_PROCESS)
    return tuple(sorted((each for part in found for each in part), key=lambda each: each.host))


def prover(plan: Plan, ruleset_of: Callable[[Host], Ruleset]) -> Callable[[Host], list[Disagreement]]:
    """Returns a function that finds the differences of one host; look-ups that all hosts share are made only once."""
    site = SiteEntries(SiteIndex(plan))
    site.look_up()

    def of_host(host: Host) -> list[Disagreement]:
        found: list[Disagreement] = []
        for pair in _witnesses(site, (host,), ruleset_of):
            if not alike(replace(pair, named=False)):
                found += pair.disagreements()
            if pair.family is FAMILIES[0]:
                found += of_frames(pair)
        return found

    return of_host


def effort(host: Host) -> int:
    """The estimated effort of proving a host, in the unit of `WORTH_A_PROCESS`."""
    return len(host.terms) + len(host.dnat_entries)


def alike(pair: Witnesses) -> bool:
    """Whether intent and ruleset agree stage by stage: a quick test, which correct rulesets pass.

    If the test fails, the differences of several stages may still cancel out; only the composition can show this.
    """
    alike = all(agreement(pair.intent, pair.tables, context) for context in contexts(pair.forwarding))
    return alike and next(pair.of_states(), None) is None
