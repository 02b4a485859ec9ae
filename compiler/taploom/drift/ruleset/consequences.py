"""The consequences of a changed ruleset: for flows (by their names in the spec), connections and bridged frames."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import NamedTuple

from taploom.backends.nftables.tree import Ruleset
from taploom.base.address import FAMILIES, Family
from taploom.base.frozen import dataclass
from taploom.diff.flows import flows_of
from taploom.diff.site_pair import PrioritizedEntries
from taploom.diff.verdicts import Disposition, FlowChange, VerdictChange
from taploom.drift.model import Consequence, FlowEffect
from taploom.drift.ruleset.live import LivePair, LiveSides
from taploom.drift.ruleset.strangers import strangers
from taploom.flows.algebra.manager import Manager
from taploom.flows.algebra.spans import Spans
from taploom.flows.packets.answer import Answer, effect
from taploom.flows.packets.packet import Packet
from taploom.flows.proof.compare_frames import FrameProof
from taploom.flows.proof.intent.entries import SiteEntries
from taploom.flows.proof.intent.site_index import SiteIndex
from taploom.flows.proof.intent.states import expected
from taploom.flows.proof.parting import differences
from taploom.flows.proof.proof import told
from taploom.flows.proof.ruleset.stages import moments
from taploom.plan.host import Host
from taploom.plan.interfaces import interfaces, outside
from taploom.plan.site import Plan

_TURNS = {
    VerdictChange.ALLOWED: FlowEffect.OPENS,
    VerdictChange.BLOCKED: FlowEffect.CLOSES,
    VerdictChange.REDECIDED: FlowEffect.CHANGES,
}


class Known(NamedTuple):
    """A consequence, with the names of the deciding entries.

    Attributes:
        before: stable name of the entry that decides in the plan.
        after: name of the rule or element that decides in the kernel.
    """

    consequence: Consequence
    before: str
    after: str


@dataclass(frozen=True)
class Effects:
    """The comparison of rulesets of one host with its plan, packet by packet.

    Attributes:
        elsewhere: addresses behind unplanned links, by family.
    """

    plan: Plan
    host: Host
    elsewhere: Mapping[Family, Spans] = field(default_factory=dict)

    def of_packets(self, live: Ruleset, base: Ruleset | None = None) -> Iterator[Known]:
        """Routed packets that the `inet`, `ip` and `ip6` tables of a ruleset treat otherwise than the plan demands.

        Args:
            live: the ruleset.
            base: another ruleset to compare with, instead of the plan.
        """
        site = PrioritizedEntries(SiteIndex(self.plan))
        ends, others = tuple(moments(live)), strangers(live, self.host)
        sides = (LiveSides(family, (site, site), {}, ends) for family in FAMILIES)
        pairs = [
            LivePair(each, (self.host, self.host), live, base, others, self.elsewhere.get(each.family, ()))
            for each in sides
        ]
        for change in flows_of(self.plan, self.plan, {}, pairs):
            yield Known(self._flow(change), change.before.by, change.after.by)
        for pair in pairs if base is None else ():
            yield from self._connections(pair, pair.family)

    def _flow(self, change: FlowChange) -> Consequence:
        turn = _TURNS[change.change]
        outer = {each.device for each in outside(self.host)}
        ways = sorted({each.ingress for each in change.regions} - {each.device for each in interfaces(self.host)})
        unknown = [name for name in ways if not name.endswith("/")]
        sources = tuple(f"interface {name}" for name in unknown) if len(unknown) == len(ways) > 0 else change.sources
        return Consequence(
            turn,
            "flow",
            sources,
            change.destinations,
            change.services,
            change.families,
            turn is FlowEffect.OPENS and any(region.ingress in outer for region in change.regions),
            _disposition_text(change.before),
            _disposition_text(change.after),
            _example(change),
            cause=change.before_cause,
        )

    def _connections(self, pair: LivePair, family: Family) -> Iterator[Known]:
        """Packets of known connections, and invalid packets, that the kernel treats otherwise than the plan demands."""
        for (ingress, egress, state), wanted in expected(pair.forwarding):
            found = pair.tables.state(ingress, egress, state)
            for point, one, other in differences(pair.manager, pair.manager.leaf(wanted), found):
                packet = f"{Packet(family, point)}, in by {ingress.rstrip('/')}"
                words = (f"interface {ingress.rstrip('/')}",), (f"interface {egress.rstrip('/')}",), (state,)
                yield _known("connection", words, family, packet, one, other)

    def of_frames(self, live: Ruleset) -> Iterator[Known]:
        """Frames between ports of a bridge that a ruleset treats otherwise than the plan demands."""
        site = SiteEntries(SiteIndex(self.plan))
        sides = LiveSides(FAMILIES[0], (PrioritizedEntries(SiteIndex(self.plan)),) * 2, {}, tuple(moments(live)))
        proof = FrameProof(site, self.host, live, sides.clock, Manager)
        for port, ether, family, point, one, other in proof.differences():
            packet = f"{ether} {Packet(family, point)}, in by {port}"
            yield _known("frame", ((f"port {port}",), (), (ether,)), family, packet, one, other)


def _known(
    scope: str, words: tuple[tuple[str, ...], ...], family: Family, example: str, one: Answer, other: Answer
) -> Known:
    opens, closes = (x.verdict == "allow" and y.verdict != "allow" for x, y in ((other, one), (one, other)))
    turn = FlowEffect.OPENS if opens else FlowEffect.CLOSES if closes else FlowEffect.CHANGES
    sources, destinations, services = words
    plan, host = (f"{told(effect(answer))} by {answer.by or 'default'}" for answer in (one, other))
    found = Consequence(
        turn, scope, sources, destinations, services, (family,), exposed=False, plan=plan, host=host, example=example
    )
    return Known(found, one.by, other.by)


def _disposition_text(outcome: Disposition) -> str:
    parts = [outcome.verdict]
    parts += [f"to {outcome.to}"] if outcome.to else []
    parts += [f"port {outcome.port}"] if outcome.port else []
    parts += [f"with {outcome.source}"] if outcome.source else []
    parts += ["up to a rate"] if outcome.limited else []
    return f"{' '.join(parts)} by {outcome.by or 'default'}"


def _example(change: FlowChange) -> str:
    one = change.example
    port = f"/{one.port}" if one.port else ""
    return f"{one.source} → {one.destination} {one.protocol}{port}, in by {one.ingress.rstrip('/')}"


def united(found: Iterable[Known]) -> Iterator[Known]:
    """Merge consequences for connections and frames that differ only in interfaces and families."""
    groups: dict[tuple[object, ...], list[Known]] = {}
    for one in found:
        each = one.consequence
        alone = (each,) if each.scope == "flow" else ()
        groups.setdefault((each.scope, each.turn, each.plan, each.host, one.before, one.after, *alone), []).append(one)
    for group in groups.values():
        whole = group[0].consequence
        all_of = [one.consequence for one in group]
        yield group[0]._replace(
            consequence=replace(
                whole,
                sources=_distinct(name for one in all_of for name in one.sources),
                destinations=_distinct(name for one in all_of for name in one.destinations),
                services=_distinct(name for one in all_of for name in one.services),
                families=tuple(family for family in FAMILIES if any(family in one.families for one in all_of)),
            )
        )


def gravest_first(found: Iterable[Consequence]) -> tuple[Consequence, ...]:
    """Sort consequences: first those that expose the site, then certain ones, then by opening, closing and changing."""
    turns = list(FlowEffect)
    return tuple(sorted(found, key=lambda one: (not one.exposed, not one.certain, turns.index(one.turn))))


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def uncertain(readings: Sequence[Iterable[Known]]) -> Iterator[Known]:
    """The consequences in all readings of unknown conditions; a consequence is certain if every reading has it."""
    known = [dict.fromkeys(united(reading)) for reading in readings]
    for one in dict.fromkeys(one for reading in known for one in reading):
        certain = all(one in reading for reading in known)
        yield one if certain else one._replace(consequence=replace(one.consequence, certain=False))
