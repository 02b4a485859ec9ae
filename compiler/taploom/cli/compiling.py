"""Compiles a site and shows its findings, for the commands that need a plan."""

from collections.abc import Mapping
from pathlib import Path

from taploom.base.diagnostic import Diagnostic, State
from taploom.base.diagnostic_rule import Severity
from taploom.cli.exits import BugError
from taploom.cli.now import now
from taploom.cli.terminal import progress, say, show
from taploom.driver import Compiled, compile_site
from taploom.report.diagnostics.findings import SourceLine
from taploom.source.characters import lines
from taploom.source.files import SourceSet


def compiled(specs: Path, *, render: bool = False) -> Compiled:
    """Compiles the site of a folder at the current time."""
    with progress(f"Compiling {specs}"):
        return compile_site(specs, now=now(), render=render)


def sound(specs: Path, *, render: bool = False) -> Compiled | None:
    """Compiles the site of a folder and shows its errors and warnings; None if an error stops the command."""
    site = compiled(specs, render=render)
    show(failing(site.diagnostics), source_line(site.source))
    if site.disproved:
        raise BugError
    if site.failed:
        say("nothing was done: an error stops everything")
        return None
    return site


def failing(diagnostics: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
    """Errors and warnings that are not waived; only `validate` shows notes and waived findings."""
    return tuple(d for d in diagnostics if d.state is State.ACTIVE and d.severity is not Severity.NOTE)


def source_line(source: SourceSet) -> SourceLine:
    """A function that finds lines in the compiled texts; the files on disk may have changed since."""
    return line_of({file.path: file.text for file in source.files})


def line_of(texts: Mapping[str, str]) -> SourceLine:
    """A function that finds a line by path and number; it returns None if there is no such line."""

    def line(file: str, number: int) -> str | None:
        text = texts.get(file)
        found = lines(text) if text is not None else ()
        return found[number - 1] if 0 < number <= len(found) else None

    return line
