"""The difference of two relations: for each host, family and way in, the packets of which both say different things.

Both sides are maps of one space, in which equal parts are one object, so that what is the same is passed over without a
look. A guest or network that is on one side only is absent on the other: its addresses may have been open there
already, but nobody of the site had them.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from netloom.base.address import FAMILIES, Family
from netloom.base.frozen import dataclass
from netloom.diff.nobody import Difference, Nobody, cut
from netloom.diff.regions import apart, products
from netloom.diff.sides import Foremost, Sides
from netloom.diff.window import Parting, heard, sent_by, sent_to
from netloom.flows.answer import FOREIGN, FOREIGN_INPUT, Answer, treatment
from netloom.flows.course import Behind, Context, Course, Stages, contexts
from netloom.flows.diagram import Diagram, Space
from netloom.flows.intent.entries import Site
from netloom.flows.intent.names import Names
from netloom.flows.intent.stages import Intent
from netloom.flows.intent.within import Within
from netloom.flows.kernel import OTHER, SELF, Kernel, address_of
from netloom.flows.packet import sizes
from netloom.flows.spans import Spans, united
from netloom.plan.host import Host, Learned
from netloom.plan.site import Plan

ABSENT = Answer("miss", "absent")


@dataclass(frozen=True)
class Pair:
    """Two revisions of one host in one family.

    Attributes:
        sides: what all hosts have in common.
        hosts: the host as it was and as it is; None where there is none.
    """

    sides: Sides
    hosts: tuple[Host | None, Host | None]

    @property
    def family(self) -> Family:
        """IP version."""
        return self.sides.family

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
    def space(self) -> Space[Answer]:
        """The space of both."""
        return Space(sizes(self.family, len(self.learned), self.sides.clock.phases))

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
        intents = [self._intent(site, kernel) for site, kernel in zip(self.sides.sites, self.kernels, strict=True)]
        courses = [self._course(intent, intent, behind) for intent in intents]
        known = [dict.fromkeys(contexts(kernel)) if kernel else {} for kernel in self.kernels]
        for context in known[0] | known[1]:
            there = [context in each for each in known]
            nobody = self._nobody(context)
            here = [course if is_there else None for course, is_there in zip(courses, there, strict=True)]
            asked = nobody
            if all(there):
                within = self._within(intents, courses, context, nobody, behind)
                if within is not None:
                    here, asked = within
                    if not here:
                        continue
            one, other = (self._outcome(course, side, context) for side, course in enumerate(here))
            yield from ((context, difference) for difference in self._apart(one, other, nobody, asked))

    def _within(
        self,
        intents: Sequence[Intent | None],
        courses: Sequence[Course | None],
        context: Context,
        nobody: tuple[Nobody, Nobody],
        behind: Behind,
    ) -> tuple[list[Course | None], tuple[Nobody, Nobody]] | None:
        """Courses of what can differ, none where nothing can, and whom to ask about; None where it may be anywhere."""
        (old, new), (one, other) = intents, courses
        assert old is not None
        assert new is not None
        assert one is not None
        assert other is not None
        windows = Parting((old, new), (one, other), self.sides.ways, self.sides.names).windows(context)
        if windows is None:
            return None
        asked = []
        for intent, each in zip((new, old), nobody, strict=True):
            near = self._course(intent, Within(intent, (sent_by(each.sources),)), behind) if each.sources else None
            asked.append(each if near and heard(near, context, each.sources) else each._replace(sources=()))
        sent = [sent_by(each.sources) for each in asked if each.sources]
        sent += [sent_to(each.destinations) for each in asked if each.destinations]
        found = (*windows, *sent)
        return [self._course(intent, Within(intent, found), behind) for intent in (old, new) if found], (
            asked[0],
            asked[1],
        )

    def _intent(self, site: Site, kernel: Kernel | None) -> Intent | None:
        return Intent(site, kernel, self.space, self.sides.clock) if kernel else None

    def _course(self, intent: Intent | None, stages: Stages | None, behind: Behind) -> Course | None:
        return Course(self.space, intent.kernel, stages, behind) if intent and stages else None

    def _outcome(self, course: Course | None, side: int, context: Context) -> Diagram[Answer]:
        if course is None:
            return self.space.leaf(ABSENT)
        found = course.outcome(context)
        names = self.sides.names
        if side == 0 and names:
            return self.space.relabel(lambda answer: answer._replace(by=names.get(answer.by, answer.by)), found)
        return found

    def _nobody(self, context: Context) -> tuple[Nobody, Nobody]:
        """Which addresses nobody has, before and after; what is not ours, and a host's own packets, ask no guest."""
        ours = context.ingress not in (SELF, OTHER)
        before, after = self.sides.missing if ours else ((), ())
        unknown = [self._unknown(host) if host else () for host in self.hosts]
        return (
            Nobody(united([*before, *unknown[0]]), before),
            Nobody(united([*after, *unknown[1]]), after),
        )

    def _unknown(self, host: Host) -> Spans:
        """Values for addresses that are learned on the other side only: here nobody has them."""
        own = {u.name for u in host.uplinks if isinstance(address_of(u, self.family), Learned)}
        return united((value, value) for name, value in self.learned.items() if name not in own)

    def _apart(
        self,
        one: Diagram[Answer],
        other: Diagram[Answer],
        nobody: tuple[Nobody, Nobody],
        asked: tuple[Nobody, Nobody],
    ) -> Iterator[Difference]:
        """The products where two maps differ, but for drops of which only the reason differs.

        Where nobody is on one side is cut out of products, not of maps: a map would have a part for each port of each
        new guest. Of those whom nobody is, only those are `asked` about of whom an entry lets anything pass.
        """
        before, after = nobody
        there, here = before.rest, after.rest
        for product, pair in apart(self.space, one, other):
            if _matters(*pair):
                yield from cut(product, pair, there, here)
        before, after = asked
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
        sides = Sides(family, sites, names)
        moved = sides.guests[0] != sides.guests[1]
        found = [name for name in sorted(old.keys() | new.keys()) if moved or old.get(name) != new.get(name)]
        if found:
            sides.look()
        yield from (Pair(sides, (old.get(name), new.get(name))) for name in found)
