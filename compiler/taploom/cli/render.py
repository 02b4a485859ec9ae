"""The command `taploom render`, which writes the files of all hosts and guests."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from taploom.cli.exits import FINDINGS, FINE, STALE
from taploom.cli.options import check_option, format_option, specs_option

if TYPE_CHECKING:
    from taploom.delivery.comparison import File
    from taploom.driver import Compiled

_OUT = click.Path(path_type=Path)


@click.command("render")
@specs_option
@click.option(
    "-o", "--out", type=_OUT, default=Path("build/plan"), metavar="DIR", show_default=True, help="Folder to write."
)
@check_option("Write nothing; list the files that differ from what would be written, and exit with 3.")
@click.option("--force", is_flag=True, help="Replace files in the folder that taploom did not write, and edited ones.")
@format_option("text", "json")
def command(specs: Path, out: Path, form: str, *, check: bool, force: bool) -> int:
    """Write the files of all hosts and guests into a folder.

    Only files whose bytes changed are written, and only files that taploom wrote are replaced or removed. If the
    specs have an error, nothing is written.
    """
    from taploom.cli.compiling import sound
    from taploom.cli.terminal import progress, say
    from taploom.delivery.layout import tree_of

    site = sound(specs, render=True)
    if site is None:
        say("Nothing was written.")
        return FINDINGS
    with progress("Rendering"):
        files = tree_of(site.plan, site.printed)
    return _check(out, files, form) if check else _deliver(site, out, files, form, force=force)


def _check(out: Path, files: Mapping[str, "File"], form: str) -> int:
    from taploom.base.diagnostic import Diagnostic
    from taploom.cli.terminal import progress, say, show, tell
    from taploom.delivery.tree import check
    from taploom.report.delivery import drift_json, drift_text

    with progress(f"Comparing {out}"):
        found = check(out, files)
    if isinstance(found, Diagnostic):
        show((found,))
        return FINDINGS
    tell(drift_json(out, found) if form == "json" else drift_text(found), form)
    say(f"{out} is stale: run `taploom render`" if found.differs else f"{out} is up to date")
    return STALE if found.differs else FINE


def _deliver(site: "Compiled", out: Path, files: Mapping[str, "File"], form: str, *, force: bool) -> int:
    from taploom.base.diagnostic_rule import Severity
    from taploom.cli.terminal import progress, show, tell
    from taploom.delivery.tree import write
    from taploom.report.delivery import delivery_json
    from taploom.report.summary import summary

    with progress(f"Writing {out}"):
        done = write(out, files, force=force)
    show(done.diagnostics)
    if any(d.severity is Severity.ERROR for d in done.diagnostics):
        return FINDINGS
    if form == "json":
        tell(delivery_json(out, done), form)
    else:
        tell(summary(site.plan, site.diagnostics, out, done, site.source.folder))
    return FINE
