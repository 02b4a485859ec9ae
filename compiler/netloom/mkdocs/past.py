"""Compiles and compares the last revisions of the specs, each once as long as a site is served."""

from dataclasses import dataclass, field
from pathlib import Path

from netloom.cli.comparing import Subject, change_of, revision_of
from netloom.diff.history import Commit, RevisionError, history, shallow
from netloom.site.difference import difference_graph, shows
from netloom.site.palette import NO_PAINT, Paint
from netloom.site.revision import History, Revision

_CUT = "This clone lacks older commits; `git fetch --unshallow` gets them."


@dataclass(slots=True)
class Past:
    """What is known of revisions, by the name of their commit; None for those of which nothing can be told."""

    _known: dict[str, Revision | None] = field(default_factory=dict)

    def told(self, specs: Path, count: int, paint: Paint = NO_PAINT) -> History:
        """The last revisions.

        Args:
            specs: folder of the specs.
            count: how many at most.
            paint: the colours of the site, which pictures of revisions that are not known yet share.
        """
        try:
            commits, cut = history(specs, count), shallow(specs)
            for commit in commits:
                if commit.name not in self._known:
                    self._known[commit.name] = None if cut and not commit.parent else _revision(specs, commit, paint)
        except RevisionError as error:
            return History((), f"{str(error) or 'git cannot tell the history of the specs'}.")
        found = tuple(revision for commit in commits if (revision := self._known[commit.name]))
        return History(found, _CUT if cut and len(found) < count else "")


def _revision(specs: Path, commit: Commit, paint: Paint) -> Revision:
    """One revision against the one before; the first one against nothing, as all of it is new."""
    after = _side(specs, commit.name)
    before = _side(specs, commit.parent) if commit.parent else None
    if after is None or before is None:
        return Revision(commit, None, after is None or after.sound)
    change = change_of(before, after)
    drawable = before.sound and after.sound and shows(change) and bool(before.plan.hosts or after.plan.hosts)
    picture = difference_graph(before.plan, after.plan, change, paint) if drawable else None
    return Revision(commit, change, after.sound, picture)


def _side(specs: Path, commit: str) -> Subject | None:
    """A commit compiled; None where it has no specs."""
    try:
        return revision_of(specs, commit, commit)
    except RevisionError:
        return None
