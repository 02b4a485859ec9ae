"""The command `taploom explain`, which explains a finding, an object, or a line of a file."""

import os
import re
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from taploom.cli.completion import objects
from taploom.cli.exits import FINDINGS, FINE
from taploom.cli.options import format_option, specs_option

if TYPE_CHECKING:
    from taploom.backends.artifact import Artifact
    from taploom.driver import Compiled
    from taploom.source.files import SourceFile


@click.command("explain", short_help="Explain a finding, an object or a rendered line.")
@click.argument("what", required=False, metavar="[CODE | OBJECT | FILE:LINE]", shell_complete=objects())
@specs_option
@format_option("text", "md", "json")
def command(what: str | None, specs: Path, form: str) -> int:
    """Say what a finding means, what an object is, or why a rendered line exists.

    \b
    taploom explain                                      all codes
    taploom explain TL203                                a finding
    taploom explain guest/web                            an object, and the lines that it causes
    taploom explain build/plan/hosts/hv1/nftables/taploom.nft:30   a rendered line, and its spec line
    taploom explain /etc/taploom/taploom.nft:30          the same line on a host
    taploom explain specs/site.yaml:12                   a spec line, and the lines that it causes
    taploom explain specs/taploom.lock:7                 a line of the lock
    """  # noqa: D301 - click wants the character itself
    file, number = _place(what or "")
    if what is None or (number is None and "/" not in what and what[:2].upper() == "TL"):
        return _code(what, form)
    from taploom.cli.compiling import compiled
    from taploom.cli.terminal import progress, say
    from taploom.driver import rendered

    site = compiled(specs)
    if site.failed:
        say("The specs have errors, so only their valid entries are explained. See `taploom validate`.")
    with progress("Rendering"):
        artifacts = rendered(site.plan)
    if number is not None:
        return _line(site, artifacts, file, number, form)
    return _object(site, artifacts, what, form)


def _place(what: str) -> tuple[str, int | None]:
    """Split `FILE:LINE` or `FILE:LINE:COLUMN` into file and line; the line is None for any other argument."""
    parts = what.rsplit(":", 2)
    if len(parts) < 2 or not _is_number(parts[-1]):
        return what, None
    if len(parts) == 3 and _is_number(parts[1]):
        return parts[0], int(parts[1])
    return ":".join(parts[:-1]), int(parts[-1])


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def _code(what: str | None, form: str) -> int:
    from taploom.cli.terminal import tell
    from taploom.report.catalogue import listing, rule_of
    from taploom.report.explanation import markdown, plain, rule_json

    if what is None:
        tell(listing())
        return FINE
    rule = rule_of(what)
    if rule is None:
        raise click.UsageError(f"There is no code '{what}': `taploom explain` lists them all.")
    renderers = {"text": plain, "md": markdown, "json": rule_json}
    tell(renderers[form](rule), form)
    return FINE


def _object(site: "Compiled", artifacts: tuple["Artifact", ...], what: str, form: str) -> int:
    from taploom.cli.compiling import source_line
    from taploom.cli.terminal import tell
    from taploom.report.explained import object_json, object_text
    from taploom.report.objects import describe, names_of

    names = names_of(site.plan, artifacts)
    bare = [name for name in names if name.partition("/")[2] == what]
    for position, name in enumerate(bare or [what]):
        described = describe(site.plan, artifacts, name)
        if described is None:
            raise click.UsageError(f"There is no '{what}' here. {_meant(site, what, names)}")
        text = object_json(described) if form == "json" else object_text(described, source_line(site.source))
        tell(f"\n{text}" if position else text, form)
    return FINE


def _meant(site: "Compiled", what: str, names: Iterable[str]) -> str:
    """A hint for an argument that names no object."""
    from taploom.base.names import closest
    from taploom.report.catalogue import rule_of

    digits = re.fullmatch(r"[A-Za-z]{0,2}([0-9]{3})", what)
    meant = f"TL{digits[1]}" if digits and rule_of(f"TL{digits[1]}") else closest(what, names)
    if meant:
        return f"Did you mean '{meant}'?"
    if what in (file.path for file in site.source.files):
        return f"Name a line of the file, as in {what}:1."
    return "`explain` takes a code such as TL203, an object such as host/NAME, or FILE:LINE."


def _line(site: "Compiled", artifacts: tuple["Artifact", ...], file: str, number: int, form: str) -> int:
    from taploom.cli.compiling import source_line
    from taploom.cli.terminal import say, tell
    from taploom.passes.lock import FILE
    from taploom.report.explained import line_json, line_text
    from taploom.report.places import rendered_line

    line, path = source_line(site.source), _real(file)
    for source in site.source.files:
        if _real(source.path) == path:
            return _spec(site, artifacts, source, number, form)
    if path == _real(f"{site.source.folder}/{FILE}"):
        return _locked(site, artifacts, path, number, form)
    place = rendered_line(artifacts, file, number)
    if isinstance(place, str):
        say(f"taploom: {place or f'`{file}` is neither a rendered file nor a spec'}")
        return FINDINGS
    tell(line_json(place) if form == "json" else line_text(place, line), form)
    if _on_disk(Path(file), number) not in (None, place.line.text):
        say(f"{file} is stale: its line {number} is not what these specs render")
    return FINE


def _real(path: str) -> Path:
    return Path(os.path.realpath(path))


def _spec(site: "Compiled", artifacts: tuple["Artifact", ...], source: "SourceFile", number: int, form: str) -> int:
    from taploom.cli.compiling import source_line
    from taploom.cli.terminal import say, tell
    from taploom.report.explained import spec_json, spec_text
    from taploom.report.places import around, caused_by, entry_at
    from taploom.source.characters import lines

    texts = lines(source.text.rstrip("\r\n"))
    if not 1 <= number <= len(texts):
        say(f"taploom: {source.path} has {len(texts)} lines")
        return FINDINGS
    caused = caused_by(artifacts, source.path, number)
    if not caused and source.root and texts[number - 1].partition("#")[0].strip():
        caused = around(artifacts, entry_at(source.root, number))
    line = source_line(site.source)
    text = spec_json(source.path, number, caused) if form == "json" else spec_text(source.path, number, caused, line)
    tell(text, form)
    return FINE


def _locked(site: "Compiled", artifacts: tuple["Artifact", ...], path: Path, number: int, form: str) -> int:
    """Explain a line of the lock: describe the guest whose address or MAC the line holds."""
    from taploom.cli.terminal import say

    about, _, freed = (_on_disk(path, number) or "").partition(" ")
    if not about.startswith("guest/"):
        say(f"taploom: line {number} of {path.name} is no entry")
        return FINDINGS
    if freed.endswith(" freed"):
        say(f"{about} no longer exists; the line keeps its address or MAC from being given to another guest")
    return _object(site, artifacts, about, form) if any(about == f"guest/{g.name}" for g in site.plan.guests) else FINE


def _on_disk(path: Path, number: int) -> str | None:
    """A line of a file on disk; "" if the file is shorter, None if there is no such file."""
    if not path.is_file():
        return None
    with path.open(encoding="utf-8", errors="replace", newline="\n") as file:
        return next((line.rstrip("\n") for line in islice(file, number - 1, None)), "")
