"""Chains as maps: what each rule decides, laid over what the rules behind it decide."""

from collections.abc import Iterable, Iterator
from dataclasses import field
from typing import assert_never

from taploom.backends.nftables.fields import Field
from taploom.backends.nftables.tree import (
    Chain,
    ClampMss,
    Count,
    Dispatch,
    Kind,
    Learn,
    Limit,
    LimitBy,
    Log,
    Lookup,
    Masquerade,
    Match,
    Rule,
    Statement,
    Table,
    TcpFlags,
    Translate,
    TranslateBy,
    TranslatePrefix,
    Until,
    Verdict,
)
from taploom.base.frozen import dataclass
from taploom.flows.answer import MISS, NEXT, PASS, Answer, rate
from taploom.flows.clock import Clock
from taploom.flows.diagram import Box, Diagram, Leaf
from taploom.flows.kernel import Kernel
from taploom.flows.manager import Manager
from taploom.flows.packet import meet
from taploom.flows.ruleset.boxes import Boxes, Conditions, Sets, met
from taploom.flows.ruleset.index import RuleIndex, reached, rules_of
from taploom.flows.ruleset.reader import AnyReader, Reader, Situation, UnreadableError
from taploom.flows.ruleset.translation import Translation, translations

Decided = tuple[Box, Answer]
_INGRESS = frozenset({Field.IIFNAME, Field.FIB_STRICT, Field.FIB_TYPE_HERE})
_TRANSLATED = frozenset({Field.CT_STATUS, Field.CT_ORIGINAL_IP6_DADDR})


