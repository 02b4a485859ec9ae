"""Names of objects within the texts of a spec: each parser finds the names in its text, with position and kind."""

from collections.abc import Callable
from typing import TypeAlias

from taploom.base.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Mention:
    """The name of an object within a text.

    Attributes:
        kinds: the kinds that the object can have, such as `guest`.
        name: the name of the object.
        start: the number of characters before the name.
    """

    kinds: tuple[str, ...]
    name: str
    start: int


Mentions: TypeAlias = Callable[[str], tuple[Mention, ...]]
"""Finds the mentions in a text, whether the text is valid or not."""


def whole(*kinds: str) -> Mentions:
    """The mentions of a text that is a name and nothing else."""
    return lambda text: (Mention(kinds, text, 0),)


def nothing(text: str) -> tuple[Mention, ...]:  # noqa: ARG001 - has the signature of `Mentions`
    """The mentions of a text that refers to no object."""
    return ()


def qualified(text: str) -> tuple[Mention, ...]:
    """The mention of `kind/name`; none without a slash."""
    kind, slash, name = text.partition("/")
    return (Mention((kind,), name, len(kind) + 1),) if slash else ()
