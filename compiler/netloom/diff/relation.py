"""The difference of two relations: for each host, family and way in, the packets of which both say different things.

Both sides are maps of one space, in which equal parts are one object, so that what is the same is passed over without a
look. A guest or network that is on one side only is absent on the other: its addresses may have been open there
already, but nobody of the site had them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from netloom.base.address import FAMILIES, Family
from netloom.diff.nobody import Difference, Nobody, cut
from netloom.diff.regions import apart, products
from netloom.diff.window import heard, parting
from netloom.flows.answer import FOREIGN, FOREIGN_INPUT, Answer, treatment
from netloom.flows.clock import Clock
from netloom.flows.course import Behind, Context, Course, contexts
from netloom.flows.diagram import Diagram, Space
from netloom.flows.intent.entries import Entry, Site
from netloom.flows.intent.names import Names
from netloom.flows.intent.stages import Intent
from netloom.flows.kernel import OTHER, SELF, Kernel, address_of
from netloom.flows.packet import sizes
from netloom.flows.spans import Spans, of_prefix, united, without
from netloom.plan.host import Host, Learned
from netloom.plan.site import Plan

ABSENT = Answer("miss", "absent")


@dataclass(frozen=True)
class Foremost(Site):
    """A site in which some entries decide before their equals: so it shows what of them others allow too."""

    first: frozenset[str] = frozenset()

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """All policy entries, those to be seen first."""
        known = Site(self.names).entries
        return tuple(sorted(known, key=lambda entry: (bool(entry.limited), entry.name not in self.first, entry.name)))


@dataclass(frozen=True)
class Pair:
    """Two revisions of one host in one family.

    Attributes:
        before: the site before, and the host as it was; None for a host that is new.
        after: the same after the change.
        guests: addresses of guests, before and after.
        names: stable names before and after of entries that were renamed: what they decide is decided as before.
    """

    family: Family
    sites: tuple[Site, Site]
    hosts: tuple[Host | None, Host | None]
    guests: tuple[Spans, Spans]
    names: Mapping[str, str]

    @property
    def weight(self) -> int:
        """About how much there is to compare: the ports of both sides."""
        return sum(len(bridge.ports) for host in self.hosts if host for bridge in host.bridges)

    @cached_property
    def learned(self) -> Mapping[str, int]:
        """One value for each uplink whose address is learned on either side."""
        names = {
            uplink.name
            for host in self.hosts
            if host
            for uplink in host.uplinks
            if isinstance(address_of(uplink, self.family), Learned)
        }
        return {name: (1 << self.family.bits) + at for at, name in enumerate(sorted(names))}

    @cached_property
    def clock(self) -> Clock:
        """The moments of both sides."""
        plans = [site.names.plan for site in self.sites]
        ends = [rule.expires for plan in plans for rule in plan.rules]
        ends += [forward.expires for plan in plans for forward in plan.forwards]
        return Clock.of(end for end in ends if end is not None)

    @cached_property
    def space(self) -> Space[Answer]:
        """The space of both."""
        return Space(sizes(self.family, len(self.learned), self.clock.phases))

    @cached_property
    def kernels(self) -> tuple[Kernel | None, Kernel | None]:
        """Addresses and routes on both sides."""
        before, after = self.hosts
        return (
            Kernel(before, self.family, self.learned) if before else None,
            Kernel(after, self.family, self.learned) if after else None,
        )

    def differences(self) -> Iterator[tuple[Context, Difference]]:
        """All boxes in which the answers differ."""
        behind: Behind = {}
        courses = [self._course(site, kernel, behind) for site, kernel in zip(self.sites, self.kernels, strict=True)]
        known = [dict.fromkeys(contexts(kernel)) if kernel else {} for kernel in self.kernels]
        for context in known[0] | known[1]:
            old = courses[0] if context in known[0] else None
            new = courses[1] if context in known[1] else None
            nobody = self._nobody(context)
            within = self._window(old, new, context, nobody) if old and new else None
            if within == ():
                continue
            one, other = self._outcome(old, 0, context, within), self._outcome(new, 1, context, within)
            yield from ((context, difference) for difference in self._apart(one, other, nobody))

    def _window(self, old: Course, new: Course, context: Context, nobody: tuple[Nobody, Nobody]) -> Spans | None:
        """The destinations outside of which nothing differs; None where it may be anywhere."""
        before, after = nobody
        if self.names or heard(new, context, before.sources) or heard(old, context, after.sources):
            return None
        apart = parting(old, new, context)
        return None if apart is None else united([*apart, *before.destinations, *after.destinations])

    def _course(self, site: Site, kernel: Kernel | None, behind: Behind) -> Course | None:
        if kernel is None:
            return None
        return Course(self.space, kernel, Intent(site, kernel, self.space, self.clock), behind)

    def _outcome(self, course: Course | None, side: int, context: Context, within: Spans | None) -> Diagram[Answer]:
        if course is None:
            return self.space.leaf(ABSENT)
        found = course.outcome(context, within)
        if side == 0 and self.names:
            return self.space.relabel(lambda answer: answer._replace(by=self.names.get(answer.by, answer.by)), found)
        return found

    def _nobody(self, context: Context) -> tuple[Nobody, Nobody]:
        """Which addresses nobody has, before and after; what is not ours, and a host's own packets, ask no guest."""
        ours = context.ingress not in (SELF, OTHER)
        before, after = self._missing if ours else ((), ())
        unknown = [self._unknown(host) if host else () for host in self.hosts]
        return (
            Nobody(united([*before, *unknown[0]]), before),
            Nobody(united([*after, *unknown[1]]), after),
        )

    @cached_property
    def _missing(self) -> tuple[Spans, Spans]:
        """For each side the addresses of guests and networks that are on the other side only."""

        def missing(side: int) -> Spans:
            guests = without(self.guests[1 - side], self.guests[side])
            networks = without(self.networks[1 - side], self.networks[side])
            return united([*guests, *networks])

        return missing(0), missing(1)

    @cached_property
    def networks(self) -> tuple[Spans, Spans]:
        """The prefixes of all networks, before and after."""
        before, after = (network_prefixes(site.names.plan, self.family) for site in self.sites)
        return before, after

    def _unknown(self, host: Host) -> Spans:
        """Values for addresses that are learned on the other side only: here nobody has them."""
        own = {u.name for u in host.uplinks if isinstance(address_of(u, self.family), Learned)}
        return united((value, value) for name, value in self.learned.items() if name not in own)

    def _apart(
        self, one: Diagram[Answer], other: Diagram[Answer], nobody: tuple[Nobody, Nobody]
    ) -> Iterator[Difference]:
        """The products where two maps differ, but for drops of which only the reason differs.

        Where nobody is on one side is cut out of products, not of maps: a map would have a part for each port of each
        new guest.
        """
        before, after = nobody
        there, here = before.rest, after.rest
        for product, pair in apart(self.space, one, other):
            if _matters(*pair):
                yield from cut(product, pair, there, here)
        parts = before.parts
        for product, answer in products(self.space, other, *before) if before.destinations else ():
            if _matters(ABSENT, answer):
                yield from (d for part in parts for d in cut(product, (ABSENT, answer), part, here))
        parts = after.parts
        for product, answer in products(self.space, one, *after) if after.destinations else ():
            if _matters(answer, ABSENT):
                yield from (d for part in parts for d in cut(product, (answer, ABSENT), part, there))


