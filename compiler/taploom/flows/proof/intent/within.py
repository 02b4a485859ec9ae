"""The part of an intent for the packets of some boxes, called windows.

Boxes of the intent without a packet of a window are omitted. The remaining boxes are complete and keep their order, so
the answers for packets of the windows are those of the whole intent. The answers for other packets may be wrong. If two
intents differ only within the windows, their parts differ only there.
"""

from collections.abc import Iterable, Iterator
from functools import cached_property

from taploom.base.frozen import dataclass
from taploom.base.memo import memo
from taploom.flows.algebra.diagram import Box, Diagram
from taploom.flows.algebra.spans import Interval, Spans, common, overlapping, united
from taploom.flows.packets.answer import PASS, Answer, Mark, sourced
from taploom.flows.packets.forwarding import OTHER
from taploom.flows.packets.packet import DESTINATION, PORT, PROTOCOL, SOURCE
from taploom.flows.proof.intent.essentials import Decided, plausible
from taploom.flows.proof.intent.forwarded import Approach
from taploom.flows.proof.intent.services import Traffic
from taploom.flows.proof.intent.stages import Intent


@dataclass(frozen=True)
class WithinBoxes:
    """The part of an intent for the packets of some windows, as stages of `flows.proof.packet_path`.

    Attributes:
        intent: the whole intent.
        windows: the boxes whose packets are in question.
        senders: the sources of all these packets; None for any source.
    """

    intent: Intent
    windows: tuple[Box, ...]
    senders: Spans | None = None

    def early(self, ingress: str) -> Diagram[Answer]:
        """The drops of packets with implausible source addresses."""
        if ingress == OTHER or self.senders is None:
            return self.intent.early(ingress)
        return self.intent.manager.overlay(self._near(plausible(self.intent.view, ingress)), PASS)

    def destination(self, ingress: str) -> Diagram[Answer]:
        """The destination translations: by forwards, and by prefix translations of incoming packets."""
        if ingress == OTHER:
            return self.intent.destination(ingress)
        return self.intent.manager.overlay(self._near(self.intent.translated(ingress)), PASS)

    @memo
    def judged(self, ingress: str, egress: str, mark: Mark) -> Diagram[Answer]:
        """The decisions of policy between two interfaces, with the source translation of packets that leave."""
        return self._translated(ingress, egress, mark) if mark else self._plain(ingress, egress)

    def _translated(self, ingress: str, egress: str, mark: Mark) -> Diagram[Answer]:
        """The map for translated packets; only `senders` narrow it, as the windows contain destinations before DNAT."""
        if self.senders is None:
            return self.intent.judged(ingress, egress, mark)
        decided, rest = self.intent.decided(ingress, egress, mark)
        near = [one for one in decided if _share(one[0][SOURCE], self.senders)]
        passed = self.intent.manager.overlay([(self._sent(part), answer) for part, answer in near], rest)
        return self.intent.sourced(passed, ingress, egress, mark)

    def _plain(self, ingress: str, egress: str) -> Diagram[Answer]:
        manager = self.intent.manager
        there = self._there.get(egress, ())
        if not any(_share(window[DESTINATION], there) for window in self.windows):
            return manager.leaf(PASS)
        decided, rest = self.intent.decided(ingress, egress, "", self._ways(ingress))
        passed = manager.overlay(self._near(decided), rest)
        rewritten = self._near((part, Answer("allow", source=to)) for part, to in self.intent.rewritten(egress))
        return manager.merge(sourced, passed, manager.overlay(rewritten, PASS)) if rewritten else passed

    @cached_property
    def _there(self) -> dict[str, Spans]:
        """For each egress interface, the destinations of packets that may leave by it."""
        forwarding = self.intent.forwarding
        found: dict[str, list[Interval]] = {}
        for span, egress in forwarding.partition:
            for way in (egress,) if egress else forwarding.ways:
                found.setdefault(way, []).append(span)
        return {way: united(spans) for way, spans in found.items()}

    def _near(self, found: Iterable[Decided]) -> list[Decided]:
        near = [one for one in found if any(touching(one[0], window) for window in self.windows)]
        return near if self.senders is None else [(self._sent(part), answer) for part, answer in near]

    def _sent(self, part: Box) -> Box:
        """The box restricted to `senders`; its source becomes None ("any") if it contains all senders."""
        sources = part[SOURCE]
        if sources is None or self.senders is None:
            return part
        return (*part[:SOURCE], self._meant_by(sources), *part[SOURCE + 1 :])

    @memo
    def _meant_by(self, sources: Spans) -> Spans | None:
        assert self.senders is not None
        kept = common(sources, self.senders)
        return None if kept == self.senders else kept

    def _ways(self, ingress: str) -> Iterator[Approach]:
        """The approaches to forwards of other hosts that contain packets of a window, in their original order."""
        here = self.intent.view.local.get(ingress, ())
        windows = [number for number, window in enumerate(self.windows) if _share(here, window[SOURCE])]
        near: dict[int, Approach] = {}
        for at, ways in self.intent.site.approached(self.intent.forwarding.family).items() if windows else ():
            close = tuple(number for number in windows if _share(at, self.windows[number][DESTINATION]))
            near |= {place: way for place, way in ways if self._meant(way.traffic, close)} if close else {}
        yield from (near[place] for place in sorted(near))

    @memo
    def _meant(self, traffic: Traffic, windows: tuple[int, ...]) -> bool:
        """Whether a window with one of the given indexes contains packets of this traffic; the result is cached."""
        protocol, ports = traffic
        found = (self.windows[number] for number in windows)
        return any(_share(ports, window[PORT]) and _share(protocol, window[PROTOCOL]) for window in found)


def touching(one: Box, other: Box) -> bool:
    """Whether two boxes have a packet in common."""
    for a, b in zip(one, other, strict=True):  # noqa: SIM110 - a generator takes twice as long, and this runs per box
        if a is not None and b is not None and not overlapping(a, b):
            return False
    return True


def _share(one: Spans | None, other: Spans | None) -> bool:
    return one is None or other is None or overlapping(one, other)
