"""The revisions of the specs and their changes to the plan, for the page of the last changes."""

from taploom.base.frozen import dataclass
from taploom.diagrams.dot import Graph
from taploom.diagrams.palette import Paint
from taploom.diff.history import Commit
from taploom.diff.model import Change


@dataclass(frozen=True, slots=True)
class Revision:
    """One commit of the specs.

    Attributes:
        change: its effect on the plan; None without a parent, or if this commit or its parent has no readable specs.
        sound: whether its specs compile without an error.
        unread: a sentence that says why this commit or its parent cannot be read; "" if both can be read.
        picture: the graph of both plans laid over each other, and its colours; None if no object changed, if the
            specs before or after have errors, or if no plan has a host.
    """

    commit: Commit
    change: Change | None
    sound: bool
    unread: str = ""
    picture: tuple[Graph, Paint] | None = None


@dataclass(frozen=True, slots=True)
class History:
    """The last revisions, the newest first.

    Attributes:
        missing: a sentence that says why there are no revisions, or no more of them; "" if none is missing.
    """

    revisions: tuple[Revision, ...]
    missing: str = ""

    @property
    def paints(self) -> tuple[Paint, ...]:
        """The colours of the pictures."""
        return tuple(one.picture[1] for one in self.revisions if one.picture)


NO_HISTORY = History((), "The specs are in no git repository.")
