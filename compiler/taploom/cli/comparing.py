"""Compiles the two sides that `plan` compares: revisions, folders, or plan.json files, as the user names them.

Rulesets are not proved here; `validate` and `render` prove them.
"""

import os
from collections.abc import Mapping
from dataclasses import field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from taploom.base.diagnostic import Diagnostic
from taploom.base.frozen import dataclass
from taploom.base.parallel import beside
from taploom.cli.now import now
from taploom.cli.revision_names import is_path, named, or_folder
from taploom.cli.wrong import unusable
from taploom.diff.change import ComparedPlan, compare
from taploom.diff.classes import Class
from taploom.diff.gates import NO_GATES, Gates
from taploom.diff.git import RevisionError
from taploom.diff.model import Change
from taploom.diff.revisions import commit_of, merge_base, revision
from taploom.driver import Compiled, compile_blobs, compile_site
from taploom.plan.origin import Origin
from taploom.plan.read import PlanTextError, read_plan
from taploom.plan.site import Plan
from taploom.source.characters import printable_path
from taploom.source.repository_folder import misplaced

if TYPE_CHECKING:
    from taploom.spec.document import Document

_PLAN_BYTES = 256 << 20
"""Maximum number of bytes of a plan.json: ten times the plan of 10,000 guests."""
_NO_SITE = Plan("", "", (), (), (), (), (), (), (), (), (), Origin("site", None, "none"))


class NoSpecsError(RevisionError):
    """The revision exists, but has no specs."""


@dataclass(frozen=True, slots=True)
class ComparedSpecs:
    """One compiled side of a comparison. A child process sends it to the parent, so it has only data for reports.

    Attributes:
        label: its name in reports.
        plan: its plan.
        diagnostics: the findings about it.
        sound: whether it compiles without an error.
        texts: texts of its spec files by path, for snippets in findings; empty if it compiled or is a plan.json.
        gates: the thresholds of its gates.
        moves: the old `kind/name` of each object with `moved-from`, by its new `kind/name`.
        waived: the reasons of waived gates, by gate, or by gate and object.
        commit: full object name of its commit, or "".
        inside: path of its folder of specs, relative to the top of the repository.
    """

    label: str
    plan: Plan
    diagnostics: tuple[Diagnostic, ...] = ()
    sound: bool = True
    texts: Mapping[str, str] = field(default_factory=dict)
    gates: Gates = NO_GATES
    moves: Mapping[str, str] = field(default_factory=dict)
    waived: Mapping[str, str] = field(default_factory=dict)
    commit: str = ""
    inside: str = ""

    @property
    def side(self) -> ComparedPlan:
        """The parts of this side that are compared."""
        return ComparedPlan(self.label, self.plan, self.sound, self.gates, self.moves, self.waived)


def subjects(specs: Path, words: tuple[str, ...], *, exact: bool) -> tuple[ComparedSpecs, ComparedSpecs]:
    """Compile both sides of a comparison.

    Args:
        specs: folder of the specs.
        words: nothing (HEAD against the working tree), `BASE`, `BASE..HEAD`, or two sides; `./x`, `../x`, `/x` and
            `x.json` are paths, and everything else is a revision.
        exact: compare with BASE itself instead of the merge base of BASE and HEAD.

    Raises:
        RevisionError: a name is neither a revision nor a folder of specs.
        PlanTextError: a file is no plan.json.
    """
    base, head = named(words)
    if head is None:
        before = beside(lambda: _base(specs, base, "HEAD", exact=exact))
        after = _compiled(specs, str(specs))
        return before(), after
    later = beside(lambda: side(specs, head))
    return _base(specs, base, head, exact=exact), later()


def change_of(before: ComparedSpecs, after: ComparedSpecs) -> Change:
    """The differences between two sides."""
    return compare(before.side, after.side)


def _base(specs: Path, base: str, head: str, *, exact: bool) -> ComparedSpecs:
    if is_path(base) or is_path(head) or exact:
        return side(specs, base)
    with or_folder(base, head):
        return revision_of(specs, base, merge_base(specs, base, head))


