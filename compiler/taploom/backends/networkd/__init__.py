"""The networkd units of a host: its uplinks, its bridges and the TAPs on them.

For each link networkd uses the first `.network` file, in the order of names, whose `[Match]` fits. So the names of the
files set the precedence: uplinks (05), bridges (06), TAPs by their exact names (07), TAPs by a glob (08). All of them
sort before the files from tutorials, cloud-init and netplan (10, 11), NixOS (40, 99) and systemd (80). The numbers 00
to 04 stay free for files of the user that have to override ours.

An uplink that the spec only names, such as the interface of a VPN or Docker's bridge, has no unit: with one, networkd
would take over the link and remove the addresses that somebody else has put there (systemd.network(5),
`KeepConfiguration=`).

Forwarding is left to sysctl: `IPForward=` has no effect from systemd 256 on, and `IPv4Forwarding=` is unknown to older
versions. NAT is left to nftables: `IPMasquerade=` would make networkd keep a ruleset of its own.
"""

from typing import assert_never

from taploom.backends.artifact import Artifact
from taploom.backends.networkd import bridge, tap, uplink
from taploom.backends.units import printer
from taploom.backends.units.tree import Unit
from taploom.base.identity import remembered
from taploom.plan.host import Bridge, Host, Uplink
from taploom.plan.interfaces import InterfaceKind, interfaces


@remembered
def units(host: Host) -> tuple[Unit, ...]:
    """All units of a host, sorted by file name.

    Raises:
        ValueError: the device of a route is not an interface of the host; a valid plan has no such route.
    """
    known = {each.device for each in interfaces(host)}
    stray = [route.name for route in host.routes if route.device not in known]
    if stray:
        raise ValueError(f"routes without a link: {', '.join(stray)}")
    found = [unit for each in interfaces(host) if each.configured for unit in _units(host, each.kind)]
    return tuple(sorted(found, key=lambda unit: unit.name))


def _units(host: Host, kind: InterfaceKind) -> tuple[Unit, ...]:
    match kind:
        case Uplink():
            return (uplink.unit(kind, host.routes),)
        case Bridge():
            return (*bridge.units(host, kind), *tap.units(host, kind))
        case _:
            assert_never(kind)


def artifacts(host: Host) -> tuple[Artifact, ...]:
    """The units as files of `hosts/HOST/networkd`."""
    return printer.artifacts(units(host), f"hosts/{host.name}/networkd")
