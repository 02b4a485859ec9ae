"""Implements the stages of `flows.proof.packet_path` from the tables of one host."""

from collections.abc import Iterator
from functools import cached_property
from itertools import pairwise

from taploom.backends.nftables.fields import Field
from taploom.backends.nftables.tree import Chain, Lookup, Match, Ruleset, Table, Until
from taploom.base.address import Prefix
from taploom.base.frozen import dataclass
from taploom.base.memo import memo
from taploom.flows.algebra.diagram import Diagram, Leaf
from taploom.flows.algebra.manager import Manager
from taploom.flows.algebra.spans import Interval, of_prefix
from taploom.flows.packets.answer import MISS, PASS, Answer, Mark, OriginalDestinations, PrefixShift
from taploom.flows.packets.clock import Clock
from taploom.flows.packets.forwarding import SELF, Forwarding
from taploom.flows.packets.packet import box
from taploom.flows.proof.ruleset.chains import Chains
from taploom.flows.proof.ruleset.reader import Situation

_PRIORITIES = {"raw": -300, "mangle": -150, "dstnat": -100, "filter": 0, "security": 50, "srcnat": 100}


def moments(ruleset: Ruleset) -> Iterator[int]:
    """The moments at which rules of a ruleset expire, in seconds since the epoch."""
    return (
        statement.epoch
        for table in ruleset.tables
        for chain in table.chains
        for rule in chain.rules
        for statement in rule.statements
        if isinstance(statement, Until)
    )


@dataclass(frozen=True)
class Tables:
    """The `inet` tables of a host, and its `ip` or `ip6` tables, in one family."""

    ruleset: Ruleset
    forwarding: Forwarding
    manager: Manager[Answer]
    clock: Clock

    @cached_property
    def _chains(self) -> tuple[Chains, ...]:
        families = {"inet", {4: "ip", 6: "ip6"}[self.forwarding.family]}
        return tuple(
            Chains(table, self.forwarding, self.clock, self.manager)
            for table in self.ruleset.tables
            if table.family in families
        )

    def early(self, ingress: str) -> Diagram[Answer]:
        """The answers of the filters in prerouting."""
        return self._hook("filter", "prerouting", Situation(ingress, ""))

    def destination(self, ingress: str) -> Diagram[Answer]:
        """The destination translations in prerouting, or in output for packets that the host sends."""
        own = ingress == SELF
        situation = Situation("" if own else ingress, "")
        found = self._hook("nat", "output" if own else "prerouting", situation)
        if isinstance(found, Leaf) and found.answer.destination is None:
            return found
        return self._cut(found)

    @memo
    def _cut(self, translation: Diagram[Answer]) -> Diagram[Answer]:
        """The translation with marks, which contain the original destination, as later rules may match it."""
        marks = [(box(destination=((a, b),)), Answer("next", mark=OriginalDestinations(a, b))) for a, b in self._cells]
        return self.manager.merge(_mark, translation, self.manager.overlay(marks, PASS))

    @memo
    def judged(self, ingress: str, egress: str, mark: Mark) -> Diagram[Answer]:
        """The answers of the filters in input, forward or output, with the source translation in postrouting."""
        iif, oif = (("" if name == SELF else name) for name in (ingress, egress))
        return self._passed(ingress, egress, _marked(Situation(iif, oif), mark))

    def state(self, ingress: str, egress: str, state: str) -> Diagram[Answer]:
        """The answers of the filters in input, forward or output for packets in a connection state."""
        hook = "output" if ingress == SELF else "input" if egress == SELF else "forward"
        iif, oif = (("" if name == SELF else name) for name in (ingress, egress))
        return self._hook("filter", hook, Situation(iif, oif, state))

    def _passed(self, ingress: str, egress: str, situation: Situation) -> Diagram[Answer]:
        hook = "output" if ingress == SELF else "input" if egress == SELF else "forward"
        passed = self._hook("filter", hook, situation)
        if egress == SELF:
            return passed
        source = self._hook("nat", "postrouting", situation)
        if isinstance(source, Leaf) and source.answer.source is None and source.answer.verdict != "drop":
            return passed
        return self.manager.merge(_left, passed, source)

    def _hook(self, kind: str, hook: str, situation: Situation) -> Diagram[Answer]:
        """The joined answers of a hook's base chains: an accepted packet goes on to the next chain; a drop is final."""
        found: Diagram[Answer] = self.manager.leaf(PASS)
        accepted = PASS  # the answer if all chains accept all packets, by a rule if possible, else by a policy
        for chains, chain in reversed(self._bases.get((kind, hook), ())):
            here = chains.base(chain, situation)
            behind = found
            if isinstance(here, Leaf) and _then(here.answer, MISS) is MISS:
                accepted = accepted if _by_rule(accepted) else here.answer
                continue
            found = (
                here if isinstance(behind, Leaf) and behind.answer == PASS else self.manager.merge(_then, here, behind)
            )
        return self.manager.leaf(accepted) if isinstance(found, Leaf) and found.answer == PASS else found

    @cached_property
    def _bases(self) -> dict[tuple[str, str], list[tuple[Chains, Chain]]]:
        """The base chains by type and hook, sorted by priority."""
        found: dict[tuple[str, str], list[tuple[Chains, Chain]]] = {}
        for chains in self._chains:
            for chain in chains.table.chains:
                if chain.base:
                    found.setdefault((chain.base.type, chain.base.hook), []).append((chains, chain))
        return {hook: sorted(bases, key=lambda pair: _priority(pair[1])) for hook, bases in found.items()}

    @cached_property
    def _cells(self) -> tuple[Interval, ...]:
        """The original destinations, cut into intervals (cells) within which no rule distinguishes addresses."""
        prefixes = [
            p for chains in self._chains for p in _originals(chains.table) if p.family is self.forwarding.family
        ]
        starts = {0, self.forwarding.size}
        for first, last in map(of_prefix, prefixes):
            starts |= {first, last + 1}
        cuts = sorted(starts)
        return tuple((a, b - 1) for a, b in pairwise(cuts))


