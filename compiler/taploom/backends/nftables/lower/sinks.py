"""Chains in which refused packets end: all are counted, and at most a few per second are logged."""

from taploom.backends.nftables.fields import Field
from taploom.backends.nftables.idents import ident
from taploom.backends.nftables.lower.idioms import DROP, drop, on
from taploom.backends.nftables.tree import (
    Chain,
    Count,
    LimitRate,
    Log,
    Rule,
)
from taploom.backends.nftables.values import Word
from taploom.plan.origin import Origin

FORWARD, INPUT, INVALID = ident("drop", "forward"), ident("drop", "input"), ident("drop", "invalid")


def sink(name: str, what: str, origin: Origin, *silent: Rule) -> Chain:
    """A chain that drops all packets and logs some of them; packets that `silent` rules drop are never logged."""
    log = Rule((LimitRate(5, "second", 10), Log(f"taploom {what} drop: ")), "", origin)
    return Chain(name, (*silent, log, Rule((Count(name), DROP), "", origin)), None, origin)


def noise(origin: Origin) -> Rule:
    """The rule that drops broadcasts and multicasts without a log, as every link is full of them."""
    return drop(INPUT, on(Field.FIB_TYPE, Word("broadcast"), Word("multicast")), origin=origin)


def invalid(origin: Origin) -> Chain:
    """The chain that drops packets that belong to no connection and begin none."""
    return Chain(INVALID, (Rule((Count(INVALID), DROP), "", origin),), None, origin)
