"""Sets of numbers as short texts, and a pool that stores each text once."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from taploom.base.address import Prefix
from taploom.flows.algebra.spans import Spans, of_prefix, united

EVERY = -1
"""The number that means all values of a dimension, in place of the number of a set."""


def written(spans: Spans) -> str:
    """A set as a text such as `a-f,20`: the first and last value of each span in hexadecimal, or its only value."""
    return ",".join(f"{first:x}" if first == last else f"{first:x}-{last:x}" for first, last in spans)


def of_prefixes(prefixes: Iterable[Prefix]) -> str:
    """Prefixes of one family as the text of a set."""
    return written(united(map(of_prefix, prefixes)))


@dataclass(slots=True)
class TextNumbers:
    """Numbered texts, so that many boxes can refer to the same set by its number."""

    numbers: dict[str, int] = field(default_factory=dict)

    def number(self, text: str) -> int:
        """The number of a text."""
        return self.numbers.setdefault(text, len(self.numbers))

    def spans(self, spans: Spans | None) -> int:
        """The number of a set; `EVERY` for all values."""
        return EVERY if spans is None else self.number(written(spans))

    @property
    def texts(self) -> list[str]:
        """All texts, by number."""
        return list(self.numbers)
