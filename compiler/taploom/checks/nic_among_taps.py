"""TL516: the name of a NIC in the `taps` of a network."""

from collections.abc import Iterator

from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.checks.devices import is_nic, never_tun
from taploom.checks.globs import is_glob
from taploom.plan.interfaces import outside

RULE = DiagnosticRule(
    "TL516",
    "nic-among-taps",
    Severity.WARNING,
    "The `taps` of a network name TAPs, and no uplink or other device.",
    "The unit matches only devices of the kernel's kind `tun`. TAPs are of that kind and NICs are not: the NIC never "
    "joins the bridge, and the guests reach nobody beyond it. A NIC as a port of a bridge is not supported yet.",
    "Remove the name. Write the NIC as an uplink with a zone, so that the host routes between it and the network; add "
    "`nat: true` if the machines behind the NIC have no route back. Waive the finding if the device is a TAP despite "
    "its name.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n  hv1: {networks: {lan: {taps: [vm-*, enp1s0]}}}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n"
    "  hv1: {uplinks: {enp1s0: {zone: office, ipv4: dhcp}}, networks: {lan: {taps: vm-*}}, input: foreign}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Look in the `taps` of each network for full device names, and for globs that match names of NICs."""
    places = context.document.places
    for host in context.plan.hosts:
        own = {uplink.device for uplink in outside(host) if uplink.configured}
        for network, attachment in sorted(context.document.hosts[host.name].networks.items()):
            for tap in sorted(set(attachment.taps)):
                nics = is_glob(tap) and is_nic(tap.replace("*", "0").replace("?", "0"))
                if nics or tap in own or never_tun(tap):
                    what = f"a NIC that `{tap}` matches" if nics else f"`{tap}`"
                    message = f"{what} never joins the bridge of network `{network}`, which takes only TAPs"
                    span = places.item(tap, "hosts", host.name, "networks", network, "taps")
                    hint = "remove it: a NIC cannot be a port of a bridge yet, so let the host route"
                    yield Diagnostic(RULE, message, span, hint, subject=f"host/{host.name}")
