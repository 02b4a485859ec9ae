"""The type of one difference between the objects of two rulesets."""

from taploom.base.frozen import dataclass
from taploom.drift.model import Subject
from taploom.plan.origin import Origin, object_of


@dataclass(frozen=True, slots=True)
class Divergence:
    """One difference between a planned and a listed object: a table, chain, rule, set or element.

    Attributes:
        place: table, with the chain or set.
        message: the difference as a sentence.
        expected: planned object in the syntax of nft; "" for an addition.
        found: object in the kernel in the syntax of nft; "" for a removal.
        origin: entry that causes the planned object; for an addition, the entry of the chain, set or table around it.
        names: stable names of the entries whose decisions the difference may disable, such as `policy/web`.
        handle: chain and handle of a rule that was added, or None.
        key: set and key of an element that was added or has other data, or None.
        chain: name of a chain that was added, or "".
        unread: the part of an added rule that cannot be read, or "".
        outside: whether an added chain is at a hook that taploom does not evaluate.
    """

    subject: Subject
    place: str
    message: str
    expected: str
    found: str
    origin: Origin | None
    names: frozenset[str] = frozenset()
    handle: tuple[str, int] | None = None
    key: tuple[str, tuple[object, ...]] | None = None
    chain: str = ""
    unread: str = ""
    outside: bool = False


def names_of(origin: Origin | None) -> frozenset[str]:
    """The stable name of the object to which an entry belongs, such as `policy/web`; empty if there is none."""
    name = object_of(origin.entry) if origin else ""
    return frozenset({name}) if name else frozenset()
