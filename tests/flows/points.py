"""Looks up the answer of a decision diagram for a single packet."""

from collections.abc import Sequence
from typing import TypeVar

from taploom.flows.algebra.diagram import Diagram, Node, child_at

A = TypeVar("A")


def answer_at(diagram: Diagram[A], point: Sequence[int]) -> A:
    """The answer for one packet; `point` holds its value in each dimension."""
    while isinstance(diagram, Node):
        diagram = child_at(diagram, point[diagram.level])
    return diagram.answer