def side(specs: Path, word: str) -> ComparedSpecs:
    """Compile one side.

    Args:
        specs: folder of the specs.
        word: a single side, in a form that `subjects` accepts.

    Raises:
        RevisionError: `word` is neither a revision nor a folder of specs.
        PlanTextError: a file is no plan.json.
    """
    if word == os.devnull:  # git passes this to external diffs for a file that does not exist
        return ComparedSpecs("nothing", _NO_SITE)
    if not is_path(word):
        with or_folder(word):
            return revision_of(specs, word, commit_of(specs, word))
    if word.endswith(".json"):
        return ComparedSpecs(word, read_plan(_plan_text(Path(word))))
    if not (Path(word).is_dir() or misplaced(Path(word))):
        raise RevisionError(f"`{word}` is no folder of specs; {os.devnull} stands for a site that does not exist")
    return _compiled(Path(word), word)


def sound_side(specs: Path, word: str) -> ComparedSpecs:
    """Compile one side, and refuse a side that has errors.

    Args:
        specs: folder of the specs.
        word: as in `side`.

    Raises:
        UsageError: there is no such plan, or it does not compile.
    """
    try:
        found = side(specs, word)
    except (RevisionError, PlanTextError) as error:
        raise unusable(error) from None
    if not found.sound:
        raise click.UsageError(f"{found.label} does not compile, so no host can have its files.")
    return found


def _plan_text(path: Path) -> str:
    """The text of a plan.json, with a limit of its size, since the file may come from an untrusted source."""
    try:
        with path.open("rb") as file:
            raw = file.read(_PLAN_BYTES + 1)
    except OSError as error:
        raise PlanTextError(f"{printable_path(str(path))} cannot be read: {error.strerror}") from None
    if len(raw) > _PLAN_BYTES:
        raise PlanTextError(f"{printable_path(str(path))} has more than {_PLAN_BYTES >> 20} MiB")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise PlanTextError(f"{printable_path(str(path))} is not UTF-8") from None


def _compiled(folder: Path, label: str) -> ComparedSpecs:
    return subject_of(label, compile_site(folder, now=now(), prove=False))


def subject_of(label: str, site: Compiled) -> ComparedSpecs:
    """A compiled site as one side; `label` is its name in reports."""
    gates, waived = _gates(site.document)
    texts = {} if not site.failed else {file.path: file.text for file in site.source.files}
    return ComparedSpecs(
        label, site.plan, site.diagnostics, not site.failed, texts, gates, _moves(site.document), waived
    )


def revision_of(specs: Path, name: str, commit: str) -> ComparedSpecs:
    """Compile a commit as one side.

    Args:
        specs: folder of the specs.
        name: its name in reports.
        commit: its full object name.

    Raises:
        NoSpecsError: the commit has no specs in that folder.
        RevisionError: the commit cannot be read.
    """
    found = revision(specs, name, commit)
    if not (found.sizes or found.refused):
        raise NoSpecsError(f"`{name}` has no specs in {specs}: `--specs DIR` names their folder")
    site = compile_blobs(found.blobs, found.folder, now=now(), prove=False, sizes=found.sizes, refused=found.refused)
    short = commit[:7]
    subject = subject_of(short if commit.startswith(name) else f"{name}@{short}", site)
    return replace(subject, commit=commit, inside=found.inside)


def _moves(document: "Document") -> dict[str, str]:
    """The old `kind/name` of each object with `moved-from`, by its new `kind/name`."""
    sections = (
        ("zone", document.zones),
        ("network", document.networks),
        ("host", document.hosts),
        ("guest", document.guests),
        ("forward", document.forwards),
        ("policy", document.policy),
        ("address", document.addresses),
        ("service", document.services),
    )
    return {
        f"{kind}/{name}": f"{kind}/{entry.moved_from}"
        for kind, entries in sections
        for name, entry in entries.items()
        if entry.moved_from
    }


def _gates(document: "Document") -> tuple[Gates, Mapping[str, str]]:
    """The thresholds of the site's gates, and the reasons of its waivers by gate, or by gate and object."""
    gates = document.site.gates
    worst = None if gates.max_class is None else Class(gates.max_class)
    return Gates(gates.exposure_owner, worst, gates.max_removed, gates.management), gates.waive


__all__ = [
    "ComparedSpecs",
    "NoSpecsError",
    "PlanTextError",
    "RevisionError",
    "change_of",
    "revision_of",
    "side",
    "sound_side",
    "subject_of",
    "subjects",
]
