"""The command `taploom rename`, which renames an object in all specs and in the lock."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from taploom.cli.completion import objects
from taploom.cli.exits import FINDINGS
from taploom.cli.options import specs_option

if TYPE_CHECKING:
    from taploom.base.diagnostic import Diagnostic, Report
    from taploom.driver import Compiled
    from taploom.spec.renaming import Renaming


@click.command("rename", short_help="Give an object another name, in all specs and the lock.")
@click.argument("what", metavar="KIND/OLD", shell_complete=objects())
@click.argument("name", metavar="NEW")
@specs_option
def command(what: str, name: str, specs: Path) -> int:
    """Give an object another name: in its entry, in all entries that refer to it, and in the lock.

    The entry gets `moved-from`, so that `taploom plan` shows a rename instead of a removal and an addition; delete
    `moved-from` once the change is applied. Comments stay, and changed files are brought into canonical form. If the
    new name would cause an error, nothing is written.
    """
    from taploom.cli.terminal import show
    from taploom.delivery.single import sole_writer

    with sole_writer(specs) as refused:
        if refused:
            show((refused,))
            return FINDINGS
        return _rename(specs, what, name)


def _rename(specs: Path, what: str, name: str) -> int:
    from taploom.base.diagnostic import Report
    from taploom.cli.compiling import source_line
    from taploom.cli.now import now
    from taploom.cli.rewriting import write_back
    from taploom.cli.terminal import say, show
    from taploom.driver import compile_blobs, compile_site

    site = compile_site(specs, now=now(), prove=False)
    if broken := _errors(site):
        show(broken, source_line(site.source))
        say("nothing was renamed: the site has errors, so taploom does not know which entries refer to the object")
        return FINDINGS
    report = Report()
    before = _texts(specs, site)
    after, messages = _renamed(site, before, _asked(site, what, name), report)
    show(report.sorted(), source_line(site.source))
    if report.failed:
        say("nothing was renamed: an error stops everything")
        return FINDINGS
    blobs = {path: text.encode() for path, text in after.items()}
    if broken := _errors(then := compile_blobs(blobs, site.source.folder, now=now(), prove=False)):
        show(broken, source_line(then.source))
        say(f"nothing was renamed: these are the errors that the site would have with the name `{name}`")
        return FINDINGS
    return write_back({path: text for path, text in after.items() if text != before[path]}, messages)


def _asked(site: "Compiled", what: str, name: str) -> "Renaming":
    from taploom.passes.renaming import UnrenamedError, renaming

    try:
        return renaming(site.document, what, name)
    except UnrenamedError as wrong:
        raise click.UsageError(str(wrong)) from None


def _errors(site: "Compiled") -> "tuple[Diagnostic, ...]":
    """The errors that prevent a rename: all errors except missing lock entries."""
    from taploom.base.diagnostic_rule import Severity
    from taploom.passes.codes import LOCK_LACKS

    return tuple(d for d in site.diagnostics if d.severity is Severity.ERROR and d.rule != LOCK_LACKS)


def _texts(specs: Path, site: "Compiled") -> dict[str, str]:
    """The specs and the lock, by path."""
    from taploom.base.diagnostic import Report
    from taploom.passes.lock import FILE
    from taploom.source.files import read_text

    locked = read_text(specs / FILE, Report())
    lock = {f"{site.source.folder}/{FILE}": locked} if locked else {}
    return {file.path: file.text for file in site.source.files} | lock


def _renamed(
    site: "Compiled", texts: Mapping[str, str], renaming: "Renaming", report: "Report"
) -> tuple[dict[str, str], dict[str, str]]:
    """All texts with the new name, and a message for each text that has changed."""
    from taploom.base.diagnostic import Report
    from taploom.passes.lock import FILE, read_lock
    from taploom.source.editing import edited
    from taploom.source.rewrite import formatted
    from taploom.spec.renaming import edits_of, places_of

    after, messages = dict(texts), {}
    for file in site.source.files:
        edits = edits_of(file.root, renaming) if file.root else None
        if edits and (number := places_of(edits)):
            after[file.path] = edited(file.text, file.path, edits, report)
            canonical = formatted(file.text, file.path, Report()) == file.text
            places = f"{number} place{'s' * (number > 1)}" + ("" if canonical else ", and formatted")
            messages[file.path] = f"renamed in {file.path}: {places}"
    path = f"{site.source.folder}/{FILE}"
    if path in texts:
        lock = read_lock(texts[path], path, Report())
        renamed = lock.renamed(renaming.kinds, renaming.old, renaming.new)
        if renamed != lock:
            after[path], messages[path] = renamed.text(), f"renamed in {path}: its entries"
    return after, messages
