"""Compiles sites from texts as the driver does, but without rendering them.

`taploom.driver` also renders; a bug in a renderer must not break the tests of passes and checks.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.words import hold

from taploom.base.diagnostic import Diagnostic, Report
from taploom.checks import Context, findings
from taploom.passes.allocate import allocate
from taploom.passes.lock import EMPTY, FILE, read_lock
from taploom.passes.pipeline import PassResults, run
from taploom.passes.resolve import resolve
from taploom.passes.waive import waive
from taploom.plan.site import Plan
from taploom.source.files import SourceSet, load
from taploom.spec.document import Document, read_document

NOW = 1798761600
"""2027-01-01T00:00:00Z, the fixed current time of all tests."""


@dataclass(frozen=True, slots=True)
class Site:
    """A compiled site.

    Attributes:
        source: the files; their paths begin with `specs/`.
        passed: results of the passes.
        plan: the plan, with used waivers marked.
        diagnostics: all findings, in reading order.
    """

    source: SourceSet
    passed: PassResults
    plan: Plan
    diagnostics: tuple[Diagnostic, ...]

    @property
    def codes(self) -> list[str]:
        """The codes of all findings, in reading order."""
        return [diagnostic.code for diagnostic in self.diagnostics]

    def of(self, code: str) -> list[Diagnostic]:
        """The findings with a code."""
        return [diagnostic for diagnostic in self.diagnostics if diagnostic.code == code]


def read(files: Mapping[str, str], report: Report) -> tuple[SourceSet, Document]:
    """Read a site from texts through a temporary folder, so that spans are those of real files."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        specs = Path("specs")
        for name, text in files.items():
            (specs / name).parent.mkdir(parents=True, exist_ok=True)
            (specs / name).write_text(text, encoding="utf-8")
        source = load(specs, report)
    return source, read_document(source, report)


def compiled(files: Mapping[str, str] | str, lock: str | None = None, now: int = NOW) -> Site:
    """Compile a site. If `lock` is None, the site gets a complete lock.

    Args:
        files: texts by file name, or the text of the only file.
        lock: text of the lock.
        now: seconds since the epoch.
    """
    texts = {"site.yaml": files} if isinstance(files, str) else files
    report = Report()
    source, document = read(texts, report)
    if lock is None:
        quiet = Report()
        full = allocate(resolve(document, quiet)[0], EMPTY, quiet).lock
        passed = run(document, full, report)
    else:
        passed = run(document, read_lock(lock, f"specs/{FILE}", report), report)
    report.extend(findings(Context(passed.document, passed.plan, now)))
    plan, diagnostics = waive(passed, report)
    hold(diagnostics)
    return Site(source, passed, plan, diagnostics)
