"""Checks rulesets without root, loads them into a machine's kernel, and reads the loaded ruleset back.

The loaded ruleset is read only as JSON, because the text of `nft list` differs between versions.
"""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any

from taploom.lab.namespace import LAB_DIR

if TYPE_CHECKING:
    from taploom.lab.namespace import Namespace


def check(text: str, timeout: float = 60.0) -> str:
    """The errors of `nft -c` for a ruleset, in a new network namespace; empty if nft accepts the ruleset.

    Without root, nft runs in a user namespace. There, nft 1.0.6 cannot enlarge the buffer of its socket, so it refuses
    a ruleset of more than about 200 KB of netlink messages.
    """
    alone = ["unshare", "-n"] if os.geteuid() == 0 else ["unshare", "-rn"]
    done = subprocess.run(
        [*alone, "nft", "-c", "-f", "-"],
        input=text,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    return (done.stderr or f"exit {done.returncode}") if done.returncode else ""


def load(machine: Namespace, text: str) -> None:
    """Loads a file of nft commands in one transaction.

    Raises:
        LabError: nft or the kernel refused the file; the message contains the error of nft.
    """
    machine.write(f"{LAB_DIR}/ruleset.nft", text)
    machine.run("nft", "-f", f"{LAB_DIR}/ruleset.nft", timeout=60.0)


def filter_bridged(machine: Namespace, on: bool) -> bool:
    """Sets whether bridged frames also pass the ruleset's forward chain, as Docker and Kubernetes configure it.

    If the kernel has `br_netfilter`, the setting is on in a new namespace, so a lab calls this function first.

    Returns:
        Whether the kernel has `br_netfilter`; without it, such frames do not pass the forward chain.
    """
    if not machine.file("/proc/sys/net/bridge").exists():
        return False
    families = ("iptables", "ip6tables", "arptables")
    machine.sysctl({f"net.bridge.bridge-nf-call-{family}": "01"[on] for family in families})
    return True


def listing(machine: Namespace) -> list[dict[str, Any]]:
    """The objects of the kernel's ruleset in the format of libnftables-json(5), without the object `metainfo`."""
    objects: list[dict[str, Any]] = json.loads(machine.run("nft", "-j", "list", "ruleset"))["nftables"]
    return [entry for entry in objects if "metainfo" not in entry]


def tables(machine: Namespace) -> frozenset[str]:
    """The names of the loaded tables, such as `inet taploom`."""
    found = (entry["table"] for entry in listing(machine) if "table" in entry)
    return frozenset(f"{table['family']} {table['name']}" for table in found)


def counters(machine: Namespace, family: str, table: str) -> dict[str, int]:
    """The number of packets of each named counter of a table."""
    found = (entry["counter"] for entry in listing(machine) if "counter" in entry)
    return {
        counter["name"]: counter["packets"]
        for counter in found
        if (counter["family"], counter["table"]) == (family, table)
    }
