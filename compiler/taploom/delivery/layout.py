"""The files of a rendered tree and of a host's bundle: the artifacts of the backends, and manifests of them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from taploom.backends.artifact import Artifact, Printed
from taploom.delivery.activation import activation
from taploom.delivery.comparison import File
from taploom.delivery.manifest import HOST, NAME, SUMS, Row, document, sha256
from taploom.delivery.tree import with_manifest
from taploom.plan.host import Host
from taploom.plan.site import Plan

PLAN = "plan.json"
AnyFile = TypeVar("AnyFile", Artifact, Printed)


def tree_of(plan: Plan, artifacts: Iterable[Artifact | Printed]) -> dict[str, File]:
    """Every file of the rendered tree.

    Args:
        plan: the plan that was rendered.
        artifacts: all its files but the manifests, `plan.json` among them. Each is used once and not kept, since its
            typed lines take ten times the memory of its bytes.
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


def bundle_of(plan: Plan, host: Host, artifacts: Sequence[Artifact]) -> dict[str, File]:
    """A host's installed files at their paths below `/`, with a manifest and checksums.

    Args:
        plan: the plan that was rendered.
        host: one of its hosts.
        artifacts: all files of the plan.
    """
    whole = next(artifact.text.encode() for artifact in artifacts if artifact.path == PLAN)
    mine = [artifact for artifact in _by_host(plan, artifacts)[host.name] if artifact.install]
    files = {a.install.lstrip("/"): File(a.text.encode(), a.mode) for a in mine}
    ordered = sorted(mine, key=lambda artifact: artifact.install)
    rows = [_row(path, files[path], a) for a in ordered for path in (a.install.lstrip("/"),)]
    files[NAME] = File(_host_manifest(host, sha256(whole), mine, rows), 0o644)
    sums = "".join(f"{files[path].checksum}  {path}\n" for path in sorted(files))
    return {**files, SUMS: File(sums.encode(), 0o644)}


def _by_host(plan: Plan, artifacts: Sequence[AnyFile]) -> Mapping[str, list[AnyFile]]:
    found: dict[str, list[AnyFile]] = {host.name: [] for host in plan.hosts}
    for artifact in artifacts:
        top, _, rest = artifact.path.partition("/")
        if top == "hosts":
            found[rest.partition("/")[0]].append(artifact)
    return {name: sorted(mine, key=lambda artifact: artifact.path) for name, mine in found.items()}


def _row(path: str, file: File, artifact: Artifact | Printed) -> Row:
    row: dict[str, object] = {"path": path, "sha256": file.checksum}
    if artifact.install:
        row |= {"install": artifact.install, "mode": f"{artifact.mode:04o}"}
    return row


def _host_manifest(host: Host, plan: str, artifacts: Sequence[Artifact | Printed], rows: Iterable[Row]) -> bytes:
    target = host.target
    head = {
        "format": HOST,
        "host": host.name,
        "target": {
            "systemd": target.systemd,
            "nftables": ".".join(map(str, target.nftables)),
            "nixos": target.nixos,
        },
        "plan": f"sha256:{plan}",
        "activation": activation(artifacts),
    }
    return document(head, rows)
