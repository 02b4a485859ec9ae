"""Where refused packets end: counted, and logged at a rate that no flood can raise."""

from taploom.backends.nftables.fields import Field
from taploom.backends.nftables.idents import ident
from taploom.backends.nftables.lower.frame import DROP, drop, on
from taploom.backends.nftables.tree import (
    Chain,
    Count,
    Limit,
    Log,
    Rule,
)
from taploom.backends.nftables.values import Word
from taploom.plan.origin import Origin

FORWARD, INPUT, INVALID = ident("drop", "forward"), ident("drop", "input"), ident("drop", "invalid")


def sink(name: str, what: str, origin: Origin, *silent: Rule) -> Chain:
    """A chain that logs some of what comes, and drops all of it; what `silent` rules drop is not logged."""
    log = Rule((Limit(5, "second", 10), Log(f"taploom {what} drop: ")), "", origin)
    return Chain(name, (*silent, log, Rule((Count(name), DROP), "", origin)), None, origin)


def noise(origin: Origin) -> Rule:
    """Broadcasts and multicasts that nobody asked for: every link is full of them."""
    return drop(INPUT, on(Field.FIB_TYPE, Word("broadcast"), Word("multicast")), origin=origin)


def invalid(origin: Origin) -> Chain:
    """What belongs to no connection and begins none."""
    return Chain(INVALID, (Rule((Count(INVALID), DROP), "", origin),), None, origin)
