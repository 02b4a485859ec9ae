"""Chains as maps: what each rule decides, laid over what the rules behind it decide."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import assert_never

from netloom.backends.nftables.fields import Field
from netloom.backends.nftables.tree import (
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
from netloom.flows.answer import MISS, NEXT, PASS, Answer
from netloom.flows.clock import Clock
from netloom.flows.diagram import Box, Diagram, Leaf, Space
from netloom.flows.kernel import Kernel
from netloom.flows.packet import WHOLE, meet
from netloom.flows.ruleset.boxes import Boxes, Conditions, Sets, met
from netloom.flows.ruleset.reader import Reader, Situation
from netloom.flows.ruleset.translation import translations

Decided = tuple[Box, Answer]
_INGRESS = frozenset({Field.IIFNAME, Field.FIB_STRICT, Field.FIB_TYPE_HERE})
_TRANSLATED = frozenset({Field.CT_STATUS, Field.CT_ORIGINAL_IP6_DADDR})


@dataclass(slots=True)
class Chains:
    """The chains of a table, evaluated in whatever situations are asked for."""

    table: Table
    kernel: Kernel
    clock: Clock
    space: Space[Answer]
    _sets: Sets = field(init=False)
    _named: dict[str, Chain] = field(init=False)
    _asked: dict[str, frozenset[Field]] = field(default_factory=dict)
    _known: dict[tuple[str, Situation], Diagram[Answer]] = field(default_factory=dict)
    _closed: dict[tuple[str, int], Diagram[Answer]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._sets = Sets({entry.name: entry for entry in self.table.sets})
        self._named = {chain.name: chain for chain in self.table.chains}

    def base(self, chain: Chain, situation: Situation) -> Diagram[Answer]:
        """What a base chain decides, its policy included."""
        assert chain.base
        policy = self.space.leaf(Answer(_VERDICTS[chain.base.policy].verdict, f"chain {chain.name}"))
        found = self.chain(chain.name, situation)
        key = (chain.name, id(found))
        if key not in self._closed:
            self._closed[key] = self.space.choose(found, NEXT, policy, found)
        return self._closed[key]

    def chain(self, name: str, situation: Situation) -> Diagram[Answer]:
        """What a chain decides; `NEXT` where it comes to its end."""
        key = (name, self._relevant(name, situation))
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._evaluated(self._named[name], situation)
        return found

    def _relevant(self, name: str, situation: Situation) -> Situation:
        """The situation without what the chain, and those behind it, never ask for."""
        asked = self.asked(name)
        return replace(
            situation,
            ingress=situation.ingress if asked & _INGRESS else "",
            egress=situation.egress if Field.OIFNAME in asked else "",
            state=situation.state if Field.CT_STATE in asked else "",
            original=situation.original if asked & _TRANSLATED else None,
            shift=situation.shift if asked & _TRANSLATED else None,
        )

    def asked(self, name: str) -> frozenset[Field]:
        """The fields that a chain asks for, with those behind it."""
        if name not in self._asked:
            self._asked[name] = frozenset()
            statements = [s for rule in self._named[name].rules for s in rule.statements]
            own = {of for s in statements if isinstance(s, Match | Lookup | Dispatch | TranslateBy) for of in s.fields}
            behind = {of for target in self._targets(statements) for of in self.asked(target)}
            self._asked[name] = frozenset(own | behind)
        return self._asked[name]

    def _targets(self, statements: Iterable[Statement]) -> Iterator[str]:
        for statement in statements:
            if isinstance(statement, Verdict) and statement.chain:
                yield statement.chain
            elif isinstance(statement, Dispatch):
                data = (element.data for element in self._sets.named[statement.map].elements)
                yield from sorted({verdict.chain for verdict in data if isinstance(verdict, Verdict) and verdict.chain})

    def _evaluated(self, chain: Chain, situation: Situation) -> Diagram[Answer]:
        conditions = Conditions(Reader(self.kernel, self.clock, situation), self._sets, self.space.sizes)
        rest: Diagram[Answer] = self.space.leaf(NEXT)
        batch: list[list[Decided]] = []
        for rule in reversed(chain.rules):
            plain = self._plain(rule, chain, conditions)
            if plain is not None:
                batch.append(plain)
                continue
            rest = self._laid(batch, rest)
            batch = []
            rest = self._leading(rule, chain, conditions, situation, rest)
        return self._laid(batch, rest)

    def _laid(self, batch: list[list[Decided]], rest: Diagram[Answer]) -> Diagram[Answer]:
        """Plain rules, last one first, laid over what comes behind them."""
        boxes = [decided for rule in reversed(batch) for decided in rule]
        if not boxes:
            return rest
        if isinstance(rest, Leaf):
            return self.space.overlay(boxes, rest.answer)
        over = self.space.overlay(boxes, MISS)
        return self.space.choose(over, MISS, rest, over)

    def _plain(self, rule: Rule, chain: Chain, conditions: Conditions) -> list[Decided] | None:
        """What a rule decides by itself; None where that hangs on another chain, or on the rules behind it."""
        boxes: Boxes = [WHOLE]
        by = rule.comment or f"chain {chain.name}"
        last: Lookup | None = None
        for statement in rule.statements:
            if not boxes:
                return []
            match statement:
                case Lookup(fields=fields, negated=False) if len(fields) > 1 and boxes == [WHOLE] and last is None:
                    last = statement
                case Match() | Lookup() | TcpFlags() | Until():
                    boxes = met((boxes, conditions.of(statement)))
                case Count() | Log() | Learn() | ClampMss():
                    pass
                case Limit() | LimitBy() | Dispatch():
                    return None if _decides(rule) else []
                case Verdict(kind):
                    if kind in (Kind.GOTO, Kind.JUMP):
                        return None
                    return _decided(boxes, last, conditions, _VERDICTS[kind], by)
                case Translate() | TranslateBy() | TranslatePrefix() | Masquerade():
                    where = boxes if last is None else met((boxes, conditions.of(last)))
                    return list(translations(statement, where, conditions, by))
                case _:
                    assert_never(statement)
        return []

    def _leading(
        self, rule: Rule, chain: Chain, conditions: Conditions, situation: Situation, rest: Diagram[Answer]
    ) -> Diagram[Answer]:
        """A rule that leads to other chains, or holds up to a rate."""
        boxes: Boxes = [WHOLE]
        by, limited = rule.comment or f"chain {chain.name}", False
        for statement in rule.statements:
            if not boxes:
                return rest
            match statement:
                case Match() | Lookup() | TcpFlags() | Until():
                    boxes = met((boxes, conditions.of(statement)))
                case Limit() | LimitBy():
                    limited = True
                case Verdict():
                    return self._where(boxes, self._verdict(statement, situation, rest, by, limited=limited), rest)
                case Dispatch(fields, name):
                    for verdict, found in _by_verdict(conditions, fields, name):
                        target = self._verdict(verdict, situation, rest, by, limited=limited)
                        rest = self._where(met((boxes, found)), target, rest)
                    return rest
                case _:
                    pass
        return rest

    def _verdict(
        self, verdict: Verdict, situation: Situation, rest: Diagram[Answer], by: str, *, limited: bool
    ) -> Diagram[Answer]:
        match verdict.kind:
            case Kind.GOTO:
                return self.chain(verdict.chain, situation)
            case Kind.JUMP:
                found = self.chain(verdict.chain, situation)
                return self.space.choose(found, NEXT, rest, found)
            case Kind.ACCEPT if limited:
                passed = Answer("allow", by, limited=True)
                return self.space.relabel(lambda a: a if a.verdict == "allow" and not a.limited else passed, rest)
            case kind:
                return self.space.leaf(_VERDICTS[kind]._replace(by=by) if kind is not Kind.RETURN else NEXT)

    def _where(self, boxes: Boxes, then: Diagram[Answer], rest: Diagram[Answer]) -> Diagram[Answer]:
        if WHOLE in boxes:
            return then
        over = self.space.overlay([(box, PASS) for box in boxes], MISS)
        return self.space.choose(over, PASS, then, rest)


_VERDICTS = {Kind.ACCEPT: Answer("allow"), Kind.DROP: Answer("drop"), Kind.RETURN: NEXT}


def _decides(rule: Rule) -> bool:
    return any(
        isinstance(s, Verdict | Dispatch | Translate | TranslateBy | TranslatePrefix | Masquerade)
        for s in rule.statements
    )


def _decided(boxes: Boxes, last: Lookup | None, conditions: Conditions, answer: Answer, by: str) -> list[Decided]:
    """The verdict for what meets all conditions; who is found in a set is decided by the element."""
    if answer is NEXT:
        where = boxes if last is None else met((boxes, conditions.of(last)))
        return [(box, NEXT) for box in where]
    if last is None:
        named = Answer(answer.verdict, by)
        return [(box, named) for box in boxes]
    found = conditions.elements(last.fields, last.set)
    return [
        (both, Answer(answer.verdict, element.comment or by))
        for box, element in found
        for of in boxes
        if (both := meet(of, box)) is not None
    ]


def _by_verdict(conditions: Conditions, fields: tuple[Field, ...], name: str) -> Iterator[tuple[Verdict, Boxes]]:
    """The verdicts of a map, each with the boxes of all its elements."""
    found: dict[Verdict, Boxes] = {}
    for box, element in conditions.elements(fields, name):
        assert isinstance(element.data, Verdict)
        found.setdefault(element.data, []).append(box)
    return iter(found.items())
