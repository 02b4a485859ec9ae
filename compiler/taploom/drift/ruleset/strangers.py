"""Finds unknown interfaces: interfaces that appear in rules of a kernel but not in the plan."""

from collections.abc import Iterator

from taploom.backends.nftables.tree import Match, Ruleset
from taploom.backends.nftables.values import Iface, IfacePattern
from taploom.plan.host import Host
from taploom.plan.interfaces import interfaces

MOST = 32
"""Maximum number of unknown interfaces to analyse; each one costs a separate map."""


def strangers(live: Ruleset, host: Host) -> tuple[str, ...]:
    """The names of unknown interfaces, sorted; a pattern (`veth*`) stands for interfaces that no other name matches."""
    known = {each.device for each in interfaces(host)} | {"lo"}
    return tuple(sorted(set(_named(live)) - known - {"*"})[:MOST])


def _named(live: Ruleset) -> Iterator[str]:
    for value in _values(live):
        if isinstance(value, Iface):
            yield value.name
        elif isinstance(value, IfacePattern):
            yield f"{value.head}*"


def _values(live: Ruleset) -> Iterator[object]:
    for table in live.tables:
        if table.family != "bridge":
            yield from (value for one in table.sets for element in one.elements for value in element.key)
            for statement in (s for chain in table.chains for rule in chain.rules for s in rule.statements):
                if isinstance(statement, Match):
                    yield from (value for key in statement.values for value in key)
