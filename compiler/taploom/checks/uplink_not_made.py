"""TL517: an uplink whose name is that of a VLAN, bond, team or bridge, which taploom does not create."""

from collections.abc import Iterator

from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.checks.devices import stacked

RULE = DiagnosticRule(
    "TL517",
    "uplink-not-made",
    Severity.WARNING,
    "An uplink is there without taploom: a NIC, or a device that another tool makes.",
    "VLANs, bonds and further bridges cannot be said yet, so no file of taploom's makes this device. If nothing else "
    "makes it either, the host has no such uplink, and boot waits for it.",
    "Have another tool make the device, and say which in a waiver. With networkd that is a `.netdev` file of your "
    "own; the NIC below, if it is an uplink, takes `VLAN=` in a drop-in such as "
    "`/etc/systemd/network/05-taploom-eno1.network.d/vlan.conf`, on NixOS in "
    '`systemd.network.networks."05-taploom-eno1".vlan`.',
    bad="hosts:\n  hv1: {uplinks: {eno1.100: {zone: internet, ipv4: dhcp}}}\n",
    good="hosts:\n  hv1: {uplinks: {eno1: {zone: internet, ipv4: dhcp}}}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Look at the names of the uplinks that the spec configures; other tools create those that they configure."""
    for host in context.plan.hosts:
        names = {uplink.name for uplink in host.uplinks}
        for uplink in host.uplinks:
            what = stacked(uplink.name, names) if uplink.configured else ""
            if what:
                span = context.document.places.key("hosts", host.name, "uplinks", uplink.name)
                message = f"nothing here makes uplink `{uplink.name}`: {what} cannot be said yet"
                hint = "have another tool make it, and waive this with its name"
                yield Diagnostic(RULE, message, span, hint, subject=f"host/{host.name}")