def _then(first: Answer, second: Answer) -> Answer:
    """The joined answer of two base chains; a rate of the first applies to packets that the second accepts."""
    ends = first.verdict == "drop" or first.destination or first.source
    return first if ends or (first.limited and second.verdict != "drop") else second


def _by_rule(answer: Answer) -> bool:
    """Whether a rule decided, and not the policy of a chain."""
    return bool(answer.by) and not answer.by.startswith("chain ")


def _priority(chain: Chain) -> int:
    assert chain.base
    text = chain.base.priority
    return _PRIORITIES[text] if text in _PRIORITIES else int(text)


def _left(passed: Answer, source: Answer) -> Answer:
    """The answer for a packet that leaves, with its source translation; a NAT chain could also drop the packet."""
    if passed.verdict != "allow" or source.verdict == "drop":
        return passed if passed.verdict != "allow" else source
    return passed._replace(source=source.source)


def _mark(answer: Answer, cell: Answer) -> Answer:
    """A translation with its mark, by which later rules can match the original destination."""
    if answer.destination is None:
        return answer if answer.verdict == "drop" else PASS
    whole = answer.destination.address is None
    return answer._replace(mark=PrefixShift(answer.destination.shift) if whole else cell.mark)


def _marked(situation: Situation, mark: Mark) -> Situation:
    """The situation of packets with the mark of a translation."""
    match mark:
        case PrefixShift(by):
            return situation._replace(shift=by)
        case OriginalDestinations(first, last):
            return situation._replace(original=(first, last))
        case _:
            return situation


def _originals(table: Table) -> Iterator[Prefix]:
    """The prefixes with which rules compare the original destination."""
    sets = {one.name: one for one in table.sets}
    for chain in table.chains:
        for statement in (statement for rule in chain.rules for statement in rule.statements):
            match statement:
                case Match(fields, values):
                    keys = values
                case Lookup(fields, name):
                    keys = tuple(element.key for element in sets[name].elements)
                case _:
                    continue
            if Field.CT_ORIGINAL_IP6_DADDR in fields:
                at = fields.index(Field.CT_ORIGINAL_IP6_DADDR)
                yield from (value for key in keys if isinstance(value := key[at], Prefix))
