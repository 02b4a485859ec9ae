"""Foreign tables, which are not taploom's, and their effect on packets that the plan judges.

A packet has to pass the chains of all tables, and the first table that translates it decides. So each foreign table is
evaluated together with taploom's tables. A table that changes nothing for packets of the plan, such as Docker's own
NAT, is no difference.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from taploom.backends.nftables.tree import Rule, Ruleset, Statement, VerdictKind, VerdictStatement
from taploom.base.address import FAMILIES, Family
from taploom.drift.listing.tables import ListedTable
from taploom.drift.model import Consequence, Row, Subject, Word
from taploom.drift.ruleset.compare import Key, wanted_tables
from taploom.drift.ruleset.consequences import Effects, Known, gravest_first, uncertain
from taploom.drift.ruleset.marked import Assumption, Marks, evaluable, marked
from taploom.drift.ruleset.readable import readable
from taploom.drift.view import View
from taploom.flows.algebra.spans import Spans, of_prefix, united

_ROUTED = ("inet", "ip", "ip6")
_MOST = 16
"""The maximum number of foreign tables to evaluate; each takes about as long as the proof of the host's ruleset."""
_TOO_MANY = "the host has too many foreign tables, so taploom does not evaluate this one"
_UNREAD = "it has conditions that taploom cannot read, so its effect may be smaller"


def rows(view: View) -> Iterator[Row]:
    """A row for each foreign table that changes the treatment of packets that the plan judges."""
    if view.facts.ruleset is None:
        return
    wanted = wanted_tables(view.host)
    ours = [one for one in view.facts.ruleset if _key(one) in wanted]
    asked = 0
    for one in view.facts.ruleset:
        family, name = _key(one)
        if (family, name) in wanted:
            continue
        unclear = _unclear(one)
        known: tuple[Consequence, ...] = ()
        if family in _ROUTED and _hooked(one):
            asked += 1
            known = tuple(each.consequence for each in _known(view, ours, one)) if asked <= _MOST else ()
            unclear = unclear if asked <= _MOST else _TOO_MANY
        if known or unclear:
            message = f"a table of another program changes how packets are treated: {family} {name}"
            row = view.row(Word.FOREIGN, Subject.TABLE, f"{family} {name}", message, None, "", _hooks(one))
            yield replace(row, consequences=gravest_first(known), note=unclear or (_UNREAD if _unread(one) else ""))


def _key(one: ListedTable) -> Key:
    return one.table.family, one.table.name


def _known(view: View, ours: Sequence[ListedTable], other: ListedTable) -> Iterator[Known]:
    """The consequences of a foreign table; those that depend on an unreadable statement are marked uncertain."""
    base = Ruleset(tuple(marked(one, Marks()) for one in ours))
    other = readable(other, view.host)
    assumed = dict.fromkeys(Ruleset((*base.tables, marked(other, Marks(), assumption))) for assumption in Assumption)
    effects = Effects(view.plan, view.host, {family: _elsewhere(view, family) for family in FAMILIES})
    yield from uncertain([effects.of_packets(live, base) for live in assumed])


def _elsewhere(view: View, family: Family) -> Spans:
    """The addresses behind links that the plan does not have, such as addresses of containers."""
    routes = (each for each in view.facts.routes or () if each.family is family and each.to.length)
    return united(of_prefix(each.to) for each in routes if each.device and each.device not in view.devices)


def _hooked(one: ListedTable) -> bool:
    return any(chain.base for chain in one.table.chains)


def _hooks(one: ListedTable) -> str:
    """The base chains of a table as text, each with its hook and policy."""
    bases = [(chain.name, chain.base) for chain in one.table.chains]
    return ", ".join(f"{name}: {base.type} {base.hook}, policy {base.policy.value}" for name, base in bases if base)


def _unread(one: ListedTable) -> bool:
    return any(rule.unknown for rules in one.rules.values() for rule in rules)


def _unclear(one: ListedTable) -> str:
    """Why the effect of a table is unknown: it drops packets at a hook that taploom does not evaluate. Else ""."""
    family = one.table.family
    for chain in one.table.chains:
        outside = chain.base is not None and (family not in _ROUTED or not evaluable(chain, family))
        policy = chain.base.policy if chain.base else VerdictKind.ACCEPT
        if outside and family != "netdev" and (policy is VerdictKind.DROP or _drops(chain.rules)):
            return f"chain {chain.name} drops packets at a hook that taploom does not evaluate"
    return ""


def _drops(rules: Sequence[Rule]) -> bool:
    return any(map(_is_drop, (statement for rule in rules for statement in rule.statements)))


def _is_drop(statement: Statement) -> bool:
    return isinstance(statement, VerdictStatement) and statement.kind is VerdictKind.DROP
