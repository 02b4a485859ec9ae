"""What a map says of a single packet, by walking down its diagram."""

from collections.abc import Sequence
from typing import TypeVar

from taploom.flows.algebra.diagram import Diagram, Node, child_at

A = TypeVar("A")


def answer_at(diagram: Diagram[A], point: Sequence[int]) -> A:
    """The answer for one packet."""
    while isinstance(diagram, Node):
        diagram = child_at(diagram, point[diagram.level])
    return diagram.answer