@dataclass(slots=True)
class Chains:
    """The chains of a table, evaluated in whatever situations are asked for."""

    table: Table
    kernel: Kernel
    clock: Clock
    manager: Manager[Answer]
    _sets: Sets = field(init=False)
    _named: dict[str, Chain] = field(init=False)
    _asked: dict[tuple[str, str], frozenset[Field]] = field(default_factory=dict)
    _known: dict[tuple[str, Situation], Diagram[Answer]] = field(default_factory=dict)
    _indices: dict[str, RuleIndex] = field(default_factory=dict)
    _closed: dict[tuple[str, int], Diagram[Answer]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._sets = Sets(
            {entry.name: entry for entry in self.table.sets},
            {entry.name: rate(entry.rate, entry.unit, entry.burst) for entry in self.table.limits},
        )
        self._named = {chain.name: chain for chain in self.table.chains}

    def reader(self, situation: Situation) -> AnyReader:
        """What reads fields in a situation."""
        return Reader(self.kernel, self.clock, situation)

    def base(self, chain: Chain, situation: Situation) -> Diagram[Answer]:
        """What a base chain decides, its policy included."""
        assert chain.base
        policy = self.manager.leaf(Answer(_VERDICTS[chain.base.policy].verdict, f"chain {chain.name}"))
        found = self.chain(chain.name, situation)
        key = (chain.name, id(found))
        if key not in self._closed:
            self._closed[key] = self.manager.choose(found, NEXT, policy, found)
        return self._closed[key]

    def chain(self, name: str, situation: Situation) -> Diagram[Answer]:
        """What a chain decides; `NEXT` where it comes to its end."""
        key = (name, self.relevant(name, situation))
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._evaluated(self._named[name], situation)
        return found

    def relevant(self, name: str, situation: Situation) -> Situation:
        """The situation without what the chain, and those behind it, never ask for."""
        asked = self.asked(name, situation.state)
        translated = bool(asked & _TRANSLATED)
        return Situation(
            situation.ingress if asked & _INGRESS else "",
            situation.egress if Field.OIFNAME in asked else "",
            situation.state if Field.CT_STATE in asked else "",
            situation.original if translated else None,
            situation.shift if translated else None,
        )

    def asked(self, name: str, state: str) -> frozenset[Field]:
        """The fields that a chain asks for about packets of a state, with those behind it."""
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
            if isinstance(statement, Verdict) and statement.chain:
                yield statement.chain
            elif isinstance(statement, Dispatch):
                data = (element.data for element in self._sets.named[statement.map].elements)
                yield from sorted({verdict.chain for verdict in data if isinstance(verdict, Verdict) and verdict.chain})

    def _evaluated(self, chain: Chain, situation: Situation) -> Diagram[Answer]:
        conditions = Conditions(self.reader(situation), self._sets, self.manager.sizes)
        rest: Diagram[Answer] = self.manager.leaf(NEXT)
        batch: list[list[Decided]] = []
        for step in reversed(_steps(chain, rules_of(chain, situation, self._indices), conditions)):
            if step.plain:
                batch.append(_decided(step, conditions))
                continue
            rest = self._laid(batch, rest)
            batch = []
            rest = self._leading(step, conditions, situation, rest)
        return self._laid(batch, rest)

    def _laid(self, batch: list[list[Decided]], rest: Diagram[Answer]) -> Diagram[Answer]:
        """Plain rules, last one first, laid over what comes behind them."""
        boxes = [decided for rule in reversed(batch) for decided in rule]
        if not boxes:
            return rest
        if isinstance(rest, Leaf):
            return self.manager.overlay(boxes, rest.answer)
        over = self.manager.overlay(boxes, MISS)
        return self.manager.choose(over, MISS, rest, over)

    def _leading(
        self, step: "_Step", conditions: Conditions, situation: Situation, rest: Diagram[Answer]
    ) -> Diagram[Answer]:
        """A rule that leads to other chains, or holds up to a rate."""
        boxes = step.where(conditions)
        match step.end:
            case Verdict():
                return self._where(boxes, self._verdict(step.end, step, situation, rest), rest)
            case Dispatch(fields, name):
                behind = rest
                for verdict, found in _by_verdict(conditions, fields, name):
                    target = self._verdict(verdict, step, situation, behind)
                    rest = self._where(met(boxes, found), target, rest)
                return rest
            case _:
                # A translation up to a rate: none of the lowering's, and all that it could be is a rate of nothing.
                raise UnreadableError(f"a limit before {step.end}")

    def _verdict(self, verdict: Verdict, step: "_Step", situation: Situation, rest: Diagram[Answer]) -> Diagram[Answer]:
        match verdict.kind:
            case Kind.GOTO:
                return self.chain(verdict.chain, situation)
            case Kind.JUMP:
                found = self.chain(verdict.chain, situation)
                return self.manager.choose(found, NEXT, rest, found)
            case Kind.ACCEPT if step.limited:
                passed = Answer("allow", step.by, limited=step.limited)
                return self.manager.relabel(lambda a: a if a.verdict == "allow" and not a.limited else passed, rest)
            case kind:
                return self.manager.leaf(NEXT if kind is Kind.RETURN else Answer(_VERDICTS[kind].verdict, step.by))

    def _where(self, boxes: Boxes, then: Diagram[Answer], rest: Diagram[Answer]) -> Diagram[Answer]:
        if _everything(boxes):
            return then
        over = self.manager.overlay([(box, PASS) for box in boxes], MISS)
        return self.manager.choose(over, PASS, then, rest)


_VERDICTS = {Kind.ACCEPT: Answer("allow"), Kind.DROP: Answer("drop"), Kind.RETURN: NEXT}


@dataclass(frozen=True, slots=True)
class _Step:
    """A rule, as far as it decides.

    Attributes:
        boxes: the packets that reach its end, but for `found`.
        found: a look-up that is left to the end, as its elements are who decides; or None.
        end: what happens to the packets.
        limited: the rate up to which they do; "" where there is none.
        by: stable name of the rule.
    """

    boxes: Boxes
    found: Lookup | None
    limited: str
    end: Verdict | Dispatch | Translation
    by: str

    @property
    def plain(self) -> bool:
        """Whether it decides by itself, without another chain or the rules behind it."""
        leads = isinstance(self.end, Dispatch) or (isinstance(self.end, Verdict) and bool(self.end.chain))
        return not leads and not self.limited

    @property
    def final(self) -> bool:
        """Whether no packet comes by it."""
        stops = isinstance(self.end, Verdict) and self.end.kind is not Kind.JUMP
        return stops and not self.limited and self.found is None and _everything(self.boxes)

    def where(self, conditions: Conditions) -> Boxes:
        """The packets that reach its end."""
        return self.boxes if self.found is None else met(self.boxes, conditions.of(self.found))


def _everything(boxes: Boxes) -> bool:
    return any(all(spans is None for spans in box) for box in boxes)


def _steps(chain: Chain, rules: Iterable[Rule], conditions: Conditions) -> list[_Step]:
    """The rules of a chain that some packet reaches."""
    found: list[_Step] = []
    for rule in rules:
        step = _step(rule, chain, conditions)
        if step is not None:
            found.append(step)
            if step.final:
                break
    return found


def _step(rule: Rule, chain: Chain, conditions: Conditions) -> _Step | None:
    """What a rule decides; None for what decides nothing."""
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
            case Limit(number, unit, burst):
                limited = rate(number, unit, burst)
            case LimitBy(name):
                limited = conditions.sets.rates[name]
            case Count() | Log() | Learn() | ClampMss():
                pass
            case Verdict() | Dispatch() | Translate() | TranslateBy() | TranslatePrefix() | Masquerade():
                return _Step(boxes, found, limited, statement, rule.comment or f"chain {chain.name}")
            case _:
                assert_never(statement)
    return None


def _decided(step: _Step, conditions: Conditions) -> list[Decided]:
    """What a plain rule does with whom; who is found in a set is decided by the element."""
    if not isinstance(step.end, Verdict):
        assert not isinstance(step.end, Dispatch)
        return list(translations(step.end, step.where(conditions), conditions, step.by))
    answer = _VERDICTS[step.end.kind]
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


def _by_verdict(conditions: Conditions, fields: tuple[Field, ...], name: str) -> Iterator[tuple[Verdict, Boxes]]:
    """The verdicts of a map, each with the boxes of all its elements."""
    found: dict[Verdict, Boxes] = {}
    for box, element in conditions.elements(fields, name):
        assert isinstance(element.data, Verdict)
        found.setdefault(element.data, []).append(box)
    return iter(found.items())
