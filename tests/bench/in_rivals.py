"""Measures other tools on the same site: `netplan generate` for bridges and ports, `nix-instantiate` for the modules.

Neither tool does the same work: netplan writes units only, without ruleset and guests, and Nix evaluates the rendered
modules against stubs of the NixOS options. Their times show how fast the measuring machine is.

`python tests/bench/in_rivals.py SPECS TREE FOLDER` prints the times as JSON. It is a separate program so that the
benchmark itself never holds a plan in memory: the peak memory of a child process includes that of its parent.
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
    """Runs `netplan generate` for every host in turn; None if netplan is not installed."""
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
    return _total(done)


def nix(plan: Plan, tree: Path, stubs: Path) -> Run | None:
    """Evaluates the NixOS module of every host in turn; None if Nix is not installed."""
    if shutil.which("nix-instantiate") is None:
        return None
    done = []
    for host in plan.hosts:
        module = tree / f"hosts/{host.name}/nixos/default.nix"
        call = f'import {stubs} {{ modules = [ (import {module}) ]; release = "25.11"; microvm = false; }}'
        done.append(run(["nix-instantiate", "--eval", "--strict", "--json", "-E", call], NO_STORE))
    return _total(done)


def _total(done: list[Run]) -> Run:
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
