"""Other tools on the same site: `netplan generate` for its bridges and ports, `nix-instantiate` for its modules.

Neither does the same work: netplan writes units alone, without a ruleset or guests, and Nix evaluates what was
rendered against stubs of its options. They say what a second is worth on the machine that measures.

`python tests/bench/in_rivals.py SPECS TREE FOLDER` prints their times as JSON, from a process of its own: one counts
the memory of the one that started it, so the benchmark itself holds no plan.
"""

import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.bench.measure import Run, run  # noqa: E402

from taploom.driver import compile_site  # noqa: E402
from taploom.plan.host import Bridge, Host  # noqa: E402
from taploom.plan.site import Plan  # noqa: E402

STUBS = ROOT / "tests/backends/nixos/stubs"
NO_STORE = {"NIX_REMOTE": "dummy://", "NIX_PATH": ""}


def netplan(plan: Plan, folder: Path) -> Run | None:
    """`netplan generate` for every host, one after the other; none where there is no netplan."""
    if shutil.which("netplan") is None:
        return None
    done = []
    for host in plan.hosts:
        root = folder / host.name
        (root / "etc/netplan").mkdir(parents=True)
        file = root / "etc/netplan/site.yaml"
        file.write_text("".join(_netplan(host)))
        file.chmod(0o600)
        done.append(run(["netplan", "generate", "--root-dir", str(root)]))
    return _together(done)


def nix(plan: Plan, tree: Path, stubs: Path) -> Run | None:
    """The evaluation of every host's module; none where there is no Nix."""
    if shutil.which("nix-instantiate") is None:
        return None
    done = []
    for host in plan.hosts:
        module = tree / f"hosts/{host.name}/nixos/default.nix"
        call = f'import {stubs} {{ modules = [ (import {module}) ]; release = "25.11"; microvm = false; }}'
        done.append(run(["nix-instantiate", "--eval", "--strict", "--json", "-E", call], NO_STORE))
    return _together(done)


def _together(done: list[Run]) -> Run:
    wall, user, system = (sum(getattr(one, key) for one in done) for key in ("wall", "user", "system"))
    return Run(wall, user, system, max(one.peak for one in done))


def _netplan(host: Host) -> Iterator[str]:
    yield "network:\n  version: 2\n  renderer: networkd\n  ethernets:\n"
    for uplink in host.uplinks:
        yield f"    {uplink.name}: {{dhcp4: true, accept-ra: true}}\n"
    for bridge in host.bridges:
        for port in bridge.ports:
            yield f"    {port.tap}: {{dhcp4: false, link-local: []}}\n"
    yield "  bridges:\n"
    for bridge in host.bridges:
        yield from _bridge(bridge)


def _bridge(bridge: Bridge) -> Iterator[str]:
    addresses = ", ".join(f'"{own}"' for own in (bridge.ipv4, bridge.ipv6) if own)
    ports = ", ".join(port.tap for port in bridge.ports)
    yield f"    {bridge.device}: {{interfaces: [{ports}], addresses: [{addresses}]}}\n"


if __name__ == "__main__":
    plan = compile_site(Path(sys.argv[1]), now=0).plan
    found = {
        "netplan generate": netplan(plan, Path(sys.argv[3])),
        "nix-instantiate": nix(plan, Path(sys.argv[2]), STUBS),
    }
    print(json.dumps({name: asdict(one) if one else None for name, one in found.items()}))
