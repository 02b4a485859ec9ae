"""Finds the differences of two maps: the first packet of each different part, with the answers of the two maps."""

from collections.abc import Iterator

from taploom.flows.algebra.diagram import Diagram, Leaf, aligned
from taploom.flows.algebra.manager import Manager
from taploom.flows.packets.answer import Answer, effect

MOST = 10
"""Maximum number of reported differences of two maps: one proves a bug, and a few more help to find its cause."""


def differences(
    manager: Manager[Answer], one: Diagram[Answer], other: Diagram[Answer]
) -> Iterator[tuple[tuple[int, ...], Answer, Answer]]:
    """Packets for which the answers of two maps have different effects, each with the two answers.

    There is one packet for each pair of answers, and at most `MOST` packets in total.
    """
    if one is other or manager.relabel(effect, one) is manager.relabel(effect, other):
        return
    seen: set[tuple[int, int]] = set()
    reported: set[tuple[Answer, Answer]] = set()
    stack: list[tuple[Diagram[Answer], Diagram[Answer], tuple[int, ...]]] = [(one, other, (0,) * len(manager.sizes))]
    while stack and len(reported) < MOST:
        a, b, point = stack.pop()
        if a is b or (id(a), id(b)) in seen:
            continue
        seen.add((id(a), id(b)))
        if isinstance(a, Leaf) and isinstance(b, Leaf):
            if effect(a.answer) != effect(b.answer) and (a.answer, b.answer) not in reported:
                reported.add((a.answer, b.answer))
                yield point, a.answer, b.answer
            continue
        level, ends, pairs = aligned(a, b)
        firsts = [0, *(end + 1 for end in ends[:-1])]
        parts = [
            (x, y, (*point[:level], first, *point[level + 1 :])) for first, (x, y) in zip(firsts, pairs, strict=True)
        ]
        stack += reversed(parts)
