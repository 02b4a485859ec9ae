"""One difference of two rulesets in form."""

from taploom.base.frozen import dataclass
from taploom.drift.model import Subject
from taploom.plan.origin import Origin, object_of


@dataclass(frozen=True, slots=True)
class Divergence:
    """One difference in form.

    Attributes:
        place: the table and chain or set.
        expected: the text of the plan, as nft writes it; "" for an addition.
        found: the text of the kernel; "" for a removal.
        origin: the entry that causes the planned text; for an addition, the entry of the chain, set or table around it.
        names: stable names of the entries that no longer decide, or no longer alone, such as `policy/web`.
        handle: chain and handle of a rule that was added, or None.
        key: set and key of an element that was added or leads elsewhere, or None.
        chain: name of a chain that was added, or "".
        unread: the part of an added rule that cannot be read, or "".
        outside: whether it is a chain at a hook that is not evaluated.
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
    """The stable name of the object that an entry belongs to, such as `policy/web`; empty if there is none."""
    name = object_of(origin.entry) if origin else ""
    return frozenset({name}) if name else frozenset()
