"""Policy entries with prefixes of one family in `from` or `to`, although the other key selects both families."""

from collections.abc import Iterator

from taploom.base.address import FAMILIES, Family
from taploom.base.frozen import dataclass
from taploom.checks.context import Context
from taploom.checks.selecting import Selecting
from taploom.spec.values import Selector


@dataclass(frozen=True, slots=True)
class OneFamily:
    """A policy entry with prefixes of one family only in `from` or `to`.

    Attributes:
        key: the key with these prefixes, `from` or `to`.
        family: the family of all these prefixes.
    """

    name: str
    key: str
    family: Family


def one_family_ends(context: Context, *, deny: bool) -> Iterator[OneFamily]:
    """All allows, or all denies, with prefixes of one family in a key although the other key selects both families."""
    selecting: Selecting | None = None
    for name, entry in sorted(context.document.policy.items()):
        if (entry.deny is not None) is not deny:
            continue
        for key, end, twin in (("from", entry.from_, entry.to), ("to", entry.to, entry.from_)):
            if not all(selector.kind in ("prefix", "address", "name") for selector in end):
                continue
            families = _literal(context, end)
            if len(families) == 1:
                selecting = selecting or Selecting.of(context)
                if selecting.families(selecting.space(twin)) == frozenset(FAMILIES):
                    yield OneFamily(name, key, min(families))


def _literal(context: Context, end: tuple[Selector, ...]) -> set[Family]:
    """The families of a key's prefixes, literal or named; empty if the key also selects anything else."""
    found: set[Family] = set()
    for selector in end:
        if selector.prefix is not None:
            found.add(selector.prefix.family)
        elif selector.name in context.document.addresses:
            found |= {prefix.family for prefix in context.document.addresses[selector.name].prefixes}
        else:
            return set()
    return found
