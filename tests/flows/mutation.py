"""Functions that put a single fault into a ruleset, like a bug in the lowering."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from taploom.backends.nftables.tree import Chain, Element, Rule, Ruleset, Set, Statement, Table

EditRule = Callable[[Rule], Rule | None]


def in_tables(ruleset: Ruleset, edit: Callable[[Table], Table], family: str = "inet") -> Ruleset:
    return Ruleset(tuple(edit(table) if table.family == family else table for table in ruleset.tables))


def chains(ruleset: Ruleset, edit: Callable[[Chain], Chain], family: str = "inet") -> Ruleset:
    return in_tables(ruleset, lambda t: replace(t, chains=tuple(map(edit, t.chains))), family)


def sets(ruleset: Ruleset, edit: Callable[[Set], Set], family: str = "inet") -> Ruleset:
    return in_tables(ruleset, lambda t: replace(t, sets=tuple(map(edit, t.sets))), family)


def rules(ruleset: Ruleset, edit: EditRule, chain: str = "", family: str = "inet") -> Ruleset:
    def edited(found: Chain) -> Chain:
        if chain and found.name != chain:
            return found
        kept = (edit(rule) for rule in found.rules)
        return replace(found, rules=tuple(rule for rule in kept if rule is not None))

    return chains(ruleset, edited, family)


def without_rules(ruleset: Ruleset, comment: str, chain: str = "", family: str = "inet") -> Ruleset:
    return rules(ruleset, lambda rule: None if rule.comment == comment else rule, chain, family)


def drop_rule(ruleset: Ruleset, chain: str, at: int, family: str = "inet") -> Ruleset:
    def edited(found: Chain) -> Chain:
        if found.name != chain:
            return found
        kept = list(found.rules)
        del kept[at]
        return replace(found, rules=tuple(kept))

    return chains(ruleset, edited, family)


def swap_rules(ruleset: Ruleset, chain: str, one: int, other: int) -> Ruleset:
    def edited(found: Chain) -> Chain:
        if found.name != chain:
            return found
        kept = list(found.rules)
        kept[one], kept[other] = kept[other], kept[one]
        return replace(found, rules=tuple(kept))

    return chains(ruleset, edited)


def elements(ruleset: Ruleset, name: str, edit: Callable[[Element], Element | None], family: str = "inet") -> Ruleset:
    def edited(found: Set) -> Set:
        if found.name != name:
            return found
        kept = (edit(element) for element in found.elements)
        return replace(found, elements=tuple(element for element in kept if element is not None))

    return sets(ruleset, edited, family)


def statements(rule: Rule, edit: Callable[[Statement], Statement | None]) -> Rule:
    kept = (edit(statement) for statement in rule.statements)
    return replace(rule, statements=tuple(statement for statement in kept if statement is not None))


def named(ruleset: Ruleset, family: str = "inet") -> Iterator[str]:
    return (chain.name for table in ruleset.tables if table.family == family for chain in table.chains)
