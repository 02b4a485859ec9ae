"""TL431: DHCP reservations that the server finds only by the client identifier, not by the MAC address."""

from collections.abc import Iterator

from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.plan.guest import Mode, Nic

BY_HARDWARE = 254
"""From this version on networkd's server also looks for a reservation by the client's hardware address."""

RULE = DiagnosticRule(
    "TL431",
    "reservation-by-identifier",
    Severity.WARNING,
    f"On a host with systemd below {BY_HARDWARE}, guests with all addresses from DHCP or RA have no reservation.",
    f"Below {BY_HARDWARE} networkd's server looks a reservation up by the client identifier. A guest that runs "
    "networkd, such as a cloud image, sends an identifier made from its machine ID: it gets an address of the pool, "
    "and the spoof guard silently drops what the guest sends from there. (The guard allows only the reserved address, "
    "since policy and forwards apply to it: a `deny` would not stop the guest at another address.) Guests with "
    "taploom's units send the hardware address and are not affected; the spec does not say which guests have these "
    "units. (A guest with a static address, such as an IPv6 one, is configured by these units or by hand, and is not "
    "reported.)",
    "Write `ClientIdentifier=mac` into `[DHCPv4]` of the guest's own unit (netplan: `dhcp-identifier: mac`), or give "
    f"the guest taploom's units, and waive the finding. Or bring the host to systemd {BY_HARDWARE}, and write that "
    "version as `target`.",
    bad="site: {target: {systemd: 252}}\nnetworks:\n  lan: {ipv4: 10.0.0.1/24, dhcp: true}\nhosts:\n"
    "  hv1: {networks: {lan: {}}}\nguests:\n  cloud: {host: hv1, nics: {lan: {ipv4: 10.0.0.10}}}\n",
    good="site: {target: {systemd: 252}}\nnetworks:\n  lan: {ipv4: 10.0.0.1/24, dhcp: true}\nhosts:\n"
    "  hv1: {target: {systemd: 257}, networks: {lan: {}}}\n"
    "guests:\n  cloud: {host: hv1, nics: {lan: {ipv4: 10.0.0.10}}}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Look at the reservations on hosts with an older systemd; each network is reported once."""
    found: dict[str, list[str]] = {}
    for guest in context.plan.guests:
        if (
            _names_version(context, guest.host)
            and guest.target.systemd < BY_HARDWARE
            and all(map(_learns_all_addresses, guest.nics))
        ):
            for nic in guest.nics:
                if nic.ipv4.mode is Mode.RESERVED:
                    found.setdefault(nic.network, []).append(guest.name)
    for network, guests in sorted(found.items()):
        span = context.document.places.span("networks", network, "dhcp")
        message = _message(network, guests, guarded=context.document.networks[network].spoof_guard)
        hint = "set `ClientIdentifier=mac` in the guest, as taploom's units for guests do, and waive this"
        yield Diagnostic(RULE, message, span, hint, subject=f"network/{network}")


def _message(network: str, guests: list[str], *, guarded: bool) -> str:
    """The message, with the guests that may get another address, and the consequence."""
    if len(guests) == 1:
        who, gets = f"guest `{guests[0]}`", "gets its reserved address only with its MAC as client identifier"
        other = "at another address, " + (
            "the spoof guard drops its packets" if guarded else "policy does not apply to it"
        )
    else:
        who, gets = (
            f"guest `{guests[0]}` and {len(guests) - 1} more",
            "get reserved addresses only with MACs as client identifiers",
        )
        other = "at other addresses, " + (
            "the spoof guard drops their packets" if guarded else "policy does not apply to them"
        )
    return f"{who} of network `{network}` {gets}; {other}"


def _names_version(context: Context, host: str) -> bool:
    """Whether the spec names the systemd version of a host; if not, the plan assumes the oldest one."""
    targets = (context.document.hosts[host].target, context.document.site.target)
    return any(target.systemd is not None for target in targets)


def _learns_all_addresses(nic: Nic) -> bool:
    """Whether a NIC takes all its addresses from the network, so that the guest may run without taploom's units."""
    return nic.ipv4.mode is not Mode.STATIC and nic.ipv6.mode is not Mode.STATIC
