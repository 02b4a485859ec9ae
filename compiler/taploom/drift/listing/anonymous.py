"""Sets and maps that stand in a rule itself."""

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
    """The anonymous sets of a table, named by the rule in which they stand.

    Attributes:
        rule: the rule that is read now, as `CHAIN HANDLE`.
    """

    rule: str = ""
    sets: list[Set] = field(default_factory=list)

    def compared(self, fields: tuple[Field, ...], listed: Sequence[object], *, negated: bool) -> Match | Lookup:
        """A comparison with a set: a plain match, or a look-up where elements have comments or counters."""
        types = tuple(map(type_of, fields))
        found = [one for value in listed for one in element(value, types)]
        if not any(one.element.comment or one.counted for one in found):
            return Match(fields, tuple(one.element.key for one in found), negated)
        counted = any(one.counted for one in found)
        elements = tuple(one.element for one in found)
        return Lookup(fields, self._add(Set("", _typed(fields, types), elements, counted=counted)), negated)

    def verdicts(self, fields: tuple[Field, ...], listed: Sequence[object]) -> str:
        """The name of a map to verdicts."""
        types = tuple(map(type_of, fields))
        elements = tuple(found for value in listed for found in pair(value, types, ()))
        return self._add(Set("", _typed(fields, types), elements, verdicts=True))

    def data(self, fields: tuple[Field, ...], listed: Sequence[object], data: tuple[Type, ...]) -> str:
        """The name of a map to addresses, or to addresses and ports."""
        types = tuple(map(type_of, fields))
        elements = tuple(found for value in listed for found in pair(value, types, data))
        return self._add(Set("", _typed(fields, types), elements, data=data))

    def _add(self, one: Set) -> str:
        name = f"@{self.rule} {len(self.sets)}"  # unique: no set in a kernel has a blank in its name
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
