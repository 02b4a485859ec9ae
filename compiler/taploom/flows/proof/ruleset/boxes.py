"""Converts conditions of rules to boxes: a condition holds for a packet if one of its boxes contains the packet."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field

from taploom.backends.nftables.fields import Field
from taploom.backends.nftables.tree import Element, Lookup, Match, Set, TcpFlags, Until
from taploom.backends.nftables.values import Value
from taploom.base.frozen import dataclass
from taploom.base.protocol import NUMBERS
from taploom.flows.algebra.diagram import Box
from taploom.flows.algebra.spans import Interval, Spans, common, complement, united
from taploom.flows.packets.packet import LEVELS, PROTOCOL, TIME, WHOLE, meet
from taploom.flows.proof.ruleset.index import ElementIndex
from taploom.flows.proof.ruleset.reader import AnyReader, Constraint, Situation, UnreadableError

Condition = Match | Lookup | TcpFlags | Until
Boxes = list[Box]
FieldColumn = tuple[Field, int | None, list[Constraint]]
"""A field, its dimension, and the constraints under which a packet has the field."""
_CONTEXT = frozenset(
    {
        Field.IIFNAME,
        Field.OIFNAME,
        Field.CT_STATE,
        Field.CT_STATUS,
        Field.CT_ORIGINAL_IP6_DADDR,
        Field.FIB_STRICT,
        Field.FIB_TYPE_HERE,
    }
)
"""Fields whose boxes depend on the situation."""


@dataclass(slots=True)
class Sets:
    """The sets of a table, with a cache of their boxes for fields that do not depend on the situation."""

    named: Mapping[str, Set]
    rates: Mapping[str, str]
    boxes: dict[tuple[str, tuple[Field, ...]], list[tuple[Box, Element]]] = field(default_factory=dict)
    indices: dict[tuple[str, tuple[Field, ...]], ElementIndex] = field(default_factory=dict)

    def elements(self, name: str, fields: tuple[Field, ...], situation: Situation) -> Sequence[Element]:
        """The elements of a set, except elements for interfaces that are not in the situation."""
        found = self.named[name].elements
        if fields[0] is not Field.IIFNAME:
            return found
        key = (name, fields)
        if key not in self.indices:
            self.indices[key] = ElementIndex.of(fields, found)
        return self.indices[key].elements(situation)


@dataclass(frozen=True, slots=True)
class Conditions:
    """Converts conditions to boxes for packets in one situation."""

    reader: AnyReader
    sets: Sets
    sizes: tuple[int, ...]

    @property
    def whole(self) -> Box:
        """The box of all packets."""
        return WHOLE if len(self.sizes) == LEVELS else (None,) * len(self.sizes)

    def _boxed(self, parts: Iterable[Constraint]) -> Box:
        found: list[Spans | None] = [None] * len(self.sizes)
        for level, spans in parts:
            before = found[level]
            found[level] = spans if before is None else common(before, spans)
        return tuple(found)

    def of(self, condition: Condition) -> Boxes:
        """The boxes of a condition; empty if the condition never holds."""
        match condition:
            case Match(fields, values, negated):
                if negated:
                    return self._negated(fields, values)
                return self._joined(fields, values)
            case Lookup(fields, name, negated):
                if negated:
                    return self._negated(fields, [element.key for element in self._elements(name, fields)])
                if len(fields) == 1:
                    return self._joined(fields, [element.key for element in self._elements(name, fields)])
                return [box for box, _ in self.elements(fields, name)]
            case TcpFlags(mask, flags, negated):
                # All packets of a map open a connection, so `syn` is their only TCP flag.
                opens = {"syn"} & set(mask) == set(flags)
                return [self._boxed([(PROTOCOL, ((NUMBERS["tcp"],) * 2,))])] if opens != negated else []
            case Until(epoch):
                return [self._boxed([(TIME, self.reader.clock.until(epoch))])]

    def _elements(self, name: str, fields: tuple[Field, ...]) -> Sequence[Element]:
        return self.sets.elements(name, fields, self.reader.situation)

    def elements(self, fields: tuple[Field, ...], name: str) -> list[tuple[Box, Element]]:
        """The elements of a named set or map that match some packet, each with its box."""
        key = (name, fields)
        if key in self.sets.boxes:
            return self.sets.boxes[key]
        columns = self._columns(fields)
        found = []
        for element in self._elements(name, fields) if columns else ():
            box = self._tuple(columns, element.key)
            if box is not None:
                found.append((box, element))
        if _CONTEXT.isdisjoint(fields):
            self.sets.boxes[key] = found
        return found

    def _joined(self, fields: tuple[Field, ...], values: Iterable[tuple[Value, ...]]) -> Boxes:
        if len(fields) > 1:
            columns = self._columns(fields)
            return [box for value in values if columns and (box := self._tuple(columns, value)) is not None]
        level, presence = self.reader.level(fields[0]), self.reader.presence(fields[0])
        if presence is None:
            return []
        meant = [self.reader.value(fields[0], value) for (value,) in values]
        if level is None:
            return [self._boxed(presence) if presence else self.whole] if True in meant else []
        spans = united(span for found in meant if not isinstance(found, bool) for span in found)
        return [self._boxed([*presence, (level, spans)])] if spans else []

    def _negated(self, fields: tuple[Field, ...], values: Sequence[tuple[Value, ...]]) -> Boxes:
        """The boxes of packets that have the fields, but none of the given values in them."""
        presences = [self.reader.presence(of) for of in fields]
        if any(presence is None for presence in presences):
            return []
        present = [part for presence in presences for part in presence or ()]
        open_ = [at for at, of in enumerate(fields) if self.reader.level(of) is not None]
        left = [value for value in values if self._settled(fields, value)]
        if not open_:
            return [] if left else [self._boxed(present)]
        levels = sorted({level for at in open_ if (level := self.reader.level(fields[at])) is not None})
        if len(levels) > 1:
            return self._neither(fields, left, present)
        level = levels[0]
        meant = ([self.reader.value(fields[at], value[at]) for at in open_] for value in left)
        spans = complement(united(span for found in meant for span in _shared(found)), self.sizes[level])
        return [self._boxed([*present, (level, spans)])] if spans else []

    def _neither(
        self, fields: tuple[Field, ...], values: Sequence[tuple[Value, ...]], present: list[Constraint]
    ) -> Boxes:
        """The boxes of packets that match none of the given pairs of values.

        For such a packet, either no pair has the packet's first value, or those pairs that have it all have another
        second value.
        """
        if len(fields) != 2:
            raise UnreadableError(f"negated {' . '.join(of.value for of in fields)}")
        first, second = (self.reader.level(of) for of in fields)
        assert first is not None
        assert second is not None
        groups: dict[Spans, list[Interval]] = {}
        for value in values:
            one, other = (self.reader.value(of, v) for of, v in zip(fields, value, strict=True))
            assert not isinstance(one, bool)
            assert not isinstance(other, bool)
            groups.setdefault(one, []).extend(other)
        known = united(span for spans in groups for span in spans)
        parts = [[(first, one), (second, complement(united(of), self.sizes[second]))] for one, of in groups.items()]
        boxes = [self._boxed([*present, *part]) for part in [*parts, [(first, complement(known, self.sizes[first]))]]]
        return [box for box in boxes if () not in box]

    def _settled(self, fields: tuple[Field, ...], value: tuple[Value, ...]) -> bool:
        """Whether the fields without a dimension have the given values in this situation."""
        pairs = zip(fields, value, strict=True)
        return all(self.reader.level(of) is not None or self.reader.value(of, one) is True for of, one in pairs)

    def _columns(self, fields: tuple[Field, ...]) -> list[FieldColumn]:
        """The columns for fields; empty if no packet of the map has all these fields."""
        presences = [self.reader.presence(of) for of in fields]
        levels = [self.reader.level(of) for of in fields]
        known = [presence for presence in presences if presence is not None]
        return list(zip(fields, levels, known, strict=True)) if len(known) == len(fields) else []

    def _tuple(self, columns: list[FieldColumn], values: tuple[Value, ...]) -> Box | None:
        found: list[Spans | None] = [None] * len(self.sizes)
        for (of, level, presence), value in zip(columns, values, strict=True):
            meant = self.reader.value(of, value)
            if meant is False:
                return None
            parts = presence if meant is True or level is None else (*presence, (level, meant))
            for at, spans in parts:
                before = found[at]
                found[at] = both = spans if before is None else common(before, spans)
                if not both:
                    return None
        return tuple(found)


def _shared(columns: Iterable[Spans | bool]) -> Spans:
    """The intersection of sets in one dimension; booleans are skipped."""
    found: Spans | None = None
    for column in columns:
        if not isinstance(column, bool):
            found = column if found is None else common(found, column)
    return found or ()


def met(one: Boxes, other: Boxes) -> Boxes:
    """The boxes of packets for which two conditions hold, given the boxes of each condition."""
    return [both for a in one for b in other if (both := meet(a, b)) is not None]
