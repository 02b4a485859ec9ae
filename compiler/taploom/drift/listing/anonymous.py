"""Reads anonymous sets and maps, which are written inside of a rule."""

from collections.abc import Iterable, Sequence
from dataclasses import field

from taploom.backends.nftables.fields import Field, Type
from taploom.backends.nftables.tree import Lookup, Match, Set
from taploom.base.frozen import dataclass
from taploom.drift.json_types import UnreadError, short
from taploom.drift.listing.elements import element, pair
from taploom.drift.listing.values import type_of


@dataclass(slots=True)
class Anonymous:
    """Collects the anonymous sets of a table under made-up names.

    Attributes:
        rule: the rule that is being read, as `CHAIN HANDLE`; the made-up names contain it.
        sets: sets that were read so far.
    """

    rule: str = ""
    sets: list[Set] = field(default_factory=list)

    def compared(self, fields: tuple[Field, ...], listed: Sequence[object], *, negated: bool) -> Match | Lookup:
        """A comparison with a set: a look-up if elements have comments or counters, else a plain match."""
        types = tuple(map(type_of, fields))
        found = [one for value in listed for one in element(value, types)]
        if not any(one.element.comment or one.counted for one in found):
            return Match(fields, tuple(one.element.key for one in found), negated)
        counted = any(one.counted for one in found)
        elements = tuple(one.element for one in found)
        return Lookup(fields, self._add(Set("", _typed(fields, types), elements, counted=counted)), negated)

    def verdicts(self, fields: tuple[Field, ...], listed: Sequence[object]) -> str:
        """Read a map from keys to verdicts, and return its made-up name."""
        types = tuple(map(type_of, fields))
        elements = tuple(found for value in listed for found in pair(value, types, ()))
        return self._add(Set("", _typed(fields, types), elements, verdicts=True))

    def data(self, fields: tuple[Field, ...], listed: Sequence[object], data: tuple[Type, ...]) -> str:
        """Read a map from keys to addresses, or to addresses with ports, and return its made-up name."""
        types = tuple(map(type_of, fields))
        elements = tuple(found for value in listed for found in pair(value, types, data))
        return self._add(Set("", _typed(fields, types), elements, data=data))

    def _add(self, one: Set) -> str:
        name = f"@{self.rule} {len(self.sets)}"  # unique: names of sets in a kernel have no blanks
        self.sets.append(
            Set(name, one.types, one.elements, one.data, one.verdicts, interval=True, counted=one.counted, inline=True)
        )
        return name


def _typed(fields: Iterable[Field], types: Iterable[Type | None]) -> tuple[Type, ...]:
    found = [of for of in types if of is not None]
    known = tuple(fields)
    if len(found) != len(known):
        raise UnreadError(short([each.value for each in known]))
    return tuple(found)
