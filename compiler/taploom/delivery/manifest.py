"""Manifests: lists of the files that taploom wrote into a folder, and that it may therefore replace and remove.

A manifest is read back from a folder that anybody may have edited, so it is checked: if any of its paths leaves the
folder, or is one that no rendering writes, the whole manifest is ignored. Otherwise a row that somebody adds could make
the next `render` remove a README, or a file of `.git`. Each file has one line, and the lines are sorted, so that
merges of rendered trees stay local.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping

from taploom.plan.host import Target

NAME = "manifest.json"
SUMS = "SHA256SUMS"
TREE = "taploom-tree/1"
HOST = "taploom-host/1"
BUNDLE = "taploom-bundle/1"
ACTIVATION = "activation"
SCRIPTS = {"activate": 0o755, "inspect": 0o644}
"""The scripts of every bundle with their modes: `activate` is run, and reads `inspect`."""
UNLISTED = (NAME, SUMS, ACTIVATION, *SCRIPTS)
"""Names of files that taploom writes into a folder, and that no manifest lists."""

Row = Mapping[str, object]
Owned = Mapping[str, frozenset[str]]
"""SHA-256 of each file that taploom wrote, by path; during a delivery, the checksums of old and new content."""


def sha256(data: bytes) -> str:
    """The checksum in hexadecimal, as `sha256sum` prints it."""
    return hashlib.sha256(data).hexdigest()


def tree_manifest(owned: Owned) -> bytes:
    """The manifest at the root of a rendered tree."""
    return document({"format": TREE}, _rows(owned))


def journal(owned: Owned, coming: bytes) -> bytes:
    """The manifest of a folder while files are written into it, in the format of the manifest that will replace it."""
    return document({"format": json.loads(coming)["format"]}, _rows(owned))


def _rows(owned: Owned) -> Iterable[Row]:
    return ({"path": path, "sha256": checksum} for path in sorted(owned) for checksum in sorted(owned[path]))


def target_data(target: Target) -> dict[str, object]:
    """The versions of a host's tools, as JSON for manifests."""
    return {
        "systemd": target.systemd,
        "nftables": ".".join(map(str, target.nftables)),
        "nixos": target.nixos,
    }


def document(head: Mapping[str, object], files: Iterable[Row]) -> bytes:
    """A JSON object with `files` at its end, one line each."""
    lines = [f"  {json.dumps(key)}: {json.dumps(value)},\n" for key, value in head.items()]
    rows = ",\n".join(f"    {json.dumps(row)}" for row in files)
    body = f"[\n{rows}\n  ]" if rows else "[]"
    return "".join(("{\n", *lines, f'  "files": {body}\n', "}\n")).encode()


def read_manifest(data: bytes) -> dict[str, frozenset[str]] | None:
    """The paths that a manifest lists, with their checksums; None if taploom cannot have written the manifest."""
    try:
        manifest = json.loads(data)
    except (ValueError, RecursionError):
        return None
    if (
        not isinstance(manifest, dict)
        or manifest.get("format") not in _OURS
        or not isinstance(manifest.get("files"), list)
    ):
        return None
    listed: dict[str, frozenset[str]] = {}
    for row in manifest["files"]:
        path, checksum = (row.get("path"), row.get("sha256")) if isinstance(row, dict) else (None, None)
        if not (isinstance(path, str) and isinstance(checksum, str) and _OURS[manifest["format"]](path)):
            return None
        listed[path] = listed.get(path, frozenset()) | {checksum}
    return listed


def stays_below(path: str) -> bool:
    """Whether a relative path stays below its folder and has no NUL, no empty part, no `.` and no `..`."""
    return "\0" not in path and all(part not in ("", ".", "..") for part in path.split("/"))


def _in_tree(path: str) -> bool:
    top, _, rest = path.partition("/")
    return stays_below(path) and (bool(rest) if top in ("hosts", "guests") else path in ("plan.json", NAME))


def _in_bundle(path: str) -> bool:
    named = path.startswith("etc/") and "taploom" in path.rpartition("/")[2]
    return stays_below(path) and (named or path in UNLISTED)


_OURS = {TREE: _in_tree, HOST: _in_bundle, BUNDLE: _in_bundle}
"""By format, a check whether a manifest may list a path; a file at any other path is never replaced or removed."""
