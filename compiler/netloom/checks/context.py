"""What a check looks at."""

from dataclasses import dataclass

from netloom.plan.site import Plan
from netloom.spec.document import Document


@dataclass(frozen=True, slots=True)
class Context:
    """The site, as spec and as plan.

    Attributes:
        document: resolved; gives the places to point at.
        plan: of all that is sound.
        now: seconds since the epoch, for expiry.
    """

    document: Document
    plan: Plan
    now: int

    def broken(self, *sections: str) -> bool:
        """Whether entries of a section were left out: reported already, they might be what a check misses."""
        places = self.document.places
        return any(places.names(section).keys() - getattr(self.document, section).keys() for section in sections)
