"""TL411: a guest with an address of another network."""

from collections.abc import Iterator

from taploom.base.address import FAMILIES, Address, Prefix, in_family
from taploom.base.diagnostic import Diagnostic, Label
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.checks.unusable_address import unusable_anywhere
from taploom.passes.sides import PRIVATE

RULE = DiagnosticRule(
    "TL411",
    "address-off-network",
    Severity.ERROR,
    "The address of a guest lies in the network of its NIC.",
    "The guest's gateway is not on the guest's link, and the host sends packets for the guest elsewhere.",
    "Take an address of the network, or write `auto`, so that the lock allocates one.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n  hv1: {networks: {lan: {}}}\n"
    "guests:\n  web: {host: hv1, nics: {lan: {ipv4: 10.0.1.10}}}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n  hv1: {networks: {lan: {}}}\n"
    "guests:\n  web: {host: hv1, nics: {lan: {ipv4: 10.0.0.10}}}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Compare the addresses of NICs with the prefixes of their networks; addresses from the lock always fit."""
    networks = {network.name: network for network in context.plan.networks}
    places = context.document.places
    for guest in context.plan.guests:
        for nic in guest.nics:
            for family in FAMILIES:
                mine, own = in_family(nic, family), in_family(networks[nic.network], family)
                if mine.address is None or mine.allocated or own is None or mine.address in own.prefix:
                    continue
                if unusable_anywhere(mine.address):  # such an address is reported already, and lies in no network
                    continue
                span = places.span("guests", guest.name, "nics", nic.network, family.key)
                label = Label(places.span("networks", nic.network, family.key), f"the network is {own.prefix}")
                message = f"{mine.address} of guest `{guest.name}` is not in network `{nic.network}`"
                subject = f"guest/{guest.name}"
                yield Diagnostic(RULE, message, span, _hint(mine.address, own.prefix), (label,), subject=subject)


def _hint(address: Address, prefix: Prefix) -> str:
    """The hint, which says more about a public address, as a provider probably routes it to the host for the guest."""
    if prefix.length == prefix.family.bits:
        return f"an address outside of its network is not supported yet: give the network a prefix that holds {address}"
    if any(address in private for private in PRIVATE):
        return f"take one of {prefix}, or write `auto`"
    return f"take one of {prefix}, or write `auto`; an address outside of its network is not supported yet"
