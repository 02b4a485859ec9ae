"""The networkd units of a host: its uplinks, its bridges and the TAPs that join them.

The first `.network` file by name whose `[Match]` fits takes a link, so the order of the files is part of what they
say: uplinks (05), bridges (06), TAPs by their exact names (07), TAPs by a glob (08). All of it sorts before what
guides, cloud-init and netplan write (10, 11) and what NixOS (40, 99) and systemd (80) bring along; 00 to 04 are left to
whoever wants to come first.

An uplink that the spec only names, as the interface of a VPN or Docker's bridge, has no unit: as soon as one gave it to
networkd, that would remove the addresses that somebody else has put there (systemd.network(5), `KeepConfiguration=`).

Forwarding is left to sysctl: `IPForward=` does nothing from 256 on and `IPv4Forwarding=` is unknown before. NAT is
left to nftables: `IPMasquerade=` would make networkd keep a ruleset of its own.
"""

from taploom.backends.artifact import Artifact
from taploom.backends.networkd import bridge, tap, uplink
from taploom.backends.units import printer
from taploom.backends.units.tree import Unit
from taploom.base.identity import remembered
from taploom.plan.host import Host


@remembered
def units(host: Host) -> tuple[Unit, ...]:
    """All units of a host, sorted by file name.

    Raises:
        ValueError: a route's device is neither an uplink nor a bridge of the host, which the plan rules out.
    """
    known = {u.name for u in host.uplinks} | {b.device for b in host.bridges}
    stray = [route.name for route in host.routes if route.device not in known]
    if stray:
        raise ValueError(f"routes without a link: {', '.join(stray)}")
    found = [
        *(uplink.unit(u, host.routes) for u in host.uplinks if u.configured),
        *(unit for b in host.bridges for unit in bridge.units(host, b)),
        *(unit for b in host.bridges for unit in tap.units(host, b)),
    ]
    return tuple(sorted(found, key=lambda unit: unit.name))


def artifacts(host: Host) -> tuple[Artifact, ...]:
    """The units as files of `hosts/HOST/networkd`."""
    return printer.artifacts(units(host), f"hosts/{host.name}/networkd")
