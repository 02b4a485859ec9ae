"""TL507: a pattern that also matches the TAPs of other tools."""

from collections.abc import Iterator

from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.checks.globs import is_glob, matches

RULE = DiagnosticRule(
    "TL507",
    "broad-pattern",
    Severity.WARNING,
    "A TAP pattern matches no name that other tools give to their devices.",
    "networkd attaches every TAP and TUN device with a matching name to the bridge, also those of libvirt's guests or "
    "of a VPN.",
    "Begin the pattern with a word of your own, such as `vm-*`.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n  hv1: {networks: {lan: {taps: t*}}}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n  hv1: {networks: {lan: {taps: vm-*}}}\n",
)
FOREIGN = (
    ("vnet0", "libvirt"),
    ("tap0", "QEMU and OpenVPN"),
    ("tun0", "VPNs"),
    ("tailscale0", "Tailscale"),
    ("tap100i0", "Proxmox"),
)
"""Names of TAP and TUN devices that common tools choose by default."""


def check(context: Context) -> Iterator[Diagnostic]:
    """Match each pattern against the well-known names of other tools."""
    for name, host in sorted(context.document.hosts.items()):
        for network, attachment in sorted(host.networks.items()):
            for pattern in sorted(set(attachment.taps)):
                taken = next((entry for entry in FOREIGN if is_glob(pattern) and matches(entry[0], pattern)), None)
                if taken:
                    span = context.document.places.item(pattern, "hosts", name, "networks", network, "taps")
                    message = f"pattern `{pattern}` also matches `{taken[0]}`, a name that {taken[1]} would choose"
                    hint = "begin it with a word of your own, such as `vm-*`"
                    yield Diagnostic(RULE, message, span, hint, subject=f"host/{name}")
