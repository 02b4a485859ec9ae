"""TL517: an uplink named like a VLAN, bond, team or bridge, which taploom does not make."""

from collections.abc import Iterator

from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.checks.devices import stacked

RULE = DiagnosticRule(
    "TL517",
    "uplink-not-made",
    Severity.WARNING,
    "The device of an uplink exists without taploom: it is a NIC, or another tool makes it.",
    "VLANs, bonds and further bridges are not supported yet, so taploom does not make this device. If no other tool "
    "makes it either, the host has no such uplink, and boot waits for it.",
    "Let another tool make the device, and name the tool in a waiver. With networkd, write a `.netdev` file of your "
    "own; if the NIC below is an uplink, add `VLAN=` to a drop-in such as "
    "`/etc/systemd/network/05-taploom-eno1.network.d/vlan.conf`, on NixOS to "
    '`systemd.network.networks."05-taploom-eno1".vlan`.',
    bad="hosts:\n  hv1: {uplinks: {eno1.100: {zone: internet, ipv4: dhcp}}}\n",
    good="hosts:\n  hv1: {uplinks: {eno1: {zone: internet, ipv4: dhcp}}}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Look at the names of the uplinks that the spec configures; another tool makes all other uplinks."""
    for host in context.plan.hosts:
        names = {uplink.name for uplink in host.uplinks}
        for uplink in host.uplinks:
            what = stacked(uplink.name, names) if uplink.configured else ""
            if what:
                span = context.document.places.key("hosts", host.name, "uplinks", uplink.name)
                message = f"taploom does not make uplink `{uplink.name}`: {what} are not supported yet"
                hint = "have another tool make it, and name that tool in a waiver"
                yield Diagnostic(RULE, message, span, hint, subject=f"host/{host.name}")
