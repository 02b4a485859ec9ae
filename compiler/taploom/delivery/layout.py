"""The files of a rendered tree and of a host's bundle: artifacts of the backends, manifests, scripts."""

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import resources
from typing import TypeVar

from taploom.backends.artifact import Artifact, Printed
from taploom.delivery.activation import activation
from taploom.delivery.admits import admits, site_entries
from taploom.delivery.bundle import BundleChange, bundle
from taploom.delivery.bundle_json import bundle_manifest
from taploom.delivery.comparison import File
from taploom.delivery.manifest import ACTIVATION, HOST, NAME, SCRIPTS, SUMS, Row, document, sha256, target_data
from taploom.delivery.steps import steps_of
from taploom.delivery.tree import with_manifest
from taploom.plan.host import Host
from taploom.plan.site import Plan

PLAN = "plan.json"
AnyFile = TypeVar("AnyFile", Artifact, Printed)


def tree_of(plan: Plan, artifacts: Iterable[Artifact | Printed]) -> dict[str, File]:
    """Every file of the rendered tree.

    Args:
        plan: the plan that was rendered.
        artifacts: all files of the plan, `plan.json` among them, but no manifests. Each is used once and not kept,
            since its typed lines take ten times the memory of its bytes.
    """
    files: dict[str, File] = {}
    bare: list[Printed] = []
    for artifact in artifacts:
        files[artifact.path] = File(artifact.text.encode())
        bare.append(Printed(artifact.path, "", artifact.install, artifact.mode))
    mine = _by_host(plan, bare)
    whole = files[PLAN].checksum
    for host in plan.hosts:
        prefix = f"hosts/{host.name}/"
        rows = [_row(a.path.removeprefix(prefix), files[a.path], a) for a in mine[host.name]]
        files[prefix + NAME] = File(_host_manifest(host, whole, mine[host.name], rows))
    return with_manifest(files)


def bundles(
    plan: Plan,
    hosts: Iterable[Host],
    artifacts: Iterable[AnyFile],
    *,
    serial: int = 0,
    since: BundleChange | None = None,
) -> Iterator[dict[str, File]]:
    """The bundle of each host: installed files at their paths below `/`, scripts, manifests, and checksums.

    Args:
        plan: the plan that was rendered.
        hosts: hosts of the plan.
        artifacts: all files of the plan.
        serial: a number that grows from bundle to bundle, or 0.
        since: the change from the plan that the hosts had before, if that plan is known.
    """
    mine, site = _by_host(plan, artifacts), site_entries(plan)
    digest = sha256(mine[""][0].text.encode())
    for host in hosts:
        installed = sorted((a for a in mine[host.name] if a.install), key=lambda artifact: artifact.install)
        facts = bundle(host, installed, digest, admits(site, host), serial=serial, since=since)
        files = {a.install.lstrip("/"): File(a.text.encode(), a.mode) for a in installed}
        files |= {name: File(_script(name), mode) for name, mode in SCRIPTS.items()}
        files[ACTIVATION] = File(activation(facts).encode(), 0o644)
        files[NAME] = File(bundle_manifest(facts), 0o644)
        sums = "".join(f"{files[path].checksum}  {path}\n" for path in sorted(files))
        yield {**files, SUMS: File(sums.encode(), 0o644)}


@functools.cache
def _script(name: str) -> bytes:
    """The bytes of a script, which are the same in every bundle."""
    return resources.files("taploom.delivery").joinpath(f"{name}.sh").read_bytes()


def _by_host(plan: Plan, artifacts: Iterable[AnyFile]) -> Mapping[str, list[AnyFile]]:
    """The files of each host, sorted, by the name of the host; `plan.json` is under ""."""
    found: dict[str, list[AnyFile]] = {name: [] for name in ("", *(host.name for host in plan.hosts))}
    for artifact in artifacts:
        top, _, rest = artifact.path.partition("/")
        if top == "hosts":
            found[rest.partition("/")[0]].append(artifact)
        elif artifact.path == PLAN:
            found[""].append(artifact)
    return {name: sorted(mine, key=lambda artifact: artifact.path) for name, mine in found.items()}


def _row(path: str, file: File, artifact: Printed) -> Row:
    row: dict[str, object] = {"path": path, "sha256": file.checksum}
    if artifact.install:
        row |= {"install": artifact.install, "mode": f"{artifact.mode:04o}"}
    return row


def _host_manifest(host: Host, plan: str, artifacts: Sequence[Printed], rows: Iterable[Row]) -> bytes:
    head = {
        "format": HOST,
        "host": host.name,
        "target": target_data(host.target),
        "plan": f"sha256:{plan}",
        "activation": steps_of(artifacts),
    }
    return document(head, rows)
