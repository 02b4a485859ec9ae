"""The ports of named services: the site's own, which may refer to one another, and the built-in ones."""

from collections.abc import Iterable, Mapping
from operator import attrgetter

from taploom.base.frozen import dataclass
from taploom.plan.policy import Service
from taploom.plan.services import BUILT_IN
from taploom.spec.document import Document
from taploom.spec.model.policy import PolicySpec
from taploom.spec.values import ServiceRef

MOST = 100_000
"""Maximum number of port ranges of all services of a site together.

The same bound holds for all policy entries together, and for all forwards together. If each service of a chain names
the next one and adds a port, the number grows with the square of the chain's length. No site that people wrote comes
near the bound, and a proof beyond it would take minutes.
"""
_ORDER = attrgetter("protocol", "first", "last")
Meaning = tuple[Service, ...] | None
"""Sorted services; () for any; None for a name with a circular definition or beyond the bound."""


@dataclass(frozen=True, slots=True)
class Services:
    """The protocols and ports of services, the site's and the built-in ones.

    Attributes:
        meanings: protocols and ports of each service of the site.
        beyond: services left out because the services before them in the alphabet reached the bound.
    """

    meanings: Mapping[str, Meaning]
    beyond: tuple[str, ...] = ()

    @classmethod
    def of(cls, document: Document) -> "Services":
        """Resolve every service once; without recursion, since a chain of names may be long."""
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
        """The protocols and ports of some references together."""
        found: set[Service] = set()
        for ref in refs:
            part = ref.literal if ref.literal is not None else self._named(ref.text)
            if part == ():
                return ()
            found.update(part or ())
        return tuple(sorted(found, key=_ORDER)) or None

    def affordable(self, entries: Iterable[tuple[str, tuple[ServiceRef, ...]]]) -> dict[str, Meaning]:
        """The protocols and ports of entries, by name; entries beyond the bound are left out.

        Args:
            entries: names with the services that they refer to, in the order in which they count towards the bound.
        """
        meanings: dict[str, Meaning] = {}
        left = MOST
        for name, refs in entries:
            meant = self.expand(refs)
            left -= len(meant or ())
            if left < 0:
                return meanings
            meanings[name] = meant
        return meanings

    def _named(self, name: str) -> Meaning:
        return BUILT_IN[name] if name in BUILT_IN else self.meanings.get(name)


def traffic(policy: Mapping[str, PolicySpec]) -> Iterable[tuple[str, tuple[ServiceRef, ...]]]:
    """The services that each policy entry refers to, in alphabetical order of the entries."""
    return ((name, spec.deny if spec.deny is not None else spec.allow or ()) for name, spec in sorted(policy.items()))
