"""The command `taploom export`, which writes the bundles of hosts."""

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from taploom.cli.completion import objects
from taploom.cli.exits import FINDINGS, FINE
from taploom.cli.options import specs_option
from taploom.cli.releasing import RELEASE, BundleOptions, bundle_options, release_of, since_of, wave_of

if TYPE_CHECKING:
    from taploom.delivery.comparison import File
    from taploom.plan.host import Host


_COMPRESSED = re.compile(r"\.(t[bgx]z2?|tzst|zip|tar\.[a-z0-9]+)$")


@click.command("export", short_help="Bundle the files of a host, as a folder or a tar.")
@click.argument("host", required=False, shell_complete=objects("host", bare=True))
@click.option("--all", "every", is_flag=True, help="Bundle every host: HOST.tar in the folder that --out names.")
@specs_option
@click.option(
    "-o",
    "--out",
    metavar="DIR|FILE.tar|-",
    help="Where to write the bundle; - is standard output.  [default: build/HOST.tar]",
)
@click.option("--unpacked", is_flag=True, help="With --all, write folders named HOST instead of HOST.tar.")
@bundle_options
@click.option("--force", is_flag=True, help="Replace files in DIR that taploom did not write.")
def command(
    host: str | None,
    specs: Path,
    out: str | None,
    *,
    options: BundleOptions,
    every: bool,
    unpacked: bool,
    force: bool,
) -> int:
    """Bundle the files of a host at their paths below /, with the script `activate` that takes them up.

    The bundle describes itself in manifest.json, in `activation` (the same facts for a shell) and in SHA256SUMS. The
    same specs and options give the same bytes. BASE is a revision of git, a folder of specs or a plan.json. With
    --all, the file `taploom.release` lists the bundles that belong together, and the waves and times in which hosts
    may take up a bundle by themselves; a signature of this file approves the plan.
    """
    from taploom.cli.compiling import sound
    from taploom.cli.hosts import host_of
    from taploom.delivery.archive import tar
    from taploom.delivery.layout import bundles
    from taploom.delivery.manifest import sha256
    from taploom.delivery.release import FORMAT

    destinations = _Destinations(host, out, every=every, unpacked=unpacked)
    site = sound(specs, render=True)
    if site is None:
        return FINDINGS
    hosts = site.plan.hosts if host is None else (host_of(site.plan, host),)
    base = None if options.since is None else since_of(specs, options.since, site)
    wave = wave_of(site.plan, options)
    status, sums = FINE, {}
    made = bundles(site.plan, hosts, site.printed, serial=options.serial, since=base)
    for one, files in zip(hosts, made, strict=True):
        archive = tar(files)
        sums[one.name] = sha256(archive)
        status = max(status, _put(destinations.of(one), files, archive, force=force))
    if every and status == FINE:  # a release never names a bundle that was not written
        text = release_of(site.plan, options, wave, sums)
        status = max(status, _write(destinations.release, text, FORMAT))
    return status


class _Destinations:
    """The file or folder that the bundle of each host is written to."""

    def __init__(self, host: str | None, out: str | None, *, every: bool, unpacked: bool) -> None:
        """Read the destinations from the arguments.

        Raises:
            UsageError: the arguments contradict one another, or name a file that cannot be a bundle.
        """
        if every == (host is not None):
            raise click.UsageError("Name one host, or bundle all of them with --all.")
        if unpacked and not every:
            raise click.UsageError("--unpacked goes with --all: for one host, -o DIR names a folder.")
        if out == "-" and sys.stdout.isatty():
            raise click.UsageError("A tar cannot be shown on a terminal: redirect it, or name a file with -o.")
        if out and _COMPRESSED.search(out):
            raise click.UsageError(
                f"{out} would become a folder: a bundle is a folder or a plain .tar. Compress it afterwards."
            )
        if every and out and (out == "-" or out.endswith(".tar")):
            raise click.UsageError(f"{out} is no folder: with --all, -o names the folder of all bundles.")
        self._one = None if every else out
        self._all = (out or "build") if every else "build"
        self._suffix = "" if unpacked else ".tar"

    @property
    def release(self) -> Path:
        """The path of `taploom.release`, which lists the bundles that belong together."""
        return Path(self._all) / RELEASE

    def of(self, host: "Host") -> str:
        """The destination of the bundle of a host: a folder, a path that ends in .tar, or `-`."""
        return self._one or f"{self._all}/{host.name}{self._suffix}"


def _put(out: str, files: dict[str, "File"], archive: bytes, *, force: bool) -> int:
    if out == "-":
        sys.stdout.buffer.write(archive)
        return FINE
    if out.endswith(".tar"):
        return _write(Path(out), archive, f"{len(files)} files")
    return _write_folder(Path(out), files, force=force)


def _write(path: Path, data: bytes, what: str) -> int:
    """Write a file, and tell the user what is in it."""
    from taploom.cli.terminal import say, show
    from taploom.delivery.single import write_output

    outcome = write_output(path, data)
    if not isinstance(outcome, bool):
        show((outcome,))
        return FINDINGS
    say(f"{path}: {what}" + ("" if outcome else ", unchanged"))
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
