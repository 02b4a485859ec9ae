"""The command `taploom drift`, which compares hosts with their plan."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from taploom.cli.completion import objects
from taploom.cli.exits import FINDINGS, FINE, STALE
from taploom.cli.options import format_option, specs_option

if TYPE_CHECKING:
    from taploom.report.drift.compared import Drifts


@click.command("drift", short_help="Say how hosts differ from their plan, by spec line and by flow.")
@click.argument("host", required=False, default="", shell_complete=objects("host", bare=True))
@specs_option
@click.option("--facts", metavar="FILE|DIR|-", help="Facts of HOST, or a folder with HOST.json for each host.")
@click.option(
    "--since",
    metavar="BASE",
    help="An older plan that hosts may still have: a revision of git, a folder, a plan.json.",
)
@format_option("text", "json", "prom")
@click.option("--collect", is_flag=True, help="Print the script that collects the facts on a host.")
def command(host: str, specs: Path, facts: str | None, since: str | None, form: str, *, collect: bool) -> int:
    """Say how hosts differ from their plan, by spec line and by flow.

    A host is `current`, `pending` (it still has an older plan), `drifted` (somebody changed what the plan brought) or
    `foreign` (something outside of the plan affects its traffic). A script that changes nothing collects the facts:
    `taploom drift --collect | ssh root@HOST sh -s >facts/HOST.json`. The status is 0 if all hosts are current, 3 if
    some are pending and none is worse, else 1.
    """
    if collect:
        from importlib.resources import files

        from taploom.cli.terminal import tell

        tell((files("taploom.drift") / "collect.sh").read_text(encoding="utf-8"))
        return FINE
    if facts is None:
        raise click.UsageError(
            "The facts are missing: --facts FILE reads what the script of --collect printed on a host."
        )
    return _compared(host, specs, facts, since, form)


def _compared(host: str, specs: Path, facts: str, since: str | None, form: str) -> int:
    from taploom.cli.comparing import sound_side
    from taploom.cli.compiling import sound
    from taploom.cli.hosts import host_of
    from taploom.cli.now import now
    from taploom.cli.terminal import progress, say, show, tell
    from taploom.drift.facts.folder import facts_of, facts_of_all
    from taploom.report.drift.compared import drifts
    from taploom.report.drift.formats import FORMATS
    from taploom.report.drift.text import drift_tally

    site = sound(specs)
    if site is None:
        return FINDINGS
    names = [host_of(site.plan, host).name] if host else [each.name for each in site.plan.hosts]
    if not host and not Path(facts).is_dir():
        raise click.UsageError("A single file has the facts of one host: name the HOST, or give a folder.")
    known = facts_of_all(Path(facts), names) if Path(facts).is_dir() else facts_of(names[0], facts)
    if known.refused:
        show(known.refused)
        return FINDINGS
    before = None if since is None else sound_side(specs, since).plan
    with progress("Comparing"):
        found = drifts(site.plan, known.facts, names, now(), before)
    tell(FORMATS[form](found), form)
    if form == "text":
        say(drift_tally(found))
    return _status(found)


def _status(found: "Drifts") -> int:
    from taploom.drift.model import Word

    words = {host.word for host in found.hosts}
    if found.missing or words - {Word.CURRENT, Word.PENDING}:
        return FINDINGS
    return STALE if Word.PENDING in words else FINE
