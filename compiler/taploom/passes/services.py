"""What the names of services mean: the site's own, which may name one another, and the built-in ones."""

from collections.abc import Iterable, Mapping
from operator import attrgetter

from taploom.base.frozen import dataclass
from taploom.plan.policy import Service
from taploom.plan.services import BUILT_IN
from taploom.spec.document import Document
from taploom.spec.model.policy import PolicySpec
from taploom.spec.values import ServiceRef

MOST = 100_000
"""Ranges that the services of a site may come to in all, and so may its policy and its forwards.

A chain of names, each of which adds a port, comes to as many as the square of its length. No site that people wrote
comes near the bound, and one beyond it would take minutes to prove.
"""
_ORDER = attrgetter("protocol", "first", "last")
Meaning = tuple[Service, ...] | None
"""Sorted services; () for any; None for what only a circle of names defines, or what is beyond the bound."""


@dataclass(frozen=True, slots=True)
class Services:
    """What services mean, the site's and the built-in ones.

    Attributes:
        meanings: of each service of the site.
        beyond: services that were left out, as those before them in the alphabet came to the bound.
    """

    meanings: Mapping[str, Meaning]
    beyond: tuple[str, ...] = ()

    @classmethod
    def of(cls, document: Document) -> "Services":
        """Work out every service once; without recursion, since a chain of names may be long."""
        services, meanings = document.services, dict[str, Meaning]()
        beyond: list[str] = []
        left = MOST
        for start in sorted(services):
            path = [] if start in meanings else [start]
            while path:
                name = path[-1]
                if name not in meanings:
                    meanings[name] = None
                    refs = (ref.text for ref in services[name].ports if ref.literal is None)
                    path.extend(text for text in refs if text in services and text not in meanings)
                    continue
                found = cls(meanings).expand(services[path.pop()].ports)
                left -= len(found or ())
                if left < 0:
                    beyond.append(name)
                else:
                    meanings[name] = found
        return cls(meanings, tuple(beyond))

    def expand(self, refs: tuple[ServiceRef, ...]) -> Meaning:
        """The services meant."""
        found: set[Service] = set()
        for ref in refs:
            part = ref.literal if ref.literal is not None else self._named(ref.text)
            if part == ():
                return ()
            found.update(part or ())
        return tuple(sorted(found, key=_ORDER)) or None

    def affordable(self, entries: Iterable[tuple[str, tuple[ServiceRef, ...]]]) -> dict[str, Meaning]:
        """The meaning of entries by name, without those that are beyond the bound.

        Args:
            entries: names with what they say of services, in the order in which they count.
        """
        found: dict[str, Meaning] = {}
        left = MOST
        for name, refs in entries:
            meant = self.expand(refs)
            left -= len(meant or ())
            if left < 0:
                return found
            found[name] = meant
        return found

    def _named(self, name: str) -> Meaning:
        return BUILT_IN[name] if name in BUILT_IN else self.meanings.get(name)


def traffic(policy: Mapping[str, PolicySpec]) -> Iterable[tuple[str, tuple[ServiceRef, ...]]]:
    """What the entries of the policy say of services, by name in the alphabet's order."""
    return ((name, spec.deny if spec.deny is not None else spec.allow or ()) for name, spec in sorted(policy.items()))
