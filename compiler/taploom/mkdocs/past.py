"""Compiles and compares the last revisions of the specs; while a site is served, no revision is compiled twice."""

from dataclasses import field, replace
from pathlib import Path

from taploom.base.frozen import dataclass
from taploom.cli.comparing import ComparedSpecs, NoSpecsError, change_of, revision_of
from taploom.diagrams.difference import difference_graph, shows
from taploom.diagrams.palette import NO_PAINT, Paint
from taploom.diagrams.policy_changes import policy_graph
from taploom.diff.history import Commit, RevisionError, shallow
from taploom.diff.history import history as commits_of
from taploom.plan.site import Plan
from taploom.site.revision import History, Revision

_CUT = "This clone lacks older commits; `git fetch --unshallow` gets them."


@dataclass(frozen=True, slots=True)
class _RevisionPlans:
    """A revision, and the plans before and after it; `plans` is None if no picture needs them."""

    revision: Revision
    plans: tuple[Plan, Plan] | None = None

    def painted(self, colors: Paint) -> "_RevisionPlans":
        """The revision with a picture in the given colours: the topology if it shows the change, else policy."""
        change = self.revision.change
        if self.plans is None or change is None:
            return self
        picture = (difference_graph if shows(change) else policy_graph)(*self.plans, change, colors)
        return replace(self, revision=replace(self.revision, picture=picture))


@dataclass(slots=True)
class RevisionCache:
    """Caches revisions by the name of their commit, so that a served site compiles no revision twice.

    Attributes:
        rebuilt: whether the site may be built again; if so, plans are kept to draw their pictures in other colours.
        _known: the compiled revisions; None for the oldest commit of a shallow clone, as its parent is not there.
    """

    rebuilt: bool = False
    _known: dict[str, _RevisionPlans | None] = field(default_factory=dict)
    _colors: Paint = NO_PAINT

    def history(self, specs: Path, count: int, paint: Paint = NO_PAINT) -> History:
        """The last revisions; only revisions that are not in the cache are compiled.

        Args:
            specs: folder of the specs.
            count: maximum number of revisions.
            paint: the colours of the site, which pictures of revisions share.
        """
        if paint != self._colors:
            self._known = {name: one and one.painted(paint) for name, one in self._known.items()}
            self._colors = paint
        try:
            commits, cut = commits_of(specs, count), shallow(specs)
            for commit in commits:
                if commit.name not in self._known:
                    self._known[commit.name] = None if cut and not commit.parent else self._compiled(specs, commit)
        except RevisionError as error:
            return History((), f"{str(error) or 'git cannot list the commits of the specs'}.")
        found = tuple(one.revision for commit in commits if (one := self._known[commit.name]))
        return History(found, _CUT if cut and len(found) < count else "")

    def _compiled(self, specs: Path, commit: Commit) -> _RevisionPlans:
        """A revision with its change against its parent; the first commit has no parent, and so no change."""
        try:
            after = _side(specs, commit.name)
            before = _side(specs, commit.parent) if commit.parent else None
        except RevisionError as error:
            return _RevisionPlans(Revision(commit, None, sound=False, unread=f"{error}."))
        if after is None or before is None:
            return _RevisionPlans(Revision(commit, None, after is None or after.sound))
        change = change_of(before, after)
        revision = Revision(commit, change, after.sound)
        if not (before.sound and after.sound and change.objects and (before.plan.hosts or after.plan.hosts)):
            return _RevisionPlans(revision)
        found = _RevisionPlans(revision, (before.plan, after.plan)).painted(self._colors)
        return found if self.rebuilt else replace(found, plans=None)


def _side(specs: Path, commit: str) -> ComparedSpecs | None:
    """The compiled specs of a commit; None if the commit has none."""
    try:
        return revision_of(specs, commit, commit)
    except NoSpecsError:
        return None
