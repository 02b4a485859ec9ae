"""The command `taploom lock`, which fills the lock."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from taploom.cli.exits import FINDINGS, FINE, STALE
from taploom.cli.options import check_option, specs_option

if TYPE_CHECKING:
    from taploom.base.diagnostic import Diagnostic
    from taploom.passes.lock import Lock


@click.command("lock", short_help="Fill the lock with addresses and MACs that specs leave open.")
@specs_option
@check_option("Change nothing; print what would change, and exit with 3.")
@click.option("--prune", is_flag=True, help="Free the addresses of removed guests, so that other guests may take them.")
def command(specs: Path, *, check: bool, prune: bool) -> int:
    """Fill the lock with the addresses and MACs that the specs leave open.

    Existing entries stay as they are, whatever is added or removed. Commit the file.
    """
    from taploom.cli.terminal import show
    from taploom.delivery.single import sole_writer

    if check:
        return _filled(specs, check=True, prune=prune)[0]
    with sole_writer(specs) as refused:
        if refused:
            show((refused,))
            return FINDINGS
        status, again = _filled(specs, check=False, prune=prune)
        # Guests that found no free address may take those that pruning has freed.
        return _filled(specs, check=False, prune=False)[0] if again else status


def _filled(specs: Path, *, check: bool, prune: bool) -> tuple[int, bool]:
    """Fill the lock once. Returns the exit status, and whether guests without a free address may find one now."""
    from taploom.base.diagnostic import Report
    from taploom.cli.compiling import compiled, failing, source_line
    from taploom.cli.terminal import say, show, tell
    from taploom.passes.lock import FILE

    site = compiled(specs)
    left = tuple(d for d in site.diagnostics if not _mended(d, prune=prune))
    show(failing(left), source_line(site.source))
    if Report(list(left)).failed:
        say("nothing was written: an error stops everything")
        return FINDINGS, False
    path = specs / FILE
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    after = _text(site.lock, before, prune=prune)
    difference = _difference(before, after)
    tell(difference)
    if check:
        return (_stale(path, sorts=not difference) if before != after else FINE), False
    if _write(path, before, after) == FINDINGS:
        return FINDINGS, False
    say(f"{path}: {'written' if before != after else 'nothing to do'}")
    return FINE, prune and any(_mended(d, prune=True) and not _mended(d, prune=False) for d in site.diagnostics)


def _stale(path: Path, *, sorts: bool) -> int:
    from taploom.cli.terminal import say

    if sorts:
        say(f"{path}: its lines are out of order, as after a merge; `taploom lock` sorts them")
    else:
        say(f"{path} does not match the specs; `taploom lock` updates it")
    return STALE


def _mended(diagnostic: "Diagnostic", *, prune: bool) -> bool:
    """Whether writing the lock mends a finding."""
    from taploom.passes.codes import LOCK_LACKS, LOCK_STALE, POOL_EXHAUSTED

    return diagnostic.rule in (LOCK_LACKS, LOCK_STALE) or (prune and diagnostic.rule == POOL_EXHAUSTED)


def _text(lock: "Lock", before: str, *, prune: bool) -> str:
    from taploom.passes.lock import Lock

    kept = {slot: locked for slot, locked in lock.slots.items() if not (prune and locked.freed)}
    return Lock(kept).text() if kept or before else ""


def _difference(before: str, after: str) -> str:
    old, new = dict.fromkeys(before.split("\n")), dict.fromkeys(after.split("\n"))
    gone = [f"- {line}\n" for line in old if line not in new]
    come = [f"+ {line}\n" for line in new if line not in old and not line.startswith("#")]
    return "".join((*gone, *come))


def _write(path: Path, before: str, after: str) -> int:
    from taploom.cli.terminal import show
    from taploom.delivery.single import write_file

    outcome = write_file(path, after.encode()) if before != after else False
    if isinstance(outcome, bool):
        return FINE
    show((outcome,))
    return FINDINGS
