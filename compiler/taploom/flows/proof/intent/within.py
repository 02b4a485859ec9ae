"""The part of an intent that concerns the packets of some windows: boxes that hold no such packet are left out.

The remaining boxes are whole and keep their order. So the answers for these packets are those of the whole intent. The
answers for other packets may be wrong. If two intents differ only within the windows, their parts differ only there.
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
    """The stages of `flows.proof.packet_path` for the packets of some boxes.

    Attributes:
        intent: the whole intent.
        windows: the packets in question.
        senders: the sources of all these packets, or None for any; a box whose source holds all senders gets None.
    """

    intent: Intent
    windows: tuple[Box, ...]
    senders: Spans | None = None

    def early(self, ingress: str) -> Diagram[Answer]:
        """Drops packets with implausible source addresses."""
        if ingress == OTHER or self.senders is None:
            return self.intent.early(ingress)
        return self.intent.manager.overlay(self._near(plausible(self.intent.view, ingress)), PASS)

    def destination(self, ingress: str) -> Diagram[Answer]:
        """Translates destinations by forwards and by inbound prefix translations."""
        if ingress == OTHER:
            return self.intent.destination(ingress)
        return self.intent.manager.overlay(self._near(self.intent.translated(ingress)), PASS)

    @memo
    def judged(self, ingress: str, egress: str, mark: Mark) -> Diagram[Answer]:
        """Policy between two sides."""
        return self._translated(ingress, egress, mark) if mark else self._plain(ingress, egress)

    def _translated(self, ingress: str, egress: str, mark: Mark) -> Diagram[Answer]:
        """After DNAT only the source still belongs to the packet in question, so only the source narrows the map."""
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
        """The destinations of packets that leave by each egress.

        An egress is skipped if no window has such a destination.
        """
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
        """The box restricted to the senders; its source becomes None ("any") if it contains all of them."""
        sources = part[SOURCE]
        if sources is None or self.senders is None:
            return part
        return (*part[:SOURCE], self._meant_by(sources), *part[SOURCE + 1 :])

    @memo
    def _meant_by(self, sources: Spans) -> Spans | None:
        assert self.senders is not None
        those = common(sources, self.senders)
        return None if those == self.senders else those

    def _ways(self, ingress: str) -> Iterator[Approach]:
        """The approaches to forwards of other hosts that concern packets of a window, in their original order."""
        here = self.intent.view.local.get(ingress, ())
        windows = [number for number, window in enumerate(self.windows) if _share(here, window[SOURCE])]
        near: dict[int, Approach] = {}
        for at, ways in self.intent.site.approached(self.intent.forwarding.family).items() if windows else ():
            close = tuple(number for number in windows if _share(at, self.windows[number][DESTINATION]))
            near |= {place: way for place, way in ways if self._meant(way.traffic, close)} if close else {}
        yield from (near[place] for place in sorted(near))

    @memo
    def _meant(self, traffic: Traffic, windows: tuple[int, ...]) -> bool:
        """Whether some windows, by index, hold any of this traffic; cached, as many hosts forward the same ports."""
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
