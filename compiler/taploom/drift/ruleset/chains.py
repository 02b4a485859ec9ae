"""Compares chains as text: finds rules that were added, removed or moved, and hooks that were changed."""

from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import takewhile

from taploom.backends.nftables.tree import Chain, Lookup, Rule, Table
from taploom.base.frozen import dataclass
from taploom.drift.listing.tables import ListedRule, ListedTable
from taploom.drift.model import Subject
from taploom.drift.ruleset.divergence import Divergence, names_of
from taploom.drift.ruleset.elements import deciding
from taploom.drift.ruleset.marked import evaluable
from taploom.drift.ruleset.normal import Normal, normal_base, normal_rule
from taploom.drift.ruleset.text import rule_text


def chains(place: str, wanted: Table, found: ListedTable) -> Iterator[Divergence]:
    """The differences of the chains of a table, and of their rules."""
    there = {chain.name: chain for chain in found.table.chains}
    known = {chain.name: chain for chain in wanted.chains}
    for name, chain in known.items():
        where = f"{place}, chain {name}"
        if name not in there:
            yield Divergence(Subject.CHAIN, where, "the chain is gone", name, "", chain.origin, _decided(chain, wanted))
            continue
        now = there[name]
        if normal_base(chain.base, wanted.family) != normal_base(now.base, wanted.family):
            yield Divergence(
                Subject.CHAIN, where, "the chain has another hook or policy", _hook(chain), _hook(now), chain.origin
            )
        yield from _Rules(where, chain, wanted, found).divergences()
    for name, chain in there.items():
        if name not in known:
            text = f"{_hook(chain)} with {len(chain.rules)} rules"
            yield Divergence(
                Subject.CHAIN,
                f"{place}, chain {name}",
                "somebody added a chain",
                "",
                text,
                None,
                chain=name,
                outside=not evaluable(chain, wanted.family),
            )


def _hook(chain: Chain) -> str:
    base = chain.base
    if base is None:
        return "no hook"
    return f"type {base.type} hook {base.hook} priority {base.priority}; policy {base.policy.value}"


def _decided(chain: Chain, table: Table) -> frozenset[str]:
    return frozenset(name for rule in chain.rules for name in _rule_names(rule, table))


def _rule_names(rule: Rule, table: Table) -> frozenset[str]:
    looked_up = {s.set for s in rule.statements if isinstance(s, Lookup)}
    elements = frozenset(name for one in table.sets if one.name in looked_up for name in deciding(one))
    return elements | names_of(rule.origin) | ({rule.comment} if rule.comment else frozenset())


_MOST_PAIRS = 4_000_000
"""Maximum number of pairs of rules for a full comparison; in longer chains only equal rules at the ends are matched."""


def _parts(known: list[Normal], there: list[Normal]) -> Iterator[tuple[int, int, int, int]]:
    """The parts in which two lists differ, each as start and end in `known` and start and end in `there`."""
    if len(known) * len(there) <= _MOST_PAIRS:
        found = SequenceMatcher(None, known, there, autojunk=False).get_opcodes()
        yield from ((a, b, c, d) for tag, a, b, c, d in found if tag != "equal")
        return
    first = _same(known, there)
    last = _same(known[first:][::-1], there[first:][::-1])
    yield first, len(known) - last, first, len(there) - last


def _same(one: list[Normal], other: list[Normal]) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


@dataclass(frozen=True, slots=True)
class _Rules:
    """The rules of one chain in the plan and in the kernel, which are compared."""

    place: str
    chain: Chain
    wanted: Table
    found: ListedTable

    def divergences(self) -> Iterator[Divergence]:
        """The rules that were removed, added, or moved within the chain."""
        sets = {one.name: one for one in self.wanted.sets}
        live = {one.name: one for one in self.found.table.sets}
        listed = self.found.rules[self.chain.name]
        known = [normal_rule(rule, self.wanted.family, sets) for rule in self.chain.rules]
        there = [(*normal_rule(one.rule, self.wanted.family, live), *one.unknown) for one in listed]
        for a, b, c, d in _parts(known, there):
            yield from (self._gone(self.chain.rules[at], moved=known[at] in there) for at in range(a, b))
            yield from (self._added(listed[at], moved=there[at] in known) for at in range(c, d))

    def _gone(self, rule: Rule, *, moved: bool) -> Divergence:
        text = rule_text(rule, {one.name: one for one in self.wanted.sets})
        message = "a rule is not at its place" if moved else "somebody removed a rule"
        origin = rule.origin or self.chain.origin
        return Divergence(Subject.RULE, self.place, message, text, "", origin, _rule_names(rule, self.wanted))

    def _added(self, one: ListedRule, *, moved: bool) -> Divergence:
        text = rule_text(one.rule, {each.name: each for each in self.found.table.sets}, one.unknown)
        message = "a rule is not at its place" if moved else "somebody added a rule"
        place = f"{self.place}, handle {one.handle}"
        return Divergence(
            Subject.RULE,
            place,
            message,
            "",
            text,
            self.chain.origin,
            handle=(one.chain, one.handle),
            unread=", ".join(one.unknown),
        )
