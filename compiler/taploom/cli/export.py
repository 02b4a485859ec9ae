"""`taploom export`."""

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from taploom.cli.completion import objects
from taploom.cli.exits import FINDINGS, FINE
from taploom.cli.options import specs_option

if TYPE_CHECKING:
    from taploom.delivery.comparison import File
    from taploom.plan.host import Host
    from taploom.plan.site import Plan


_COMPRESSED = re.compile(r"\.(t[bgx]z2?|tzst|zip|tar\.[a-z0-9]+)$")


@click.command("export", short_help="Bundle what a host needs, as a folder or a tar.")
@click.argument("host", shell_complete=objects("host", bare=True))
@specs_option
@click.option(
    "-o",
    "--out",
    metavar="DIR|FILE.tar|-",
    help="Where to write it; - is standard output.  [default: build/HOST.tar]",
)
@click.option("--force", is_flag=True, help="Replace files in DIR that taploom did not write.")
def command(host: str, specs: Path, out: str | None, *, force: bool) -> int:
    """Bundle what a host needs: its files at their paths below /, SHA256SUMS and manifest.json.

    The same specs give the same bytes. manifest.json says for which versions the files are, in which order to
    activate them, and from which plan they come.
    """
    from taploom.cli.compiling import sound
    from taploom.delivery.layout import bundle_of
    from taploom.driver import rendered

    out = out or f"build/{host.removeprefix('host/')}.tar"
    if out == "-" and sys.stdout.isatty():
        raise click.UsageError("An archive is nothing for a terminal: redirect it, or name a file with -o.")
    if _COMPRESSED.search(out):
        raise click.UsageError(
            f"{out} would be a folder: a bundle is a folder or a plain .tar, to be compressed by you."
        )
    site = sound(specs)
    if site is None:
        return FINDINGS
    files = bundle_of(site.plan, _host(site.plan, host), rendered(site.plan))
    if out == "-":
        return _print(files)
    if out.endswith(".tar"):
        return _write_archive(Path(out), files)
    return _write_folder(Path(out), files, force=force)


def _host(plan: "Plan", name: str) -> "Host":
    from taploom.base.names import closest

    wanted = name.removeprefix("host/")
    for host in plan.hosts:
        if host.name == wanted:
            return host
    names = [host.name for host in plan.hosts]
    meant = closest(wanted, names)
    hint = f"Did you mean '{meant}'?" if meant else f"There are: {', '.join(names) or 'none'}."
    raise click.UsageError(f"The site has no host '{name}'. {hint}")


def _print(files: dict[str, "File"]) -> int:
    from taploom.delivery.archive import tar

    sys.stdout.buffer.write(tar(files))
    return FINE


def _write_archive(path: Path, files: dict[str, "File"]) -> int:
    from taploom.cli.terminal import say, show
    from taploom.delivery.archive import tar
    from taploom.delivery.single import write_output

    outcome = write_output(path, tar(files))
    if not isinstance(outcome, bool):
        show((outcome,))
        return FINDINGS
    say(f"{path}: {len(files)} files" + ("" if outcome else ", unchanged"))
    return FINE


def _write_folder(path: Path, files: dict[str, "File"], *, force: bool) -> int:
    from taploom.base.diagnostic_rule import Severity
    from taploom.cli.terminal import say, show
    from taploom.delivery.tree import write

    done = write(path, files, force=force)
    show(done.diagnostics)
    if any(d.severity is Severity.ERROR for d in done.diagnostics):
        return FINDINGS
    say(f"{path}: {len(done.written)} files written, {done.unchanged} unchanged, {len(done.removed)} removed")
    return FINE
