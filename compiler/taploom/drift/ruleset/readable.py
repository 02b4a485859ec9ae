"""Makes rules evaluable: statements that the evaluation cannot read are moved to `unknown` of their rule."""

from collections.abc import Container
from dataclasses import replace

from taploom.backends.nftables.tree import Rule, Ruleset
from taploom.drift.listing.tables import ListedRule, ListedTable
from taploom.drift.ruleset.text import rule_text
from taploom.flows.packets.clock import Clock
from taploom.flows.proof.ruleset.stages import moments
from taploom.flows.proof.ruleset.unreadable import guards, unreadable
from taploom.plan.host import Host

Handle = tuple[str, int]
"""Chain and handle of a rule."""


def readable(listed: ListedTable, host: Host, asked: Container[Handle] | None = None) -> ListedTable:
    """The table with rules that can be evaluated.

    Args:
        listed: the table in the kernel.
        host: the host in the plan.
        asked: chain and handle of the foreign rules, if only these are examined; None to examine all rules.
    """
    table = listed.table
    clock, asking = Clock.of(moments(Ruleset((table,)))), guards(table)
    sets = {one.name: one for one in table.sets}

    def checked(one: ListedRule) -> ListedRule:
        if asked is not None and (one.chain, one.handle) not in asked:
            return one
        left_out = unreadable(table, one.rule, host, clock, guarding=one.chain in asking)
        if not left_out:
            return one
        texts = tuple(rule_text(Rule((statement,)), sets) for statement in left_out)
        kept = tuple(statement for statement in one.rule.statements if statement not in left_out)
        return replace(one, rule=replace(one.rule, statements=kept), unknown=(*one.unknown, *texts))

    rules = {name: tuple(map(checked, known)) for name, known in listed.rules.items()}
    chains = tuple(replace(chain, rules=tuple(one.rule for one in rules[chain.name])) for chain in table.chains)
    return replace(listed, table=replace(table, chains=chains), rules=rules)
