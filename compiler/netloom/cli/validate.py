"""`netloom validate`."""

import sys
from pathlib import Path

import click

from netloom.cli.exits import FINDINGS, FINE
from netloom.cli.options import format_option, specs_option


@click.command("validate")
@specs_option
@format_option("full", "concise", "json", "github", "gitlab", "sarif", "junit")
def command(specs: Path, form: str) -> int:
    """Find everything that can be known to be wrong without a host.

    Errors and warnings fail; notes and waived findings do not. `netloom explain CODE` says what a finding means.
    """
    from netloom.base.rule import Severity
    from netloom.cli.compiling import compiled, source_line
    from netloom.cli.terminal import say, wants_color
    from netloom.report.diagnostics.findings import Findings, counted, tally
    from netloom.report.diagnostics.formats import FORMATS

    site = compiled(specs)
    findings = Findings(site.diagnostics, source_line(site.source), wants_color(sys.stdout))
    text = FORMATS[form](findings)
    if text:
        sys.stdout.write(text)
        sys.stdout.flush()
    say(f"{specs}: {tally(site.diagnostics)}")
    counts = counted(site.diagnostics)
    return FINDINGS if counts[Severity.ERROR] or counts[Severity.WARNING] else FINE
