"""Snapshot of a host for comparison: the bytes of every file, and the kernel's links, routes, ruleset and sysctls."""

from __future__ import annotations

import hashlib
import json
import os
import re
from difflib import unified_diff
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.hosts.upper import HIDDEN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.hosts.booted import Host

State = dict[str, str]
"""Facts about a host: values by name."""

OWN = (
    "root",
    "var/lib/taploom",
    "var/log",
    "var/lib/systemd",
    "var/tmp",
    "var/cache",
    "run",
    "tmp",
    ".console",
    ".old",
)
"""Paths left out of the state: records of activations, and files that every running host writes."""
_PASSING = re.compile(r" ?(expires \S+|valid_lft \S+|preferred_lft \S+|hoplimit \d+)")
_SYSCTLS = "cd /proc/sys/net && grep -r . ipv4/conf ipv6/conf ipv4/ip_forward bridge 2>/dev/null || :"


def observed(host: Host) -> State:
    """The state of a host now."""
    return {**dict(_files(host)), **dict(_links(host)), **dict(_rest(host))}


def differences(before: State, after: State) -> list[str]:
    """Differences between two states, one text for each changed line of a fact."""
    found = []
    gone = {key.partition(" ")[2] for key in before.keys() ^ after.keys() if key.startswith("link ")}
    for key in sorted(before.keys() | after.keys()):
        if not key.startswith("link ") and gone & set(re.split("[ /]", key)):
            continue  # another line reports that the interface itself appeared or disappeared
        old, new = (side.get(key, "not there").splitlines() for side in (before, after))
        found += [
            f"{key}: {line}" for line in unified_diff(old, new, n=0, lineterm="") if line[:2] not in ("--", "++", "@@")
        ]
    return found


def _files(host: Host) -> Iterator[tuple[str, str]]:
    """Each file and folder of the upper layer, except folders that also exist in the tree.

    A character device 0:0 (whiteout) means that a file of the tree was deleted.
    """
    upper = host.upper
    for folder, names, files in os.walk(upper):
        inside = os.path.relpath(folder, upper)
        names[:] = [name for name in names if os.path.normpath(f"{inside}/{name}") not in OWN]
        if not _of_the_tree(host.tree, inside):
            yield f"folder /{inside}", f"{Path(folder).stat().st_mode:o}"
        for name in set(files) - {path.rpartition("/")[2] for path in HIDDEN if path.rpartition("/")[0] == inside}:
            path = upper / inside / name
            where = os.path.normpath(f"{inside}/{name}")
            if where in OWN:
                continue
            stat = path.lstat()
            content = str(path.readlink()) if path.is_symlink() else ""
            if path.is_file() and not path.is_symlink():
                content = hashlib.sha256(path.read_bytes()).hexdigest()
            yield f"file /{where}", f"{stat.st_mode:o} {stat.st_uid}:{stat.st_gid} {content}"


@cache
def _of_the_tree(tree: Path, folder: str) -> bool:
    """Whether the tree has a folder. The first answer is cached, since the tree may be that of a machine in use."""
    return (tree / folder).is_dir()


def _links(host: Host) -> Iterator[tuple[str, str]]:
    for link in json.loads(host.run("ip", "-j", "-d", "link", "show")):
        name, info = link["ifname"], link.get("linkinfo", {})
        port = {key: info.get("info_slave_data", {}).get(key) for key in ("hairpin", "isolated", "learning")}
        stays = () if info.get("info_kind") == "tun" else ("address",)  # the VMM chooses a TAP's MAC
        facts: dict[str, Any] = {key: link.get(key) for key in ("mtu", "master", *stays)}
        yield f"link {name}", json.dumps({**facts, "kind": info.get("info_kind"), **port, "up": "UP" in link["flags"]})
    for link in json.loads(host.run("ip", "-j", "addr", "show")):
        for address in link["addr_info"]:
            yield f"address {link['ifname']} {address['local']}/{address['prefixlen']}", address["scope"]


def _rest(host: Host) -> Iterator[tuple[str, str]]:
    yield from _ruleset(json.loads(host.run("nft", "--stateless", "--json", "list", "ruleset"))["nftables"]).items()
    for family in ("-4", "-6"):
        for line in host.run("ip", family, "route", "show", "table", "all").splitlines():
            yield f"route {family} {_PASSING.sub('', line).strip()}", "there"
        yield f"rules {family}", host.run("ip", family, "rule", "show")
    for line in host.run("sh", "-c", _SYSCTLS).splitlines():
        name, _, value = line.partition(":")
        yield f"sysctl {name}", value
    units = host.run(
        "systemctl", "list-units", "--state=active,activating,failed", "--plain", "--no-legend", "taploom*"
    )
    yield "units", "\n".join(line.split()[0] for line in units.splitlines())


def _ruleset(objects: list[dict[str, Any]]) -> State:
    """Objects of a ruleset by kind and name, and the rules of each chain in order; omits state that traffic changes."""
    found: dict[str, list[str]] = {}
    for entry in objects:
        for kind, body in entry.items():
            for passing in ("handle", "packets", "bytes"):
                body.pop(passing, None)
            if "elem" in body:
                body["elem"] = [] if "dynamic" in body.get("flags", ()) else sorted(map(json.dumps, body["elem"]))
            name = body.pop("chain") if kind == "rule" else body.get("name")
            if kind != "metainfo":
                key = f"{kind} {body['family']} {body.get('table', '')} {name}"
                found.setdefault(key, []).append(json.dumps(body, sort_keys=True))
    return {key: "\n".join(lines) for key, lines in found.items()}
