"""Converts rules to steps of a chain: the packets that a rule matches, and its verdict or translation."""

import enum
from collections.abc import Iterable, Iterator
from typing import assert_never

from taploom.backends.nftables.fields import Field
from taploom.backends.nftables.tree import (
    Chain,
    ClampMss,
    Count,
    Dispatch,
    Learn,
    LimitBy,
    LimitRate,
    Log,
    Lookup,
    Masquerade,
    Match,
    Rule,
    TcpFlags,
    Translate,
    TranslateBy,
    TranslatePrefix,
    Until,
    VerdictKind,
    VerdictStatement,
)
from taploom.base.frozen import dataclass
from taploom.flows.algebra.diagram import Box
from taploom.flows.packets.answer import NEXT, Answer, rate
from taploom.flows.packets.packet import meet
from taploom.flows.proof.ruleset.boxes import Boxes, Conditions, met
from taploom.flows.proof.ruleset.translation import Translation, translations

Decided = tuple[Box, Answer]
VERDICTS = {VerdictKind.ACCEPT: Answer("allow"), VerdictKind.DROP: Answer("drop"), VerdictKind.RETURN: NEXT}


@dataclass(frozen=True, slots=True)
class DecidingRule:
    """A rule with a verdict or translation, without statements that do not affect packets, such as counters.

    Attributes:
        boxes: the packets that match all conditions except `found`.
        found: the set look-up that is evaluated last, because answers name the set element that matches; or None.
        end: the verdict or translation of the packets that match.
        limited: the rate up to which packets match; "" without a limit.
        by: stable name of the rule.
    """

    boxes: Boxes
    found: Lookup | None
    limited: str
    end: VerdictStatement | Dispatch | Translation
    by: str

    @property
    def plain(self) -> bool:
        """Whether the rule decides independently of other chains and of later rules."""
        leads = isinstance(self.end, Dispatch) or (isinstance(self.end, VerdictStatement) and bool(self.end.chain))
        return not leads and not self.limited

    @property
    def final(self) -> bool:
        """Whether no packet reaches the rules after this rule."""
        stops = isinstance(self.end, VerdictStatement) and self.end.kind is not VerdictKind.JUMP
        return stops and not self.limited and self.found is None and everything(self.boxes)

    def where(self, conditions: Conditions) -> Boxes:
        """The packets that match all conditions."""
        return self.boxes if self.found is None else met(self.boxes, conditions.of(self.found))

    def metered(self, conditions: Conditions) -> list[Decided]:
        """The packets that the rule accepts up to its rate."""
        answer = Answer("allow", self.by, limited=self.limited)
        return [(box, answer) for box in self.where(conditions)]


class Manner(enum.Enum):
    """The way in which a rule decides: PLAIN independently, METERED up to a rate, LEADING by other chains."""

    PLAIN = "plain"
    METERED = "metered"
    LEADING = "leading"


def manner_of(step: DecidingRule) -> Manner:
    """The way in which a rule decides."""
    if step.plain:
        return Manner.PLAIN
    accepts = isinstance(step.end, VerdictStatement) and step.end.kind is VerdictKind.ACCEPT
    return Manner.METERED if step.limited and accepts else Manner.LEADING


def everything(boxes: Boxes) -> bool:
    """Whether one of the boxes contains all packets."""
    return any(all(spans is None for spans in box) for box in boxes)


def steps_of(chain: Chain, rules: Iterable[Rule], conditions: Conditions) -> list[DecidingRule]:
    """The steps for the rules of a chain that some packet reaches."""
    found: list[DecidingRule] = []
    for rule in rules:
        step = _step(rule, chain, conditions)
        if step is not None:
            found.append(step)
            if step.final:
                break
    return found


def _step(rule: Rule, chain: Chain, conditions: Conditions) -> DecidingRule | None:
    """The step for a rule; None if the rule matches no packet, or has neither verdict nor translation."""
    boxes: Boxes = [conditions.whole]
    found: Lookup | None = None
    limited = ""
    for statement in rule.statements:
        match statement:
            case Lookup(fields=fields, negated=False) if len(fields) > 1 and found is None:
                found = statement
            case Match() | Lookup() | TcpFlags() | Until():
                boxes = met(boxes, conditions.of(statement))
                if not boxes:
                    return None
            case LimitRate(number, unit, burst):
                limited = rate(number, unit, burst)
            case LimitBy(name):
                limited = conditions.sets.rates[name]
            case Count() | Log() | Learn() | ClampMss():
                pass
            case VerdictStatement() | Dispatch() | Translate() | TranslateBy() | TranslatePrefix() | Masquerade():
                return DecidingRule(boxes, found, limited, statement, rule.comment or f"chain {chain.name}")
            case _:
                assert_never(statement)
    return None


def decided_by(step: DecidingRule, conditions: Conditions) -> list[Decided]:
    """The packets that a plain rule matches, with their answers; for a set, an answer names the matching element."""
    if not isinstance(step.end, VerdictStatement):
        assert not isinstance(step.end, Dispatch)
        return list(translations(step.end, step.where(conditions), conditions, step.by))
    answer = VERDICTS[step.end.kind]
    if answer is NEXT:
        return [(box, NEXT) for box in step.where(conditions)]
    if step.found is None:
        named = Answer(answer.verdict, step.by)
        return [(box, named) for box in step.boxes]
    return [
        (both, Answer(answer.verdict, element.comment or step.by))
        for box, element in conditions.elements(step.found.fields, step.found.set)
        for of in step.boxes
        if (both := meet(of, box)) is not None
    ]


def by_verdict(
    conditions: Conditions, fields: tuple[Field, ...], name: str
) -> Iterator[tuple[VerdictStatement, Boxes]]:
    """The verdicts of a verdict map, each with the boxes of its elements."""
    found: dict[VerdictStatement, Boxes] = {}
    for box, element in conditions.elements(fields, name):
        assert isinstance(element.data, VerdictStatement)
        found.setdefault(element.data, []).append(box)
    return iter(found.items())
