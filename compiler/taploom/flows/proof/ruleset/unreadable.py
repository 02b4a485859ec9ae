"""Finds statements that the evaluation cannot read; the lowering emits none, but rules added by hand may have some."""

from collections.abc import Iterator

from taploom.backends.nftables.fields import Field
from taploom.backends.nftables.tree import (
    Dispatch,
    LimitBy,
    LimitRate,
    Lookup,
    Match,
    Rule,
    Statement,
    Table,
    TcpFlags,
    Translate,
    TranslateBy,
    TranslatePrefix,
    Until,
    VerdictStatement,
)
from taploom.base.address import FAMILIES
from taploom.flows.packets.clock import Clock
from taploom.flows.packets.forwarding import Forwarding
from taploom.flows.packets.frame import ETHER_TYPES, MACS, family_of
from taploom.flows.packets.packet import sizes
from taploom.flows.proof.ruleset.boxes import Conditions, Sets
from taploom.flows.proof.ruleset.frames import FrameReader
from taploom.flows.proof.ruleset.reader import Reader, Situation, UnreadableError
from taploom.plan.host import Host

_SOMEWHERE = "other/"
"""The name that stands for an egress interface when a rule is evaluated after routing."""


def unreadable(table: Table, rule: Rule, host: Host, clock: Clock, *, guarding: bool) -> tuple[Statement, ...]:
    """The statements of a rule that the evaluation cannot read.

    Args:
        table: the table of the rule.
        rule: a rule whose sets are in the table.
        host: the host.
        clock: a clock with each moment at which a rule of the table expires.
        guarding: whether the rule is evaluated in prerouting, where the egress is not known yet.
    """
    sets = Sets({one.name: one for one in table.sets}, {})
    every = list(_conditions(table, sets, host, clock, "" if guarding else _SOMEWHERE))
    found = [statement for statement in rule.statements if not all(_reads(each, statement) for each in every)]
    ends = rule.statements[-1] if rule.statements else None
    if isinstance(ends, Translate | TranslateBy | TranslatePrefix | Dispatch):  # rates before these are ignored
        found += (one for one in rule.statements if isinstance(one, LimitRate | LimitBy))
    return tuple(found)


def _conditions(table: Table, sets: Sets, host: Host, clock: Clock, egress: str) -> Iterator[Conditions]:
    if table.family == "bridge":
        for ether in ETHER_TYPES:
            family = family_of(ether)
            kernel, situation = Forwarding.of(host, family), Situation("", egress, ether)
            reader = FrameReader(kernel, clock, situation, Reader(kernel, clock, situation))
            yield Conditions(reader, sets, (*sizes(family, 0, clock.phases), MACS, MACS))
        return
    for family in FAMILIES:
        kernel = Forwarding.of(host, family)
        reads = Reader(kernel, clock, Situation("", egress))
        yield Conditions(reads, sets, sizes(family, len(kernel.learned), clock.phases))


def _reads(conditions: Conditions, statement: Statement) -> bool:
    try:
        match statement:
            case Match() | Lookup() | TcpFlags() | Until():
                conditions.of(statement)
            case Dispatch(fields, name) | TranslateBy(_, fields, name):
                conditions.elements(fields, name)
            case _:
                pass
    except UnreadableError:
        return False
    return not _of_frames_alone(conditions, statement)


def _of_frames_alone(conditions: Conditions, statement: Statement) -> bool:
    """Whether a statement matches fields that only frames have, in a table of another family than `bridge`."""
    if isinstance(conditions.reader, FrameReader) or not isinstance(statement, Match | Lookup):
        return False
    return not _FRAMES.isdisjoint(statement.fields)


_FRAMES = frozenset({Field.ETHER_TYPE, Field.ETHER_SADDR, Field.ARP_ETHER, Field.ARP_IP, Field.ND_TARGET})


def guards(table: Table) -> frozenset[str]:
    """The names of the chains of a table that are evaluated in prerouting."""
    chains = {chain.name: chain for chain in table.chains}
    maps = {one.name: one for one in table.sets}
    found: set[str] = set()
    open_ = [chain.name for chain in table.chains if chain.base and chain.base.hook == "prerouting"]
    while open_:
        name = open_.pop()
        if name in found or name not in chains:
            continue
        found.add(name)
        for statement in (statement for rule in chains[name].rules for statement in rule.statements):
            if isinstance(statement, VerdictStatement):
                open_.append(statement.chain)
            elif isinstance(statement, Dispatch):
                data = (element.data for element in maps[statement.map].elements)
                open_ += (verdict.chain for verdict in data if isinstance(verdict, VerdictStatement))
    return frozenset(found)
