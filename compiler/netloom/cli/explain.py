"""`netloom explain`."""

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from netloom.cli.exits import FINDINGS, FINE
from netloom.cli.options import format_option, specs_option

if TYPE_CHECKING:
    from netloom.backends.artifact import Artifact
    from netloom.driver import Compiled


@click.command("explain", short_help="Say what a finding, an object or a rendered line is about.")
@click.argument("what", required=False, metavar="[CODE | OBJECT | FILE:LINE]")
@specs_option
@format_option("text", "md", "json")
def command(what: str | None, specs: Path, form: str) -> int:
    """Say what a finding means, what an object is, or why a rendered line exists.

    \b
    netloom explain                                      all codes
    netloom explain NL203                                a finding
    netloom explain guest/web                            an object, and the lines that it causes
    netloom explain build/plan/hosts/hv1/sysctl/60.conf:3   a rendered line, and the spec behind it
    netloom explain specs/site.yaml:12                   a line of a spec, and what it causes
    """  # noqa: D301 - click wants the character itself
    file, number = _place(what or "")
    if what is None or (number is None and "/" not in what and what[:2].upper() == "NL"):
        return _code(what, form)
    from netloom.cli.compiling import compiled
    from netloom.cli.terminal import progress, say
    from netloom.driver import rendered

    site = compiled(specs)
    if site.failed:
        say("The specs have errors: this is what is sound of them. See `netloom validate`.")
    with progress("Rendering"):
        artifacts = rendered(site.plan)
    if number is not None:
        return _line(site, artifacts, file, number, form)
    return _object(site, artifacts, what, form)


def _place(what: str) -> tuple[str, int | None]:
    """`FILE:LINE` or `FILE:LINE:COLUMN` as file and line; the line is None where it is neither."""
    parts = what.rsplit(":", 2)
    if len(parts) < 2 or not _is_number(parts[-1]):
        return what, None
    if len(parts) == 3 and _is_number(parts[1]):
        return parts[0], int(parts[1])
    return ":".join(parts[:-1]), int(parts[-1])


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def _code(what: str | None, form: str) -> int:
    from netloom.report.catalogue import listing, rule_of
    from netloom.report.explanation import markdown, plain, rule_json

    if what is None:
        click.echo(listing(), nl=False)
        return FINE
    rule = rule_of(what)
    if rule is None:
        raise click.UsageError(f"There is no code '{what}': `netloom explain` lists them all.")
    renderers = {"text": plain, "md": markdown, "json": rule_json}
    click.echo(renderers[form](rule), nl=False)
    return FINE


def _object(site: "Compiled", artifacts: tuple["Artifact", ...], what: str, form: str) -> int:
    from netloom.base.names import closest
    from netloom.cli.compiling import source_line
    from netloom.report.explained import object_json, object_text
    from netloom.report.objects import describe, names_of

    names = names_of(site.plan, artifacts)
    bare = [name for name in names if name.partition("/")[2] == what]
    for position, name in enumerate(bare or [what]):
        described = describe(site.plan, artifacts, name)
        if described is None:
            meant = closest(what, names)
            raise click.UsageError(f"There is no '{what}' here." + (f" Did you mean '{meant}'?" if meant else ""))
        text = object_json(described) if form == "json" else object_text(described, source_line(site.source))
        click.echo(f"\n{text}" if position else text, nl=False)
    return FINE


def _line(site: "Compiled", artifacts: tuple["Artifact", ...], file: str, number: int, form: str) -> int:
    from netloom.cli.compiling import source_line
    from netloom.cli.terminal import say
    from netloom.report.explained import line_json, line_text, spec_json, spec_text
    from netloom.report.places import caused_by, rendered_line

    line = source_line(site.source)
    path = file.removeprefix("./")
    if any(source.path == path for source in site.source.files):
        caused = caused_by(artifacts, path, number)
        text = spec_json(path, number, caused) if form == "json" else spec_text(path, number, caused, line)
        click.echo(text, nl=False)
        return FINE
    place = rendered_line(artifacts, file, number)
    if isinstance(place, str):
        say(f"netloom: {place or f'{file} is neither a rendered file nor a spec'}")
        return FINDINGS
    click.echo(line_json(place) if form == "json" else line_text(place, line), nl=False)
    if _on_disk(Path(file), number) not in (None, place.line.text):
        say(f"{file} is stale: what it says there is not what these specs render")
    return FINE


def _on_disk(path: Path, number: int) -> str | None:
    """A line of a rendered file as it is now; None where it is not there."""
    if not path.is_file():
        return None
    with path.open(encoding="utf-8", errors="replace", newline="\n") as file:
        return next((line.rstrip("\n") for line in islice(file, number - 1, None)), "")
