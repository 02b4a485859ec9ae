"""The command `taploom validate`, which reports the findings about a site."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from taploom.cli.exits import BUG, FINDINGS, FINE
from taploom.cli.options import format_option, specs_option

if TYPE_CHECKING:
    from taploom.report.diagnostics.findings import Findings


@click.command("validate")
@specs_option
@format_option("full", "concise", "json", "github", "gitlab", "sarif", "junit")
def command(specs: Path, form: str) -> int:
    """Report all findings that can be made without a host.

    The status is 1 if there are errors or warnings; notes and waived findings do not count.
    `taploom explain CODE` says what a finding means.
    """
    from taploom.base.diagnostic_rule import Severity
    from taploom.cli.compiling import compiled, source_line
    from taploom.cli.terminal import say, tell, wants_color
    from taploom.report.diagnostics.findings import Findings, counted, tally

    site = compiled(specs)
    findings = Findings(site.diagnostics, source_line(site.source), wants_color(sys.stdout))
    tell(_text(findings, form), form)
    say(f"{specs}: {tally(site.diagnostics)}")
    counts = counted(site.diagnostics)
    if site.disproved:
        return BUG
    return FINDINGS if counts[Severity.ERROR] or counts[Severity.WARNING] else FINE


def _text(findings: "Findings", form: str) -> str:
    if form == "full":  # without importing the libraries of other formats, so that the default is fast
        from taploom.report.diagnostics.full import full

        return full(findings)
    from taploom.report.diagnostics.formats import FORMATS

    return FORMATS[form](findings)
