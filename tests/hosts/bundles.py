"""Helpers that build the bundle of a plan, unpack it on a test host and run its `activate` there."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from taploom.delivery.bundle import BundleChange
from taploom.delivery.comparison import File
from taploom.delivery.layout import bundles
from taploom.delivery.manifest import SUMS, sha256
from taploom.diff.change import ComparedPlan, compare
from taploom.driver import rendered
from taploom.plan.json import plan_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.hosts.booted import Host

    from taploom.plan.site import Plan

PLACE = "/var/tmp/bundle"
DONE, REFUSED, WENT_BACK, STUCK, PENDING, DRIFTED, FOREIGN, USAGE = 0, 10, 11, 12, 20, 21, 22, 64
"""Exit codes of `activate`."""


@dataclass(frozen=True)
class Answer:
    """Outcome of a command that ran on a host.

    Attributes:
        code: Exit code; negative if a signal ended the command.
        text: Standard output and standard error, as one text.
    """

    code: int
    text: str


def bundle(plan: Plan, host: str, before: Plan | None = None, serial: int = 0) -> dict[str, File]:
    """The files of a host's bundle, as `taploom export` writes them.

    Args:
        plan: Plan to deliver.
        host: Name of a host of that plan.
        before: Plan that the host runs already (`--since`).
        serial: Serial number of the bundle (`--serial`).
    """
    wanted = [one for one in plan.hosts if one.name == host]
    since = _since(before, plan) if before else None
    return next(bundles(plan, wanted, rendered(plan), serial=serial, since=since))


def resealed(files: Mapping[str, File]) -> dict[str, File]:
    """The files with new checksums that match them; an attacker can compute these for an unsigned bundle."""
    sums = "".join(f"{files[path].checksum}  {path}\n" for path in sorted(files) if path != SUMS)
    return {**files, SUMS: File(sums.encode(), 0o644)}


def _since(before: Plan, after: Plan) -> BundleChange:
    change = compare(ComparedPlan("before", before), ComparedPlan("after", after))
    known = frozenset(host.name for host in before.hosts)
    return BundleChange(f"sha256:{sha256(plan_json(before).encode())}", change.disruption, known)


def unpack(host: Host, files: Mapping[str, File], place: str = PLACE) -> None:
    """Replaces the content of a folder on a host by a bundle, as if the bundle's archive were unpacked there."""
    host.run("rm", "-rf", place)
    for path, file in files.items():
        host.push({path: file.data}, place, file.mode or 0o644)


def activate(host: Host, *arguments: str, place: str = PLACE, timeout: float = 120.0) -> Answer:
    """Runs a bundle's `activate` on a host."""
    return call(host, f"{place}/activate", *arguments, timeout=timeout)


def call(host: Host, *argv: str, timeout: float = 120.0) -> Answer:
    """Runs a command on a host and returns its outcome; the command may fail."""
    done = subprocess.run(
        host.entering(argv),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=timeout,
        check=False,
    )
    return Answer(done.returncode, done.stdout)
