"""The tables of a kernel as a ruleset to evaluate, in which each difference in form has a name of its own.

The answers of the evaluation name the rule or element that decides. If that rule or element is a difference, the name
tells which difference it is. The comment of an added rule cannot imitate another name, since the mark replaces it.
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
"""The beginning of the names of differences."""
_BEFORE_NAT = -100
"""The priority of `dstnat`, at which destinations are translated (netfilter_ipv4.h)."""


@dataclass(frozen=True, slots=True)
class Marks:
    """The names of the differences of one table.

    Attributes:
        rules: by chain and handle.
        elements: by set and key.
        chains: by name, for all rules of a chain that was added.
    """

    rules: Mapping[tuple[str, int], str] = field(default_factory=dict)
    elements: Mapping[tuple[str, tuple[object, ...]], str] = field(default_factory=dict)
    chains: Mapping[str, str] = field(default_factory=dict)


def marks_of(found: Iterable[tuple[str, Divergence]]) -> Marks:
    """The marks of a table's differences, each with its name."""
    known = list(found)
    return Marks(
        {one.handle: name for name, one in known if one.handle},
        {one.key: name for name, one in known if one.key},
        {one.chain: name for name, one in known if one.chain},
    )


class Reading(enum.Enum):
    """The rules with unknown conditions that are taken to match; other rules with unknown conditions match nothing."""

    NONE = "none"
    ALL = "all"
    ACCEPTING = "accepting"
    OTHERS = "others"

    def takes(self, rule: Rule) -> bool:
        """Whether a rule with unknown conditions is taken to match."""
        accepts = VerdictStatement(VerdictKind.ACCEPT) in rule.statements
        return self is Reading.ALL or self is (Reading.ACCEPTING if accepts else Reading.OTHERS)


def marked(listed: ListedTable, marks: Marks, reading: Reading = Reading.NONE) -> Table:
    """A table to evaluate, with the names of its differences."""
    chains = [
        replace(chain, rules=tuple(_rules(listed.rules[chain.name], marks, reading)))
        for chain in listed.table.chains
        if evaluable(chain, listed.table.family)
    ]
    sets = tuple(_set(one, marks) for one in listed.table.sets)
    return replace(listed.table, chains=tuple(chains), sets=sets)


def evaluable(chain: Chain, family: str) -> bool:
    """Whether the evaluation knows at which point the kernel runs a chain; it knows all hooks that our rulesets use."""
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


def _rules(listed: Iterable[ListedRule], marks: Marks, reading: Reading) -> Iterable[Rule]:
    for one in listed:
        if not one.unknown or reading.takes(one.rule):
            name = marks.rules.get((one.chain, one.handle)) or marks.chains.get(one.chain)
            yield replace(one.rule, comment=name) if name else one.rule


def _set(one: Set, marks: Marks) -> Set:
    if not any(name == one.name for name, _ in marks.elements):
        return one
    names = (marks.elements.get((one.name, normal_key(element.key))) for element in one.elements)
    pairs = zip(one.elements, names, strict=True)
    return replace(one, elements=tuple(replace(element, comment=name) if name else element for element, name in pairs))
