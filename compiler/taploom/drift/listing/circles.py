"""Detects loops of chains, which no kernel accepts (`nf_tables_check_loops`, net/netfilter)."""

from taploom.backends.nftables.tree import Dispatch, Table, VerdictStatement

_DEEPEST = 32
"""Maximum length of a path of jumps and gotos; the kernel allows 16 jumps (`NFT_JUMP_STACK_SIZE`)."""


def leads_in_circles(table: Table) -> bool:
    """Whether a chain of a table leads back to itself, or through more chains in a row than `_DEEPEST`."""
    maps = {one.name: one for one in table.sets}
    targets: dict[str, frozenset[str]] = {}
    for chain in table.chains:
        found: set[str] = set()
        for statement in (statement for rule in chain.rules for statement in rule.statements):
            if isinstance(statement, VerdictStatement):
                found.add(statement.chain)
            elif isinstance(statement, Dispatch):
                data = (element.data for element in maps[statement.map].elements)
                found |= {verdict.chain for verdict in data if isinstance(verdict, VerdictStatement)}
        targets[chain.name] = frozenset(found - {""})
    level = {chain.name for chain in table.chains}
    for _ in range(_DEEPEST):
        level = {target for name in level for target in targets.get(name, ())}
        if not level:
            return False
    return True
