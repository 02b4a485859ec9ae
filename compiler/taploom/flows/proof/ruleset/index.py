"""Indexes of rules and set elements by interface, to find those that may match in a situation.

A host with a thousand bridges has a million pairs of interfaces, and packets of each pair pass the same few chains.
Without an index, the evaluation of each pair would read the rules and elements of a thousand interfaces.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field
from itertools import product

from taploom.backends.nftables.fields import Field
from taploom.backends.nftables.tree import Chain, Element, Match, Rule, Statement, VerdictKind, VerdictStatement
from taploom.backends.nftables.values import Iface, Value, Word
from taploom.base.frozen import dataclass
from taploom.flows.proof.ruleset.reader import Situation

_WORTH_AN_INDEX = 16
"""Minimum number of rules of a chain with an index; a shorter chain is read faster without an index."""
_INTERFACES = (Field.IIFNAME, Field.OIFNAME)
InterfacePair = tuple[str | None, str | None]
"""The names of ingress and egress interface; None for any interface."""


@dataclass(slots=True)
class RuleIndex:
    """An index of the rules of a chain, with their positions, by the interface that the first statement matches."""

    general: list[tuple[int, Rule]] = field(default_factory=list)
    named: dict[tuple[Field, str], list[tuple[int, Rule]]] = field(default_factory=dict)

    @staticmethod
    def of(chain: Chain) -> "RuleIndex":
        """Build the index of a chain."""
        found = RuleIndex()
        for placed in enumerate(chain.rules):
            asked = _asked(placed[1])
            for key in asked:
                found.named.setdefault(key, []).append(placed)
            if not asked:
                found.general.append(placed)
        return found

    def rules(self, situation: Situation) -> Sequence[Rule]:
        """The rules that may match in a situation, in their order."""
        near = [*self.general]
        near += self.named.get((Field.IIFNAME, situation.ingress), ())
        near += self.named.get((Field.OIFNAME, situation.egress), ())
        return [rule for _, rule in sorted(near, key=_place)]


def rules_of(chain: Chain, situation: Situation, known: dict[str, RuleIndex]) -> Sequence[Rule]:
    """The rules of a chain that may match in a situation.

    Args:
        chain: the chain.
        situation: the situation.
        known: the cache of indexes, by the name of the chain.
    """
    if len(chain.rules) < _WORTH_AN_INDEX or not situation.egress:
        return chain.rules
    if chain.name not in known:
        known[chain.name] = RuleIndex.of(chain)
    return known[chain.name].rules(situation)


def _place(placed: tuple[int, Rule]) -> int:
    return placed[0]


def _asked(rule: Rule) -> frozenset[tuple[Field, str]]:
    """The interfaces that the first statement of a rule matches; empty if the statement matches other fields."""
    match rule.statements[0] if rule.statements else None:
        case Match((of,), values, False) if of in _INTERFACES:
            names = [value.name for (value,) in values if isinstance(value, Iface)]
            return frozenset((of, name) for name in names) if len(names) == len(values) else frozenset()
        case _:
            return frozenset()


def reached(chain: Chain, state: str) -> Iterator[Statement]:
    """The statements of a chain up to and including the rule that decides about all packets in a state."""
    for rule in chain.rules:
        yield from rule.statements
        match rule.statements:
            case (
                Match((Field.CT_STATE,), values, False),
                VerdictStatement(kind=VerdictKind.ACCEPT | VerdictKind.DROP | VerdictKind.GOTO),
            ) if (Word(state),) in values:
                return


@dataclass(slots=True)
class ElementIndex:
    """An index of the elements of a set whose keys begin with interfaces, by the names of these interfaces."""

    width: int
    by_ends: dict[InterfacePair, list[Element]] = field(default_factory=dict)

    @staticmethod
    def of(fields: tuple[Field, ...], elements: Sequence[Element]) -> "ElementIndex":
        """Build the index of a set for look-ups by the given fields."""
        found = ElementIndex(2 if fields[:2] == _INTERFACES else 1)
        for element in elements:
            ends = (*map(_name, element.key[: found.width]), None)[:2]
            found.by_ends.setdefault((ends[0], ends[1]), []).append(element)
        return found

    def elements(self, situation: Situation) -> list[Element]:
        """The elements that match the interfaces of a situation; some elements match any interface."""
        return [element for ends in self._ends(situation) for element in self.by_ends.get(ends, ())]

    def _ends(self, situation: Situation) -> Iterable[InterfacePair]:
        """The pairs of interfaces that matching elements may have; before routing, they may have any egress."""
        entries = (situation.ingress, None)
        if self.width > 1 and not situation.egress:
            return (ends for ends in self.by_ends if ends[0] in entries)
        exits = (situation.egress, None) if self.width > 1 else (None,)
        return product(entries, exits)


def _name(value: Value) -> str | None:
    return value.name if isinstance(value, Iface) else None
