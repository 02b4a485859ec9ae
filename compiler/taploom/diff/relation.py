"""Compares two revisions of each host: for each family and ingress, the packets with different answers.

Both sides are maps of one manager, which stores equal parts as one object. So the comparison skips identical parts. A
guest or network may exist on one side only. The side without it may let packets to its addresses pass, too, although no
object of the site has these addresses there.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property

from taploom.base.address import FAMILIES, Family
from taploom.base.frozen import dataclass
from taploom.base.memo import memo
from taploom.diff.absent import AbsentAddresses, Cut, Difference, Restriction
from taploom.diff.packet_sets import apart, products
from taploom.diff.site_pair import PrioritizedEntries, SitePair
from taploom.diff.window import IntentPair, any_allowed, passing_sources, sent_by, sent_to
from taploom.flows.algebra.diagram import Box, Diagram
from taploom.flows.algebra.manager import Manager
from taploom.flows.algebra.spans import Spans, common, single, united, without
from taploom.flows.packets.answer import FOREIGN, FOREIGN_INPUT, AddressHolder, Answer, Mark, treatment
from taploom.flows.packets.forwarding import OTHER, SELF, Forwarding, asked_for
from taploom.flows.packets.learned import numbered
from taploom.flows.packets.packet import sizes
from taploom.flows.proof.intent.site_index import SiteIndex
from taploom.flows.proof.intent.stages import Intent
from taploom.flows.proof.intent.within import WithinBoxes
from taploom.flows.proof.packet_path import ComposedMaps, MapContext, PacketPath, Stages, contexts
from taploom.plan.host import Host
from taploom.plan.interfaces import inside, outside
from taploom.plan.site import Plan

ABSENT = Answer("miss", "absent")


@dataclass(frozen=True)
class HostPair:
    """Two revisions of one host in one family.

    Attributes:
        sites: the data that all hosts share.
        hosts: the host before and after; None for a revision without it.
    """

    sites: SitePair
    hosts: tuple[Host | None, Host | None]

    @property
    def family(self) -> Family:
        """IP version."""
        return self.sites.family

    @property
    def weight(self) -> int:
        """Estimate of the work to compare: the number of bridge ports on both sides."""
        return sum(len(each.ports) for host in self.hosts if host for each in inside(host))

    @cached_property
    def learned(self) -> Mapping[str, int]:
        """A number for each uplink whose address is learned on one side or on both."""
        names = {each.device for host in self.hosts if host for each in outside(host) if asked_for(each, self.family)}
        return numbered(sorted(names), self.family)

    @cached_property
    def manager(self) -> Manager[Answer]:
        """The manager of the diagrams of both sides."""
        return Manager(sizes(self.family, len(self.learned), self.sites.clock.phases))

    @cached_property
    def forwardings(self) -> tuple[Forwarding | None, Forwarding | None]:
        """Addresses and routes on both sides."""
        before, after = self.hosts
        return (
            Forwarding(before, self.family, self.learned) if before else None,
            Forwarding(after, self.family, self.learned) if after else None,
        )

    @cached_property
    def intents(self) -> tuple[Intent | None, Intent | None]:
        """The intents of both sides."""
        before, after = (
            Intent(site, forwarding, self.manager, self.sites.clock) if forwarding else None
            for site, forwarding in zip(self.sites.sites, self.forwardings, strict=True)
        )
        return before, after

    def differences(self) -> Iterator[tuple[MapContext, Difference]]:
        """All boxes in which the answers differ."""
        known = [dict.fromkeys(contexts(forwarding)) if forwarding else {} for forwarding in self.forwardings]
        for context in known[0] | known[1]:
            there = (context in known[0], context in known[1])
            yield from ((context, difference) for difference in self._differences(context, there))

    def _differences(self, context: MapContext, there: tuple[bool, bool]) -> Iterator[Difference]:
        """Differences in one context: for packets on which the sides disagree, and for addresses that only one has."""
        holderless = self._holderless(context)
        windows = self._windows(context) if all(there) else None
        if windows is None:  # the answers may differ anywhere
            one, other = (self._outcome(self._whole[side] if there[side] else None, side, context) for side in (0, 1))
            yield from self._apart(one, other, holderless)
            for side, found in ((1, other), (0, one)):
                missing = holderless[1 - side].unshared
                if missing.destinations:
                    yield from self._absent(found, side, holderless, missing, missing.parts)
            return
        if windows:
            one, other = (self._outcome(self._within(side, windows), side, context) for side in (0, 1))
            yield from self._apart(one, other, holderless)
        for side in (1, 0):
            yield from self._one_sided(side, context, holderless)

    def _one_sided(
        self, side: int, context: MapContext, holderless: tuple[AbsentAddresses, AbsentAddresses]
    ) -> Iterator[Difference]:
        """Differences for addresses that only `side` has; sources from which nothing can pass are skipped."""
        missing = holderless[1 - side].unshared
        if missing.destinations:
            found = self._outcome(self._sent_to(side, missing.destinations), side, context)
            yield from self._absent(found, side, holderless, missing._replace(sources=()), missing.parts[:1])
        whole = self._whole[side]
        assert whole is not None
        senders = passing_sources(whole.early(context.ingress), missing.sources)
        path = self._sent_by(side, senders) if senders else None
        if path and any_allowed(path, context, senders):
            found = self._outcome(path, side, context)
            by_them = missing._replace(sources=senders).parts[1:]
            yield from self._absent(found, side, holderless, AbsentAddresses((), senders), by_them)

    def _windows(self, context: MapContext) -> tuple[Box, ...] | None:
        """Boxes outside of which both sides agree for all common addresses; None if they may differ anywhere."""
        old, new = self.intents
        assert old is not None
        assert new is not None
        one, other = self._whole
        assert one is not None
        assert other is not None
        sides = self.sites
        return IntentPair((old, new), (one, other), sides.ways, sides.names, sides.others).windows(context)

    @memo
    def _sent_to(self, side: int, destinations: Spans) -> PacketPath:
        """The path of packets to some addresses, built once for all contexts."""
        return self._within(side, (sent_to(destinations),))

    @memo
    def _sent_by(self, side: int, senders: Spans) -> PacketPath:
        """The path of packets from some addresses; its answers for other sources mean nothing."""
        return self._within(side, (sent_by(senders),), senders)

    @cached_property
    def _whole(self) -> tuple[PacketPath | None, PacketPath | None]:
        """The paths of all packets."""
        before, after = (self._course(intent, intent) if intent else None for intent in self.intents)
        return before, after

    def _within(self, side: int, windows: tuple[Box, ...], senders: Spans | None = None) -> PacketPath:
        """The path of the packets in some boxes."""
        intent = self.intents[side]
        assert intent is not None
        return self._course(intent, WithinBoxes(intent, windows, senders))

    def _course(self, intent: Intent, stages: Stages) -> PacketPath:
        return PacketPath(self.manager, intent.forwarding, stages, self._composed)

    @cached_property
    def _composed(self) -> ComposedMaps:
        """Cache of the maps that apply to packets after address translation, shared by all paths of both sides."""
        return {}

    def _outcome(self, path: PacketPath | None, side: int, context: MapContext) -> Diagram[Answer]:
        if path is None:
            return self.manager.leaf(ABSENT)
        found = path.outcome(context)
        names, others, holders = self.sites.names, self.sites.others, self.sites.holders[side]

        def marked(answer: Answer) -> Answer:
            """The answer with its entry named as in the head, and marked with the holder of the translated address."""
            to = answer.destination
            holder = holders.get(to.address, "") if others and to and to.address is not None else ""
            mark: Mark = AddressHolder(holder) if holder else ""
            return answer._replace(by=names.get(answer.by, answer.by) if side == 0 else answer.by, mark=mark)

        return self.manager.relabel(marked, found) if others or (side == 0 and names) else found

    def _holderless(self, context: MapContext) -> tuple[AbsentAddresses, AbsentAddresses]:
        """The addresses that have no holder, before and after.

        For packets from foreign interfaces and from the host itself, only addresses of hosts count, and no addresses of
        guests. For packets from the host itself, the sources of both sides also include addresses from which it does
        not send: those with another holder, and multicast, broadcast and anycast addresses of links.
        """
        hosts = self.sites.resettled
        everywhere = context.ingress not in (SELF, OTHER)
        others = self.sites.others if everywhere else common(self.sites.others, hosts)
        unknown = self._unknown(0), self._unknown(1)
        lent = united([*self.sites.others, *hosts, *unknown[0], *unknown[1]]) if context.ingress == SELF else ()
        before, after = (
            united([*(missing if everywhere else common(missing, hosts)), *unknown[side]])
            for side, missing in enumerate(self.sites.missing)
        )
        return (
            AbsentAddresses(before, united([*before, *lent]), others),
            AbsentAddresses(after, united([*after, *lent]), others),
        )

    def _unknown(self, side: int) -> Spans:
        """Learned addresses, and multicast, broadcast or anycast addresses of links, that only the other side has."""
        here, there = self.forwardings[side], self.forwardings[1 - side]
        if here is None or there is None:
            return ()
        own = {each.device for each in outside(here.host) if asked_for(each, self.family)}
        learned = (single(value) for name, value in self.learned.items() if name not in own)
        links = [without(forwarding.delivered, forwarding.own) for forwarding in (there, here)]
        return united([*learned, *without(links[0], united([*links[1], *here.own]))])

    def _apart(
        self, one: Diagram[Answer], other: Diagram[Answer], holderless: tuple[AbsentAddresses, AbsentAddresses]
    ) -> Iterator[Difference]:
        """The products where two maps differ, without drops that differ only in the deciding entry.

        Addresses without a holder on one side are cut out of the products. If they were cut out of the maps, these
        would have a part for each port of each new guest.
        """
        there, here = holderless
        both = Cut((there.unshared.rest, here.unshared.rest))
        for product, pair in apart(self.manager, one, other):
            if _matters(*pair) or self._elsewhere(*pair):
                yield from both.of(product, pair)

    def _elsewhere(self, one: Answer, other: Answer) -> bool:
        """Whether a translation leads to an address that has another holder now; the mark names the holder."""
        return bool(self.sites.others) and one.verdict == other.verdict == "allow" and one.mark != other.mark

    def _absent(
        self,
        diagram: Diagram[Answer],
        side: int,
        holderless: tuple[AbsentAddresses, AbsentAddresses],
        asked: AbsentAddresses,
        parts: tuple[Restriction, ...],
    ) -> Iterator[Difference]:
        """The products of packets to or from addresses that only `side` has, within some restrictions."""
        cuts = [Cut((part, holderless[side].rest)) for part in parts]
        for product, answer in products(self.manager, diagram, asked.destinations, asked.sources):
            pair = (answer, ABSENT) if side == 0 else (ABSENT, answer)
            if _matters(*pair):
                yield from (difference for cut in cuts for difference in cut.of(product, pair))


def _matters(one: Answer, other: Answer) -> bool:
    if one == other or "allow" not in (one.verdict, other.verdict):
        return False
    if ABSENT in (one, other) and {FOREIGN.by, FOREIGN_INPUT.by} & {one.by, other.by}:
        return False
    return treatment(one) != treatment(other) or one.by != other.by


def pairs(before: Plan, after: Plan, names: Mapping[str, str]) -> Iterator[HostPair]:
    """The pairs of all hosts that differ; equal hosts have equal rulesets, so their flows are equal.

    Args:
        before: the base.
        after: the head.
        names: the new `kind/name` of each renamed object; the key is the old one.
    """
    gone = {f"policy/{entry.name}" for entry in before.policy} - {f"policy/{entry.name}" for entry in after.policy}
    gone -= names.keys()
    hosts_before = {
        names.get(f"host/{host.name}", f"host/{host.name}").partition("/")[2]: host for host in before.hosts
    }
    sites = (PrioritizedEntries(SiteIndex(before), frozenset(gone)), PrioritizedEntries(SiteIndex(after)))
    old, new = hosts_before, {host.name: host for host in after.hosts}
    for family in FAMILIES:
        sides = SitePair(family, sites, names)
        moved = bool(sides.others or sides.resettled) or sides.guests[0] != sides.guests[1]
        found = [name for name in sorted(old.keys() | new.keys()) if moved or old.get(name) != new.get(name)]
        if found:
            sides.look()
        yield from (HostPair(sides, (old.get(name), new.get(name))) for name in found)
