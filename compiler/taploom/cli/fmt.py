"""The command `taploom fmt`, which brings specs into canonical form."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from taploom.cli.exits import FINDINGS, FINE, STALE
from taploom.cli.options import check_option, specs_option

if TYPE_CHECKING:
    from taploom.base.diagnostic import Report

_STDIN = "-"
_FILE = click.Path(exists=True, path_type=Path, allow_dash=True)


@click.command("fmt")
@click.argument("files", nargs=-1, type=_FILE, metavar="[FILE]... | -")
@specs_option
@check_option("Change nothing; list the files that are not in canonical form, and exit with 3.")
def command(files: tuple[Path, ...], specs: Path, *, check: bool) -> int:
    """Bring specs into canonical form; comments and order stay.

    Without FILE, formats all specs; with -, formats standard input and prints it.
    """
    from taploom.base.diagnostic import Report
    from taploom.cli.compiling import line_of
    from taploom.cli.rewriting import write_back
    from taploom.cli.terminal import show, tell

    if _STDIN in map(str, files) and len(files) > 1:
        raise click.UsageError("Standard input cannot be combined with files: format the files in another call.")
    for folder in (file for file in files if file.is_dir()):
        raise click.UsageError(f"{folder} is a folder: name its files, or write --specs {folder} for all of its specs.")
    report = Report()
    texts = _texts(files, specs, report)
    changed = _changed(texts, report)
    show(report.sorted(), line_of(texts))
    if report.failed:
        return FINDINGS
    if check:
        tell("".join(f"{path}\n" for path in changed))
        return STALE if changed else FINE
    if _STDIN in texts:
        sys.stdout.write(changed.get(_STDIN, texts[_STDIN]))
        return FINE
    return write_back(changed, {path: f"formatted {path}" for path in changed})


def _texts(files: tuple[Path, ...], specs: Path, report: "Report") -> dict[str, str]:
    """The text of each file that can be read, by path."""
    from taploom.source.characters import printable_path
    from taploom.source.files import decoded, load, read_text
    from taploom.source.listing import FILE_BYTES

    if files == (Path(_STDIN),):
        text = decoded(click.get_binary_stream("stdin").read(FILE_BYTES + 1), _STDIN, report)
        return {} if text is None else {_STDIN: text}
    if files:
        texts = {str(file): read_text(file, report) for file in files}
        unread = {diagnostic.span.file for diagnostic in report.diagnostics if diagnostic.span}
        return {path: text for path, text in texts.items() if printable_path(path) not in unread}
    return {file.path: file.text for file in load(specs, report).files}


def _changed(texts: Mapping[str, str], report: "Report") -> dict[str, str]:
    """Path and canonical text of each file that is not in canonical form."""
    from taploom.cli.terminal import progress
    from taploom.source.rewrite import formatted

    with progress("Formatting"):
        after = {path: formatted(text, path, report) for path, text in texts.items()}
    return {path: text for path, text in after.items() if text != texts[path]}
