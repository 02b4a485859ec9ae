"""Implements the stages of `flows.proof.packet_path` from the intent for one host."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import product

from taploom.base.address import Family, in_family
from taploom.base.frozen import dataclass
from taploom.base.memo import memo
from taploom.flows.algebra.diagram import Box, Diagram
from taploom.flows.algebra.manager import Manager
from taploom.flows.algebra.spans import Spans, of_prefix, single, united, without
from taploom.flows.packets.answer import (
    FOREIGN,
    FOREIGN_INPUT,
    PASS,
    Answer,
    DestinationRewrite,
    Mark,
    SourceRewrite,
    sourced,
)
from taploom.flows.packets.clock import Clock
from taploom.flows.packets.forwarding import OTHER, SELF, Forwarding, asked_for
from taploom.flows.packets.packet import box
from taploom.flows.proof.intent.entries import ResolvedEntry, SiteEntries
from taploom.flows.proof.intent.essentials import DISCOVERY, Decided, everywhere, implied, learning, plausible, served
from taploom.flows.proof.intent.forwarded import Approach, ForwardedRange, forwarded_ranges, named_senders
from taploom.flows.proof.intent.interface_view import InterfaceView
from taploom.flows.proof.intent.services import all_traffic
from taploom.flows.proof.intent.site_index import prefix_in
from taploom.flows.proof.intent.transit import carried
from taploom.flows.proof.stitch import laid
from taploom.plan.host import Bridge, Fixed, Input
from taploom.plan.interfaces import inside, interfaces, outside
from taploom.plan.policy import Action, NatKind

DEFAULT, ISOLATED = Answer("drop", "default"), Answer("drop", "implied/isolated")
FORWARDED: Mark = "forward"
PREFIX: Mark = "prefix"
"""Marks of packets that a forward (`FORWARDED`) or a prefix translation (`PREFIX`) has translated."""


@dataclass(frozen=True)
class Intent:
    """The intent of the site for one host in one family.

    Attributes:
        named: whether answers name the deciding entry.
    """

    site: SiteEntries
    forwarding: Forwarding
    manager: Manager[Answer]
    clock: Clock
    named: bool = True

    @cached_property
    def view(self) -> InterfaceView:
        """The addresses that selections have at the host's interfaces."""
        return InterfaceView(self.site.index, self.forwarding)

    @cached_property
    def _forwarded_ranges(self) -> tuple[ForwardedRange, ...]:
        return forwarded_ranges(self.site.index, self.forwarding.host, self.forwarding.family)

    def early(self, ingress: str) -> Diagram[Answer]:
        """The drops of packets with implausible source addresses."""
        if ingress == OTHER:
            return self.manager.leaf(PASS)
        return self.manager.overlay(list(plausible(self.view, ingress)), PASS)

    def destination(self, ingress: str) -> Diagram[Answer]:
        """The destination translations: by forwards, and by prefix translations of incoming packets."""
        if ingress == OTHER:
            return self.manager.leaf(PASS)
        return self.manager.overlay(self.translated(ingress), PASS)

    def translated(self, ingress: str) -> tuple[Decided, ...]:
        """The destination translations for an ingress; the first box that contains a packet decides."""
        return self._translated(ingress if ingress in self.view.zones else SELF)

    @memo
    def _translated(self, ingress: str) -> tuple[Decided, ...]:
        return (*self._prefixes(ingress), *self._translations(ingress))

    def _translations(self, ingress: str) -> Iterator[Decided]:
        for forwarded in self._forwarded_ranges:
            at = self._listens(forwarded, ingress if ingress in self.view.zones else None)
            senders = self._users(forwarded, ingress)
            if at and senders != ():
                to = DestinationRewrite(forwarded.target, 0, forwarded.shift)
                until = None if forwarded.expires is None else self.clock.until(forwarded.expires)
                answer = Answer("allow", forwarded.name, to, mark=FORWARDED)
                yield (at, *forwarded.traffic, senders, None, None, until), answer

    def _listens(self, forwarded: ForwardedRange, uplink: str | None) -> Spans:
        """The addresses at which a forwarded range listens for packets from an uplink or, for None, from inside.

        The ruleset cannot determine to which uplink a learned address belongs, except for the uplink on which the
        packet arrives. So a range at one learned address also listens at the learned addresses of other
        uplinks.
        """
        if uplink is None and not forwarded.hairpin:
            return ()
        learned = self.forwarding.learned
        fixed = [single(a.value) for name in forwarded.uplinks for a in self.forwarding.addresses.get(name, ())]
        others = any(name in learned for name in forwarded.uplinks if name != uplink)
        asked = {v for name, v in learned.items() if (name in forwarded.uplinks if name == uplink else others)}
        return united([*fixed, *map(single, asked)])

    def _users(self, forwarded: ForwardedRange, ingress: str) -> Spans | None:
        named = named_senders(self.site.index, forwarded.sources, self.forwarding.family)
        zone = self.view.zones.get(ingress)
        if named is None or zone not in forwarded.sources.outside:
            return named
        return united([*named, *self.view.outer])

    def _prefixes(self, ingress: str) -> Iterator[Decided]:
        if ingress not in self.view.zones or self.forwarding.family is Family.IPV4:
            return
        uplink = next(each for each in outside(self.forwarding.host) if each.device == ingress)
        used = in_family(uplink, self.forwarding.family) or asked_for(uplink, self.forwarding.family)
        for each in inside(self.forwarding.host) if used else ():
            network = self.site.index.networks[each.network]
            if network.nat6 and network.nat6.kind is NatKind.PREFIX and network.nat6.prefix and network.ipv6:
                outer, inner = network.nat6.prefix, network.ipv6.prefix
                at = without((of_prefix(outer),), self.forwarding.own)
                to = DestinationRewrite(None, inner.value - outer.value, 0)
                yield box(destination=at), Answer("allow", f"nat/{network.name}", to, mark=PREFIX)

    @memo
    def judged(self, ingress: str, egress: str, mark: Mark) -> Diagram[Answer]:
        """The decisions of policy between two interfaces, with the source translation of packets that leave."""
        passed = laid(self.manager, *self.decided(ingress, egress, mark))
        return self.sourced(passed, ingress, egress, mark)

    def decided(
        self, ingress: str, egress: str, mark: Mark, ways: Iterable[Approach] | None = None
    ) -> tuple[list[Decided], Answer]:
        """The decisions between two interfaces, and the answer for packets in no box; the first box decides.

        Args:
            ingress: the interface by which packets arrive, `OTHER` or `SELF`.
            egress: the interface by which packets leave, `OTHER`, or `SELF` for packets to the host.
            mark: the mark of the translated packets; "" for untranslated packets.
            ways: the included approaches to forwards of other hosts; None for all approaches.
        """
        networks, zones = self.view.networks, self.view.zones
        if ingress == SELF:
            return [], PASS if mark else implied("output")
        if egress == SELF and self.forwarding.host.input is Input.FOREIGN:
            return [], FOREIGN_INPUT
        between = ingress in zones and egress in zones
        if egress != SELF and ingress not in networks and egress not in networks and not between:
            return [], FOREIGN
        rest = DEFAULT
        if ingress == egress and ingress in networks and not mark:
            if networks[ingress].isolated:
                return [], ISOLATED
            rest = implied("bridge")
        if mark == FORWARDED:
            rest = PASS
        return list(self._decided(ingress, egress, mark, ways)), rest

    def _decided(self, ingress: str, egress: str, mark: Mark, ways: Iterable[Approach] | None) -> Iterator[Decided]:
        yield from self.refused(ingress, egress)
        if mark == FORWARDED or (ingress == egress and ingress in self.view.networks):
            return
        if ingress in self.view.networks and egress in self.view.zones:
            yield from self._approaches(ingress, ways)
        yield from self.admitted(ingress, egress)

    def refused(self, ingress: str, egress: str) -> Iterator[Decided]:
        """The first decisions between two interfaces: about traffic that cannot be denied, then drops and denies."""
        if egress == SELF:
            yield from self._essentials(ingress)
        elif ingress == egress and self.forwarding.family is Family.IPV6:
            here = self.view.networks.get(ingress)
            yield from [DISCOVERY] if here and not here.isolated else []
        if ingress in self.view.zones and self.view.lost:
            yield box(source=self.view.lost), Answer("drop", "implied/site-source")
        for entry, boxes in self.between.get((ingress, egress), ()):
            if entry.action is Action.DENY:
                yield from ((part, Answer("drop", entry.name)) for part in boxes)

    def admitted(self, ingress: str, egress: str) -> Iterator[Decided]:
        """The packets that policy allows between two interfaces, unless an earlier decision denies them."""
        for entry, boxes in self.between.get((ingress, egress), ()):
            if entry.action is Action.ALLOW:
                yield from ((part, Answer("allow", entry.name, limited=entry.limited)) for part in boxes)

    def _essentials(self, ingress: str) -> Iterator[Decided]:
        family = self.forwarding.family
        yield from everywhere(family)
        for here in interfaces(self.forwarding.host):
            if here.device == ingress:
                yield from served(here, family)
                yield from learning(here, family)

    def _approaches(self, ingress: str, ways: Iterable[Approach] | None) -> Iterator[Decided]:
        here = self.view.local.get(ingress, ())
        if ways is None:
            ways = self.site.approaches(self.forwarding.family, named=self.named)
        for way in ways if here else ():
            part = way.box(here, self.clock) if way.host != self.forwarding.host.name else None
            if part is not None:
                yield part, Answer("allow", way.name)

    @cached_property
    def between(self) -> dict[tuple[str, str], list[tuple[ResolvedEntry, tuple[Box, ...]]]]:
        """For each pair of interfaces, the entries with their boxes, in the order in which entries decide."""
        found: dict[tuple[str, str], list[tuple[ResolvedEntry, tuple[Box, ...]]]] = {}
        for entry in self.site.concerning(self.forwarding.host):
            for (ingress, egress), boxes in self._boxes(entry):
                found.setdefault((ingress, egress), []).append((entry, boxes))
        return found

    def _boxes(self, entry: ResolvedEntry) -> Iterator[tuple[tuple[str, str], tuple[Box, ...]]]:
        view, until = self.view, None if entry.expires is None else self.clock.until(entry.expires)
        services = all_traffic(entry.services, self.forwarding.family)
        networks, uplinks = view.touched(entry.sources), tuple(view.zones)
        goals = [
            (e, view.receivers(entry.destinations, e)) for e in (*view.touched(entry.destinations), *uplinks, SELF)
        ]
        goals = [(egress, spans) for egress, spans in goals if spans != ()]
        if not goals or not services:
            return
        for ingress in (*networks, *uplinks, OTHER):
            for to_host in sorted({egress == SELF for egress, _ in goals}):
                sources = view.senders(entry.sources, ingress, to_host=to_host)
                for egress, spans in goals if sources else ():
                    possible = egress == SELF or ingress in view.networks or egress in view.networks
                    if possible and (egress == SELF) == to_host:
                        boxes = tuple((spans, *what, sources, None, None, until) for what in services)
                        yield (ingress, egress), boxes
        for ingress, egress in product(uplinks, uplinks):
            parts = tuple(carried(view, entry, ingress, egress))
            boxes = tuple((spans, *what, sources, None, None, until) for spans, sources in parts for what in services)
            if boxes:
                yield (ingress, egress), boxes

    def refused_within(self, bridge: Bridge) -> Iterator[Decided]:
        """The denies among the guests of one bridge, computed without the other pairs of interfaces."""
        view, device = self.view, bridge.device
        for entry in self.site.concerning(self.forwarding.host):
            if entry.action is not Action.DENY:
                continue
            until = None if entry.expires is None else self.clock.until(entry.expires)
            spans = view.receivers(entry.destinations, device)
            sources = view.senders(entry.sources, device, to_host=False)
            if spans and sources:
                for what in all_traffic(entry.services, self.forwarding.family):
                    yield (spans, *what, sources, None, None, until), Answer("drop", entry.name)

    def sourced(self, passed: Diagram[Answer], ingress: str, egress: str, mark: Mark) -> Diagram[Answer]:
        """The map `passed` with the source translation of packets that pass."""
        if mark and ingress == egress:
            source = SourceRewrite("masquerade", 0)
            return self.manager.relabel(lambda a: a._replace(source=source) if a.verdict == "allow" else a, passed)
        rewritten = list(self.rewritten(egress))
        if not rewritten:
            return passed
        whole = self.manager.overlay([(part, Answer("allow", "", source=to)) for part, to in rewritten], PASS)
        return self.manager.merge(sourced, passed, whole)

    def rewritten(self, egress: str) -> Iterator[tuple[Box, SourceRewrite]]:
        """The source translations of packets that leave the site by an uplink, each with its box."""
        family = self.forwarding.family
        uplink = next((each for each in outside(self.forwarding.host) if each.device == egress), None)
        known = in_family(uplink, family) if uplink else None
        if uplink is None or not (known or asked_for(uplink, family)):
            return
        answering, host = self.site.answering[family], self.forwarding.host.name
        for here in inside(self.forwarding.host):
            network = self.site.index.networks[here.network]
            nat, prefix = (network.nat4 if family is Family.IPV4 else network.nat6), prefix_in(network, family)
            if nat is None or prefix is None:
                continue
            if nat.kind is NatKind.PREFIX and nat.prefix:
                to = SourceRewrite("prefix", nat.prefix.value - prefix.value)
            else:
                to = (
                    SourceRewrite("snat", known.interface.address.value)
                    if isinstance(known, Fixed)
                    else SourceRewrite("masquerade", 0)
                )
            beyond = without(self._not_site, answering.addresses(host, network.name, self.view.zones[egress]))
            yield box(destination=beyond, source=(of_prefix(prefix),)), to

    @cached_property
    def _not_site(self) -> Spans:
        return without(((0, self.forwarding.size - 1),), self.view.site)
