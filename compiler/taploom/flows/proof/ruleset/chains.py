"""Converts chains to maps: the decisions of each rule take precedence over the decisions of later rules."""

from collections.abc import Iterable, Iterator
from dataclasses import field
from itertools import groupby

from taploom.backends.nftables.fields import Field
from taploom.backends.nftables.tree import (
    Chain,
    Dispatch,
    Lookup,
    Match,
    Statement,
    Table,
    TranslateBy,
    VerdictKind,
    VerdictStatement,
)
from taploom.base.frozen import dataclass
from taploom.flows.algebra.diagram import Diagram, Leaf
from taploom.flows.algebra.manager import Manager
from taploom.flows.packets.answer import MISS, NEXT, PASS, Answer, rate
from taploom.flows.packets.clock import Clock
from taploom.flows.packets.forwarding import Forwarding
from taploom.flows.proof.ruleset.boxes import Boxes, Conditions, Sets, met
from taploom.flows.proof.ruleset.index import RuleIndex, reached, rules_of
from taploom.flows.proof.ruleset.reader import AnyReader, Reader, Situation, UnreadableError
from taploom.flows.proof.ruleset.steps import (
    VERDICTS,
    Decided,
    DecidingRule,
    Manner,
    by_verdict,
    decided_by,
    everything,
    manner_of,
    steps_of,
)

_INGRESS = frozenset({Field.IIFNAME, Field.FIB_STRICT, Field.FIB_TYPE_HERE})
_TRANSLATED = frozenset({Field.CT_STATUS, Field.CT_ORIGINAL_IP6_DADDR})


