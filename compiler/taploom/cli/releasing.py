"""The parts of `export` about releases: serial, change since another plan, waves, and the file `taploom.release`."""

from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

if TYPE_CHECKING:
    from taploom.delivery.bundle import BundleChange
    from taploom.driver import Compiled
    from taploom.plan.site import Plan

RELEASE = "taploom.release"
"""Name of the release file. No bundle can have this name, since a host's name has no dot."""
_LARGEST = 10**18 - 1
"""The largest serial: eighteen nines, which fit into the signed 64-bit integers of every shell."""
_SHORTEST, _LONGEST = 8, 200
"""The minimum and maximum length of a waiver's reason, in characters."""


class BundleOptions(NamedTuple):
    """Options of bundles: the plan that hosts have, the serial, the last wave of the release, and a waiver's reason."""

    since: str | None
    serial: int
    wave: int | None
    waiver: str


def bundle_options(command: Callable[..., int]) -> Callable[..., int]:
    """Add `--since`, `--serial`, `--wave` and `--waiver`, which the command gets as one argument `options`."""

    @click.option(
        "--since",
        metavar="BASE",
        help="The plan that hosts have now; the bundle lists what the change from this plan disturbs.",
    )
    @click.option(
        "--serial",
        type=click.IntRange(0, _LARGEST),
        default=0,
        help="A number that grows from bundle to bundle; a host refuses a lower number than that of its bundle.",
    )
    @click.option(
        "--wave",
        type=click.IntRange(1),
        help="With --all, the last wave of `site.rollout` whose hosts may take their bundle up.  [default: all waves]",
    )
    @click.option(
        "--waiver",
        default="",
        metavar="REASON",
        help="With --all, the reason to ignore waves and windows.",
    )
    @wraps(command)
    def bundled(
        *args: Any, since: str | None, serial: int, wave: int | None, waiver: str, every: bool, **options: Any
    ) -> int:
        if not every and (wave is not None or waiver):
            raise click.UsageError("--wave and --waiver go with --all, which writes `taploom.release`.")
        if waiver and not (waiver.isprintable() and _SHORTEST <= len(waiver.strip()) <= _LONGEST):
            raise click.UsageError(f"--waiver takes a reason of {_SHORTEST} to {_LONGEST} characters on one line.")
        return command(*args, options=BundleOptions(since, serial, wave, waiver), every=every, **options)

    return bundled


def since_of(specs: Path, word: str, site: "Compiled") -> "BundleChange":
    """The change from another plan to the plan of the site.

    Raises:
        UsageError: there is no such plan, or it is not sound.
    """
    from taploom.cli.comparing import change_of, sound_side, subject_of
    from taploom.cli.terminal import progress
    from taploom.delivery.bundle import BundleChange
    from taploom.plan.json import plan_digest

    with progress(f"Compiling {word}"):
        before = sound_side(specs, word)
    after = subject_of(str(specs), site)
    with progress("Comparing"):
        change = change_of(before, after)
    known = {f"host/{host.name}" for host in before.plan.hosts}
    names = (host.name for host in after.plan.hosts)
    kept = frozenset(name for name in names if after.moves.get(f"host/{name}", f"host/{name}") in known)
    return BundleChange(f"sha256:{plan_digest(before.plan)}", change.disruption, kept)


def wave_of(plan: "Plan", options: BundleOptions) -> int:
    """The last wave whose hosts may take up their bundles.

    Raises:
        UsageError: the site has no such wave.
    """
    last = max(len(plan.rollout.waves), 1)
    if options.wave is not None and options.wave > last:
        raise click.UsageError(f"The site has no wave {options.wave}: the last one is {last}.")
    return options.wave or last


def release_of(plan: "Plan", options: BundleOptions, wave: int, bundles: Mapping[str, str]) -> bytes:
    """The bytes of the file `taploom.release`.

    Args:
        plan: the plan of the bundles.
        options: the options that hold for all bundles.
        wave: the last wave whose hosts may take up their bundles.
        bundles: SHA-256 of each host's tar, by the name of the host.
    """
    from taploom.delivery.release import Release, release
    from taploom.plan.json import plan_digest

    return release(Release(plan_digest(plan), options.serial, wave, options.waiver, bundles), plan.rollout).encode()
