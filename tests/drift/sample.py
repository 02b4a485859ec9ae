"""Facts of a host that matches its plan, generated from the plan; only the ruleset is read from a kernel."""

from __future__ import annotations

import functools
import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from tests.drift.loaded import kernel_says, text_of

from taploom.backends import networkd, nftables, sysctl
from taploom.backends.targets import artifacts_of
from taploom.backends.units.tree import UnitKind
from taploom.base.address import FAMILIES, Family
from taploom.drift.compare import compare, plan_hash
from taploom.drift.facts.model import Facts
from taploom.drift.facts.read import read_facts
from taploom.drift.view import Planned
from taploom.plan.host import ETHERNET_MTU, Bridge, Fixed, Host
from taploom.plan.interfaces import HostInterface, interfaces

if TYPE_CHECKING:
    from taploom.drift.model import Drift
    from taploom.plan.site import Plan

COLLECTED = 1_790_000_000


def document(plan: Plan, host: Host, serial: int = 3) -> dict[str, Any]:
    """A document of facts in the format of `collect.sh`."""
    installed = [artifact for artifact in artifacts_of(host) if artifact.install]
    sums = [f"{sha256(artifact.text.encode()).hexdigest()}  {artifact.install}" for artifact in installed]
    settings = [(setting.key.replace(".", "/"), str(setting.value)) for setting in sysctl.settings(host)]
    states = ("LoadState=loaded", "ActiveState=active", "UnitFileState=enabled", "")
    return {
        "format": "taploom-facts/1",
        "host": host.name,
        "collected": COLLECTED,
        "versions": ["nftables v1.0.6"],
        "activation": ["taploom-activation/1", f"host {host.name}", f"plan {plan_hash(plan)}", f"serial {serial}"],
        "sums": [line.replace("  /", "  ") for line in sums],
        "files": sums,
        "modes": [f"{artifact.mode:o}:regular file:{artifact.install}" for artifact in installed],
        "sysctls": [line for key, value in settings for line in (f"==> /proc/sys/{key} <==", value, "")],
        "units": ["Id=systemd-networkd.service", *states],
        "listening": [],
        "ruleset": listing(text_of(nftables.ruleset(host))),
        "links": [_link(host, each) for each in interfaces(host)],
        "addresses": [_addresses(each) for each in interfaces(host)],
        "routes4": list(_routes(host, Family.IPV4)),
        "routes6": list(_routes(host, Family.IPV6)),
        "networkctl": {"Interfaces": [_state(host, each) for each in interfaces(host)]},
    }


@functools.cache
def _said(text: str) -> str:
    return json.dumps(kernel_says(text))


def listing(text: str) -> Any:
    """The kernel's listing of a ruleset; each text is loaded once."""
    return json.loads(_said(text))


def _link(host: Host, each: HostInterface) -> dict[str, Any]:
    is_bridge = isinstance(each.kind, Bridge)
    mac = each.kind.mac(host.name) if isinstance(each.kind, Bridge) else "02:00:00:00:00:01"
    return {
        "ifname": each.device,
        "flags": ["UP", "LOWER_UP"],
        "mtu": each.mtu or ETHERNET_MTU,
        "address": str(mac),
        "linkinfo": {"info_kind": "bridge" if is_bridge else "veth"},
    }


def _addresses(each: HostInterface) -> dict[str, Any]:
    known = [{"local": str(own.address), "prefixlen": own.length} for own in each.fixed]
    return {"ifname": each.device, "addr_info": [*known, {"local": "fe80::1234", "prefixlen": 64}]}


def _routes(host: Host, family: Family) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"dst": str(own.prefix), "dev": each.device, "protocol": "kernel"}
        for each in interfaces(host)
        for own in each.fixed
        if own.family is family
    ]
    for each in interfaces(host):
        side = each.ipv4 if family is FAMILIES[0] else each.ipv6
        if isinstance(side, Fixed) and side.next_hop:
            found.append({"dst": "default", "gateway": str(side.next_hop), "dev": each.device, "protocol": "static"})
    for route in host.routes:
        if route.to.family is family:
            found.append({"dst": str(route.to), "gateway": str(route.via), "dev": route.device, "protocol": "static"})
            found[-1] |= {"metric": route.metric} if route.metric else {}
    return found


def _state(host: Host, each: HostInterface) -> dict[str, Any]:
    units = [unit.name for unit in networkd.units(host) if unit.kind is UnitKind.NETWORK]
    mine = [name for name in units if name.endswith(f"-taploom-{each.device}.network")]
    file = f"/etc/systemd/network/{mine[0]}" if mine else None
    return {"Name": each.device, "NetworkFile": file, "AdministrativeState": "configured"}


def planned(plan: Plan, host: Host) -> Planned:
    """A host with its planned files."""
    return Planned(plan, plan_hash(plan), host, tuple(artifacts_of(host)))


def drift_of(plan: Plan, host: Host, facts: dict[str, Any], before: Plan | None = None) -> Drift:
    """Compares a host with a document of facts."""
    read = read_facts("facts.json", json.dumps(facts).encode())
    assert isinstance(read, Facts), read
    older = [planned(before, one) for one in before.hosts if one.name == host.name] if before else []
    return compare(planned(plan, host), read, *older)


def told(found: Drift) -> list[str]:
    """Each row of a comparison in a few words."""
    return [f"{row.word.value} {row.subject.value} {row.place}: {row.message}" for row in found.rows]
