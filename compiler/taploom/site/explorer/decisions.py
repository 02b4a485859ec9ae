"""The decisions of one host: its intent as ordered lists of boxes, with the answers and the places of the entries.

A box is `[destinations, protocols, ports, senders, answer]`; each set is given by its number in the pool. A box that
expires has a sixth number: the last phase of time in which it holds. A box is left out if no packet of
`taploom reach` has its sender ports or hop limits.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import field

from taploom.base.address import FAMILIES, Family
from taploom.base.frozen import dataclass
from taploom.base.span import Span
from taploom.flows.algebra.diagram import Box
from taploom.flows.algebra.manager import Manager
from taploom.flows.algebra.spans import holds
from taploom.flows.packets.answer import Answer
from taploom.flows.packets.clock import Clock
from taploom.flows.packets.forwarding import SELF, Forwarding
from taploom.flows.packets.packet import DESTINATION, HOP_LIMIT, PORT, PROTOCOL, SENDER_PORT, SOURCE, TIME, sizes
from taploom.flows.proof.intent.entries import SiteEntries
from taploom.flows.proof.intent.essentials import Decided, plausible
from taploom.flows.proof.intent.stages import Intent
from taploom.flows.proof.proof import spans_of
from taploom.flows.reach.journey import EPHEMERAL, HOPS
from taploom.plan.host import Host
from taploom.plan.site import Plan
from taploom.site.explorer.span_texts import TextNumbers
from taploom.site.links import page_of
from taploom.site.sources import place_of

INSIDE = SELF
"""Key of the translations for packets that do not come from outside."""


@dataclass(frozen=True, slots=True)
class DecisionLists:
    """Makes the lists of each host from facts about the whole site, which are computed once."""

    plan: Plan
    site: SiteEntries
    clock: Clock
    places: dict[str, Span | None] = field(default_factory=dict)

    @classmethod
    def of(cls, plan: Plan, site: SiteEntries) -> "DecisionLists":
        """An object that makes the lists of each host of a plan."""
        return cls(plan, site, clock_of(plan), dict(spans_of(plan)))

    def host(self, host: Host) -> dict[str, object]:
        """The lists of a host in both families, and the places of the entries in its answers."""
        made = {family.key: _Lists(self._intent(host, family)) for family in FAMILIES}
        data: dict[str, object] = {key: lists.data() for key, lists in made.items()}
        names = sorted({name for lists in made.values() for name in lists.names})
        return {**data, "places": {name: self._place(name) for name in names}}

    def _intent(self, host: Host, family: Family) -> Intent:
        forwarding = Forwarding.of(host, family)
        manager: Manager[Answer] = Manager(sizes(family, len(forwarding.learned), self.clock.phases))
        return Intent(self.site, forwarding, manager, self.clock)

    def _place(self, name: str) -> list[str | int]:
        """The page of an entry, the page of the entry's line in the spec, and the file, line and column."""
        kind, _, rest = name.partition("/")
        span = self.places.get(name)
        found: list[str | int] = [page_of(kind, rest)]
        return [*found, place_of(span), span.file, span.line, span.column] if span else found


def clock_of(plan: Plan) -> Clock:
    """The clock of the moments at which policy entries and forwards expire."""
    ends = (*(entry.expires for entry in plan.policy), *(forward.expires for forward in plan.forwards))
    return Clock.of(end for end in ends if end is not None)


class _Lists:
    """The decision lists of one host in one address family, and the pool of their sets."""

    def __init__(self, intent: Intent) -> None:
        self._intent = intent
        self._pool, self._answers = TextNumbers(), dict[Answer, int]()

    @property
    def names(self) -> set[str]:
        """Names of the entries in the answers."""
        return {answer.by for answer in self._answers}

    def data(self) -> dict[str, object]:
        """The lists, answers and sets of the pool, ready for JSON."""
        intent = self._intent
        networks, uplinks = tuple(intent.view.networks), tuple(intent.view.zones)
        lists = {
            "early": self._by((side, plausible(intent.view, side)) for side in (*networks, *uplinks)),
            "translated": self._by((side, intent.translated(side)) for side in (*uplinks, INSIDE)),
            "rewritten": self._by((side, self._rewritten(side)) for side in uplinks),
            "refused": self._by(self._pairs(intent.refused)),
            "admitted": self._by(self._pairs(intent.admitted)),
            "approaches": list(self._boxes(self._approaches())),
        }
        answers = [_answer(answer) for answer in self._answers]
        return {**lists, "answers": answers, "spans": self._pool.texts}

    def _pairs(self, decide: "_Decide") -> Iterator[tuple[str, Iterable[Decided]]]:
        """The decisions on each pair of an ingress and an egress side, with a key for the pair."""
        networks, uplinks = tuple(self._intent.view.networks), tuple(self._intent.view.zones)
        for ingress in (*networks, *uplinks):
            for egress in (*networks, *uplinks, SELF):
                yield f"{ingress}>{egress}", decide(ingress, egress)

    def _rewritten(self, uplink: str) -> Iterator[Decided]:
        return ((box, Answer("allow", source=source)) for box, source in self._intent.rewritten(uplink))

    def _approaches(self) -> Iterator[Decided]:
        """The traffic by which guests of other hosts may use this host's forwards; None stands for all senders."""
        host, clock = self._intent.forwarding.host.name, self._intent.clock
        for way in self._intent.site.approaches(self._intent.forwarding.family, named=True):
            if way.host == host:
                until = None if way.expires is None else clock.until(way.expires)
                yield (way.at, *way.traffic, way.senders, None, None, until), Answer("allow", way.name)

    def _by(self, lists: Iterable[tuple[str, Iterable[Decided]]]) -> dict[str, list[list[int]]]:
        return {key: boxes for key, decided in lists if (boxes := list(self._boxes(decided)))}

    def _boxes(self, decided: Iterable[Decided]) -> Iterator[list[int]]:
        for box, answer in decided:
            if _ordinary(box):
                sets = [self._pool.spans(box[level]) for level in (DESTINATION, PROTOCOL, PORT, SOURCE)]
                until = box[TIME]
                number = self._answers.setdefault(answer, len(self._answers))
                yield [*sets, number, *([until[0][1]] if until is not None else [])]


_Decide = Callable[[str, str], Iterable[Decided]]


def _ordinary(box: Box) -> bool:
    """Whether a box can contain a packet of `taploom reach`."""
    ports, hops = box[SENDER_PORT], box[HOP_LIMIT]
    return (ports is None or holds(ports, EPHEMERAL)) and (hops is None or holds(hops, HOPS))


def _answer(answer: Answer) -> list[object]:
    """An answer for JSON: verdict, entry, destination, source, whether its rate is limited, mark of the translation."""
    to, source = answer.destination, answer.source
    destination = [None if to.address is None else str(to.address), str(to.shift), to.port] if to else None
    return [
        answer.verdict, answer.by, destination, [source.kind, str(source.value)] if source else None,
        answer.limited, answer.mark,
    ]  # fmt: skip