def _matters(one: Answer, other: Answer) -> bool:
    if one == other or "allow" not in (one.verdict, other.verdict):
        return False
    if ABSENT in (one, other) and {FOREIGN.by, FOREIGN_INPUT.by} & {one.by, other.by}:
        return False
    return treatment(one) != treatment(other) or one.by != other.by


def pairs(before: Plan, after: Plan, names: Mapping[str, str]) -> Iterator[Pair]:
    """The pairs of all hosts that differ; equal hosts have equal rulesets, which do what is meant.

    Args:
        before: the base.
        after: the head.
        names: `kind/name` before and after of what was renamed.
    """
    gone = {f"policy/{rule.name}" for rule in before.rules} - {f"policy/{rule.name}" for rule in after.rules}
    gone -= names.keys()
    hosts_before = {
        names.get(f"host/{host.name}", f"host/{host.name}").partition("/")[2]: host for host in before.hosts
    }
    sites = (Foremost(Names(before), frozenset(gone)), Foremost(Names(after)))
    old, new = hosts_before, {host.name: host for host in after.hosts}
    for family in FAMILIES:
        guests = (guest_addresses(before, family), guest_addresses(after, family))
        for name in sorted(old.keys() | new.keys()):
            if old.get(name) != new.get(name) or guests[0] != guests[1]:
                yield Pair(family, sites, (old.get(name), new.get(name)), guests, names)


def guest_addresses(plan: Plan, family: Family) -> Spans:
    """The known addresses of all guests."""
    sides = (nic.ipv4 if family is Family.IPV4 else nic.ipv6 for guest in plan.guests for nic in guest.nics)
    return united((side.address.value, side.address.value) for side in sides if side.address)


def network_prefixes(plan: Plan, family: Family) -> Spans:
    """The prefixes of all networks."""
    sides = (network.ipv4 if family is Family.IPV4 else network.ipv6 for network in plan.networks)
    return united(of_prefix(side.prefix) for side in sides if side)