@dataclass(slots=True)
class Chains:
    """The chains of a table; each is evaluated on demand for a situation."""

    table: Table
    forwarding: Forwarding
    clock: Clock
    manager: Manager[Answer]
    _sets: Sets = field(init=False)
    _named: dict[str, Chain] = field(init=False)
    _asked: dict[tuple[str, str], frozenset[Field]] = field(default_factory=dict)
    _relevant: dict[tuple[str, str], tuple[bool, ...]] = field(default_factory=dict)
    _known: dict[tuple[str, Situation], Diagram[Answer]] = field(default_factory=dict)
    _indices: dict[str, RuleIndex] = field(default_factory=dict)
    _closed: dict[tuple[str, int], Diagram[Answer]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._sets = Sets(
            {one.name: one for one in self.table.sets},
            {one.name: rate(one.rate, one.unit, one.burst) for one in self.table.limits},
        )
        self._named = {chain.name: chain for chain in self.table.chains}

    def reader(self, situation: Situation) -> AnyReader:
        """The reader of fields in a situation."""
        return Reader(self.forwarding, self.clock, situation)

    def base(self, chain: Chain, situation: Situation) -> Diagram[Answer]:
        """The answers of a base chain, including its policy."""
        assert chain.base
        policy = self.manager.leaf(Answer(VERDICTS[chain.base.policy].verdict, f"chain {chain.name}"))
        found = self.chain(chain.name, situation)
        key = (chain.name, id(found))
        if key not in self._closed:
            self._closed[key] = self.manager.choose(found, NEXT, policy, found)
        return self._closed[key]

    def chain(self, name: str, situation: Situation) -> Diagram[Answer]:
        """The answers of a chain; `NEXT` for packets that reach its end."""
        key = (name, self.relevant(name, situation))
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._evaluated(self._named[name], situation)
        return found

    def relevant(self, name: str, situation: Situation) -> Situation:
        """The situation, reduced to the properties that the chain, or a chain that it leads to, matches."""
        key = (name, situation.state)
        if key not in self._relevant:
            asked = self.asked(*key)
            groups = (_INGRESS, {Field.OIFNAME}, {Field.CT_STATE}, _TRANSLATED)
            self._relevant[key] = tuple(bool(asked & group) for group in groups)
        ingress, egress, state, translated = self._relevant[key]
        return Situation(
            situation.ingress if ingress else "",
            situation.egress if egress else "",
            situation.state if state else "",
            situation.original if translated else None,
            situation.shift if translated else None,
        )

    def asked(self, name: str, state: str) -> frozenset[Field]:
        """The fields that a chain, and the chains that it leads to, match for packets in a connection state."""
        key = (name, state)
        if key not in self._asked:
            self._asked[key] = frozenset()
            statements = list(reached(self._named[name], state))
            own = {of for s in statements if isinstance(s, Match | Lookup | Dispatch | TranslateBy) for of in s.fields}
            behind = {of for target in self._targets(statements) for of in self.asked(target, state)}
            self._asked[key] = frozenset(own | behind)
        return self._asked[key]

    def _targets(self, statements: Iterable[Statement]) -> Iterator[str]:
        for statement in statements:
            if isinstance(statement, VerdictStatement) and statement.chain:
                yield statement.chain
            elif isinstance(statement, Dispatch):
                data = (element.data for element in self._sets.named[statement.map].elements)
                yield from sorted(
                    {verdict.chain for verdict in data if isinstance(verdict, VerdictStatement) and verdict.chain}
                )

    def _evaluated(self, chain: Chain, situation: Situation) -> Diagram[Answer]:
        conditions = Conditions(self.reader(situation), self._sets, self.manager.sizes)
        rest: Diagram[Answer] = self.manager.leaf(NEXT)
        steps = steps_of(chain, rules_of(chain, situation, self._indices), conditions)
        for manner, run in groupby(reversed(steps), key=manner_of):
            match manner:
                case Manner.PLAIN:
                    rest = self._laid([decided_by(step, conditions) for step in run], rest)
                case Manner.METERED:
                    rest = self._metered([step.metered(conditions) for step in run], rest)
                case Manner.LEADING:
                    for step in run:
                        rest = self._leading(step, conditions, situation, rest)
        return rest

    def _laid(self, batch: list[list[Decided]], rest: Diagram[Answer]) -> Diagram[Answer]:
        """The map of consecutive plain rules, in reverse order, and of the later rules (`rest`)."""
        boxes = [decided for rule in reversed(batch) for decided in rule]
        if not boxes:
            return rest
        if isinstance(rest, Leaf):
            return self.manager.overlay(boxes, rest.answer)
        over = self.manager.overlay(boxes, MISS)
        return self.manager.choose(over, MISS, rest, over)

    def _metered(self, batch: list[list[Decided]], rest: Diagram[Answer]) -> Diagram[Answer]:
        """The map of consecutive rules that accept up to a rate, in reverse order, and of the later rules (`rest`).

        The first of these rules that matches decides, unless a later rule accepts without a rate. All these rules are
        merged at once, since each merge takes a walk over the whole map.
        """
        boxes = [decided for rule in reversed(batch) for decided in rule]
        if isinstance(rest, Leaf):
            return rest if _free(rest.answer) else self.manager.overlay(boxes, rest.answer)
        return self.manager.merge(_up_to, self.manager.overlay(boxes, MISS), rest)

    def _leading(
        self, step: DecidingRule, conditions: Conditions, situation: Situation, rest: Diagram[Answer]
    ) -> Diagram[Answer]:
        """The map of a rule and of the later rules; the rule leads to other chains, or has a rate and does not accept.

        Raises:
            UnreadableError: the rule is a translation with a rate.
        """
        boxes = step.where(conditions)
        match step.end:
            case VerdictStatement():
                return self._where(boxes, self._verdict(step.end, step, situation, rest), rest)
            case Dispatch(fields, name):
                behind = rest
                for verdict, found in by_verdict(conditions, fields, name):
                    target = self._verdict(verdict, step, situation, behind)
                    rest = self._where(met(boxes, found), target, rest)
                return rest
            case _:
                # A translation with a rate; the lowering never emits one.
                raise UnreadableError(f"a limit before {step.end}")

    def _verdict(
        self, verdict: VerdictStatement, step: DecidingRule, situation: Situation, rest: Diagram[Answer]
    ) -> Diagram[Answer]:
        match verdict.kind:
            case VerdictKind.GOTO:
                return self.chain(verdict.chain, situation)
            case VerdictKind.JUMP:
                found = self.chain(verdict.chain, situation)
                return self.manager.choose(found, NEXT, rest, found)
            case kind:
                return self.manager.leaf(
                    NEXT if kind is VerdictKind.RETURN else Answer(VERDICTS[kind].verdict, step.by)
                )

    def _where(self, boxes: Boxes, then: Diagram[Answer], rest: Diagram[Answer]) -> Diagram[Answer]:
        if everything(boxes):
            return then
        over = self.manager.overlay([(box, PASS) for box in boxes], MISS)
        return self.manager.choose(over, PASS, then, rest)


def _free(answer: Answer) -> bool:
    """Whether an answer allows packets without a rate limit."""
    return answer.verdict == "allow" and not answer.limited


def _up_to(metered: Answer, behind: Answer) -> Answer:
    """The joined answer of a rule with a rate and of the later rules."""
    return behind if metered.verdict == "miss" or _free(behind) else metered
