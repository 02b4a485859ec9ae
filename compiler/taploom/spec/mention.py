"""Names of objects within the texts of a spec: each parser says which of its text's characters refer to what."""

from collections.abc import Callable
from typing import TypeAlias

from taploom.base.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Mention:
    """The name of an object within a text.

    Attributes:
        kinds: the object is of one of these, such as `guest`.
        name: the name.
        start: number of characters before it.
    """

    kinds: tuple[str, ...]
    name: str
    start: int


Mentions: TypeAlias = Callable[[str], tuple[Mention, ...]]
"""Finds the mentions in a text, be it valid or not."""


def whole(*kinds: str) -> Mentions:
    """The mentions of a text that is a name and nothing else."""
    return lambda text: (Mention(kinds, text, 0),)


def nothing(text: str) -> tuple[Mention, ...]:  # noqa: ARG001 - one of `Mentions`
    """The mentions of a text that refers to no object."""
    return ()


def qualified(text: str) -> tuple[Mention, ...]:
    """The mention of `kind/name`; none without a slash."""
    kind, slash, name = text.partition("/")
    return (Mention((kind,), name, len(kind) + 1),) if slash else ()
