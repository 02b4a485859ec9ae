"""Prepares the tables of a kernel for evaluation: the rules and elements that differ get unique names.

Each answer of the evaluation contains the name of the deciding rule or element, and so identifies the difference that
decides. An added rule cannot imitate such a name by its comment, because the mark replaces the comment.
"""

import enum
from collections.abc import Iterable, Mapping
from dataclasses import field, replace

from taploom.backends.nftables.tree import Base, Chain, Rule, Set, Table, VerdictKind, VerdictStatement
from taploom.base.frozen import dataclass
from taploom.drift.listing.tables import ListedRule, ListedTable
from taploom.drift.ruleset.divergence import Divergence
from taploom.drift.ruleset.normal import normal_base, normal_key

PREFIX = "live/"
"""The prefix of the names of differences."""
_BEFORE_NAT = -100
"""The priority of `dstnat`, at which the kernel translates destinations (netfilter_ipv4.h)."""


@dataclass(frozen=True, slots=True)
class Marks:
    """The names of the differences of one table.

    Attributes:
        rules: names of added rules, by chain and handle.
        elements: names of added and changed elements, by set and key.
        chains: names of added chains, by name of the chain; all rules of the chain get this name.
    """

    rules: Mapping[tuple[str, int], str] = field(default_factory=dict)
    elements: Mapping[tuple[str, tuple[object, ...]], str] = field(default_factory=dict)
    chains: Mapping[str, str] = field(default_factory=dict)


def marks_of(found: Iterable[tuple[str, Divergence]]) -> Marks:
    """The marks for the differences of a table, each given with its name."""
    known = list(found)
    return Marks(
        {one.handle: name for name, one in known if one.handle},
        {one.key: name for name, one in known if one.key},
        {one.chain: name for name, one in known if one.chain},
    )


class Assumption(enum.Enum):
    """An assumption about rules with unknown conditions: it says which rules match; the others match no packet."""

    NONE = "none"
    ALL = "all"
    ACCEPTING = "accepting"
    OTHERS = "others"

    def takes(self, rule: Rule) -> bool:
        """Whether a rule with unknown conditions is assumed to match."""
        accepts = VerdictStatement(VerdictKind.ACCEPT) in rule.statements
        return self is Assumption.ALL or self is (Assumption.ACCEPTING if accepts else Assumption.OTHERS)


def marked(listed: ListedTable, marks: Marks, assumption: Assumption = Assumption.NONE) -> Table:
    """The table for evaluation under an assumption, with the names of the differences as comments."""
    chains = [
        replace(chain, rules=tuple(_rules(listed.rules[chain.name], marks, assumption)))
        for chain in listed.table.chains
        if evaluable(chain, listed.table.family)
    ]
    sets = tuple(_set(one, marks) for one in listed.table.sets)
    return replace(listed.table, chains=tuple(chains), sets=sets)


def evaluable(chain: Chain, family: str) -> bool:
    """Whether the evaluation supports the hook of a chain; it supports all hooks that taploom's rulesets use."""
    base = chain.base
    return base is None or _known(base, family)


def _known(base: Base, family: str) -> bool:
    _, _, priority, _ = normal_base(base, family)
    assert isinstance(priority, int)
    if family == "bridge":
        return base.type == "filter" and base.hook in ("prerouting", "forward")
    match base.type, base.hook:
        case ("filter", "input" | "forward") | ("nat", "prerouting" | "output" | "postrouting"):
            return True
        case "filter", "prerouting":  # evaluated before translations
            return priority < _BEFORE_NAT
        case "filter", "output":
            return priority > _BEFORE_NAT
        case _:
            return False


def _rules(listed: Iterable[ListedRule], marks: Marks, assumption: Assumption) -> Iterable[Rule]:
    for one in listed:
        if not one.unknown or assumption.takes(one.rule):
            name = marks.rules.get((one.chain, one.handle)) or marks.chains.get(one.chain)
            yield replace(one.rule, comment=name) if name else one.rule


def _set(one: Set, marks: Marks) -> Set:
    if not any(name == one.name for name, _ in marks.elements):
        return one
    names = (marks.elements.get((one.name, normal_key(element.key))) for element in one.elements)
    pairs = zip(one.elements, names, strict=True)
    return replace(one, elements=tuple(replace(element, comment=name) if name else element for element, name in pairs))
