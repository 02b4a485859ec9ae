"""Computes the manifests of a rendered tree from its other files, because their checksums change with every byte."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME = "manifest.json"
_PLACES = {
    "boot": "/etc/systemd/system/systemd-networkd-wait-online.service.d",
    "networkd": "/etc/systemd/network",
    "nftables": "/etc/taploom",
    "sysctl": "/etc/sysctl.d",
}
"""Installation folder on a host for each folder of the tree; NixOS modules are imported and not installed."""
_ACTIVATION = [
    {"step": "nftables", "run": [["nft", "-f", "/etc/taploom/taploom.nft"]]},
    {"step": "sysctl", "run": [["systemctl", "restart", "systemd-sysctl.service"]]},
    {"step": "networkd", "run": [["networkctl", "reload"]]},
]
"""Activation steps of every host of the golden sites; `tests/delivery/test_bundle.py` covers hosts with fewer steps."""


def manifests(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The content of each manifest, by path.

    Args:
        files: content of all other files of the tree, by path.
    """
    plan = json.loads(files["plan.json"])
    found = {f"hosts/{host['name']}/{NAME}": _host(host, files) for host in plan["hosts"]}
    rows = [{"path": path, "sha256": _sum(data)} for path, data in sorted({**files, **found}.items())]
    return {**found, NAME: _printed({"format": "taploom-tree/1"}, rows)}


def _host(host: Mapping[str, Any], files: Mapping[str, bytes]) -> bytes:
    prefix, target = f"hosts/{host['name']}/", host["target"]
    head = {
        "format": "taploom-host/1",
        "host": host["name"],
        "target": {**target, "nftables": ".".join(map(str, target["nftables"]))},
        "plan": f"sha256:{_sum(files['plan.json'])}",
        "activation": _ACTIVATION,
    }
    mine = sorted(path for path in files if path.startswith(prefix))
    return _printed(head, [_row(path.removeprefix(prefix), files[path]) for path in mine])


def _row(path: str, data: bytes) -> dict[str, str]:
    folder, _, name = path.partition("/")
    place = _PLACES.get(folder)
    return {"path": path, "sha256": _sum(data)} | ({"install": f"{place}/{name}", "mode": "0644"} if place else {})


def _sum(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _printed(head: Mapping[str, object], rows: list[dict[str, str]]) -> bytes:
    """A JSON object with one line per key and one per file."""
    lines = [f"  {json.dumps(key)}: {json.dumps(value)},\n" for key, value in head.items()]
    listed = ",\n".join(f"    {json.dumps(row)}" for row in rows)
    return ("{\n" + "".join(lines) + f'  "files": [\n{listed}\n  ]\n' + "}\n").encode()
