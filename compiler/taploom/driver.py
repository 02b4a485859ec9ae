"""Runs the stages in their order: from a folder of specs to a plan and its files."""

from collections.abc import Iterable, Mapping
from itertools import starmap
from pathlib import Path

from taploom.backends.artifact import Artifact, Line, Printed
from taploom.base.diagnostic import Diagnostic, Report
from taploom.base.frozen import dataclass
from taploom.flows.proof.codes import DISPROVED
from taploom.passes.codes import LOCK_LACKS
from taploom.passes.lock import FILE, Lock, read_lock
from taploom.passes.pipeline import PassResults, run
from taploom.passes.waive import waive
from taploom.plan.guest import Guest
from taploom.plan.host import Host
from taploom.plan.json import plan_lines
from taploom.plan.site import Plan
from taploom.proving import Proof
from taploom.source.characters import printable_path
from taploom.source.files import SourceSet, decoded, incomplete, load, load_blobs, read_text
from taploom.source.listing import readable
from taploom.source.repository_folder import misplaced
from taploom.spec.document import Document, read_document


@dataclass(frozen=True, slots=True)
class Compiled:
    """The result of a compilation; every command works from it.

    Attributes:
        source: the files that were read.
        document: the site as the specs describe it, resolved.
        plan: the plan of all sound parts of the site; it may be rendered only if `failed` is false.
        lock: the lock that `taploom lock` would write: with the missing entries and with tombstones.
        diagnostics: all findings in reading order, waived ones marked; findings about missing lock entries come last.
        printed: all files of the rendered tree except its manifests, in any order; () without `render`, or if the
            compilation failed.
    """

    source: SourceSet
    document: Document
    plan: Plan
    lock: Lock
    diagnostics: tuple[Diagnostic, ...]
    printed: tuple[Printed, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether there is an error, so that taploom must not write any file."""
        return Report(list(self.diagnostics)).failed

    @property
    def disproved(self) -> bool:
        """Whether the proof of a ruleset failed, which is a bug in taploom and not a mistake of the user."""
        return any(diagnostic.rule == DISPROVED for diagnostic in self.diagnostics)


def compile_site(specs: Path, *, now: int, prove: bool = True, render: bool = False) -> Compiled:
    """Compile a site; a user's mistake becomes a diagnostic, never an exception.

    Args:
        specs: folder of the site.
        now: seconds since the epoch, for findings about expiry; the plan does not depend on it.
        prove: whether to prove the rulesets against the policy; a command that renders nothing may skip the proof.
        render: whether to print the files, too; the process that proves a host also prints the files of the host.
    """
    report = Report()
    source = load(specs, report)
    if source.empty:
        from taploom.diff.submodules import refuse_absent  # only an empty folder may be an absent submodule

        refuse_absent(specs, source.empty, report)
    locked = "" if misplaced(specs) else read_text(specs / FILE, report)
    return _compiled(source, locked, report, now, prove=prove, render=render)


def compile_blobs(
    blobs: Mapping[str, bytes],
    folder: str,
    *,
    now: int,
    prove: bool = True,
    sizes: Mapping[str, int] | None = None,
    refused: Iterable[Diagnostic] = (),
) -> Compiled:
    """Compile a site whose files are in memory, such as another revision of it, as `compile_site` does.

    Args:
        blobs: content of the site's files by path, including the lock.
        folder: the folder with which the paths begin.
        now: as for `compile_site`.
        prove: as for `compile_site`.
        sizes: sizes in bytes by path, if some files are too large to be among `blobs`.
        refused: findings about paths that are not among `blobs`.
    """
    report = Report()
    report.extend(refused)
    source = load_blobs(blobs, folder, report, sizes)
    path = f"{folder}/{FILE}"
    readable({path: (sizes or {}).get(path, 0)}, report)
    locked = decoded(blobs.get(path, b""), printable_path(path), report) or ""
    return _compiled(source, locked, report, now, prove=prove)


def _compiled(
    source: SourceSet, locked: str, report: Report, now: int, *, prove: bool, render: bool = False
) -> Compiled:
    document = read_document(source, report)
    lock = read_lock(locked, f"{source.folder}/{FILE}", report)
    if incomplete(source, report) or not document.whole:  # references to missing parts would look like mistakes
        passed = run(document, lock, Report())
        return Compiled(source, passed.document, passed.plan, passed.allocation.lock, report.sorted())
    passed = run(document, lock, report)
    proof = Proof(passed.plan) if prove and render and not report.failed else None
    _check(passed, now, report)
    printed = _proven(passed, proof, report) if prove else ()
    plan, diagnostics = waive(passed, report)
    return Compiled(source, passed.document, plan, passed.allocation.lock, _in_turn(diagnostics), printed)


def _check(passed: PassResults, now: int, report: Report) -> None:
    from taploom.checks import Context, findings  # imported late: the worker processes of the proof already run

    report.extend(findings(Context(passed.document, passed.plan, now)))


def _proven(passed: PassResults, begun: Proof | None, report: Report) -> tuple[Printed, ...]:
    """Add the findings of the proof to the report; return the files of the site if `begun` is a proof that succeeds."""
    if report.failed:
        if begun:
            begun.drop()
        return ()
    if begun is None:
        from taploom.flows.proof.proof import disproved  # only a site without errors pays for this import

        report.extend(disproved(passed.plan))
        return ()
    found, printed = begun.done(waive(passed, report)[0])
    report.extend(found)
    return printed


def _in_turn(diagnostics: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
    """The diagnostics, with findings about missing lock entries at the end, or without them if there is another error.

    With another error, `taploom lock` would refuse to run, and running it would not correct that error.
    """
    left = tuple(diagnostic for diagnostic in diagnostics if diagnostic.rule != LOCK_LACKS)
    lacks = tuple(diagnostic for diagnostic in diagnostics if diagnostic.rule == LOCK_LACKS)
    return left if Report(list(left)).failed else (*left, *lacks)


def rendered(plan: Plan) -> tuple[Artifact, ...]:
    """Every file of the rendered tree except its manifests, sorted by path."""
    from taploom.backends.targets import artifacts_of  # only rendering pays for the import of every backend

    whole = Artifact("plan.json", tuple(starmap(Line, plan_lines(plan))))
    machines: tuple[Host | Guest, ...] = (*plan.hosts, *plan.guests)
    files = (artifact for machine in machines for artifact in artifacts_of(machine))
    return tuple(sorted((whole, *files), key=lambda artifact: artifact.path))
