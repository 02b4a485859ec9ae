"""TL410: an address that neither a host nor a guest can have."""

from collections.abc import Iterator

from taploom.base.address import FAMILIES, Address, Family, Prefix, in_family, parse_prefix
from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.base.span import Span
from taploom.checks.context import Context
from taploom.checks.families import fixed
from taploom.plan.interfaces import outside

RULE = DiagnosticRule(
    "TL410",
    "unusable-address",
    Severity.ERROR,
    "Each address of a host or a guest is a unicast address that a machine on that link can have.",
    "The kernel or its neighbours refuse network, broadcast, multicast, loopback, unspecified and link-local "
    "addresses, and the subnet-router anycast address of IPv6 (RFC 4291, 2.6.1).",
    "Choose an address of the network that is none of these.",
    bad="networks:\n  lan: {ipv4: 10.0.0.0/24}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24}\n",
)
IS_LINK_LOCAL = "is link-local"
SPECIAL = (
    (parse_prefix("0.0.0.0/8"), "belongs to no station"),
    (parse_prefix("127.0.0.0/8"), "is loopback"),
    (parse_prefix("169.254.0.0/16"), IS_LINK_LOCAL),
    (parse_prefix("224.0.0.0/4"), "is multicast"),
    (parse_prefix("240.0.0.0/4"), "is reserved"),
    (parse_prefix("::/128"), "belongs to no station"),
    (parse_prefix("::1/128"), "is loopback"),
    (parse_prefix("::ffff:0:0/96"), "is an IPv4 address in IPv6 form"),
    (parse_prefix("fe80::/10"), IS_LINK_LOCAL),
    (parse_prefix("ff00::/8"), "is multicast"),
)
"""Prefixes whose addresses no host and no guest can have, each with the reason."""


def check(context: Context) -> Iterator[Diagnostic]:
    """Look at the addresses of networks, uplinks and guests."""
    places = context.document.places
    for network in context.plan.networks:
        for family in FAMILIES:
            own = in_family(network, family)
            if own is not None and (why := _problem(own.address, own.prefix)):
                at = ("networks", network.name, family.key)
                yield _finding(
                    own.address, f"network `{network.name}`", why, places.span(*at), f"network/{network.name}"
                )
    for host in context.plan.hosts:
        for uplink in outside(host):
            for family, side in fixed(uplink):
                own = side.interface
                if why := _problem(own.address, own.prefix, link_local=True):
                    span = places.span("hosts", host.name, "uplinks", uplink.device, family.key)
                    yield _finding(own.address, f"uplink `{uplink.device}`", why, span, f"host/{host.name}")
    yield from _guests(context)


def _guests(context: Context) -> Iterator[Diagnostic]:
    prefixes = {
        (network.name, family): own.prefix
        for network in context.plan.networks
        for family in FAMILIES
        if (own := in_family(network, family)) is not None
    }
    ends = {
        key: (prefix.value, prefix.last.value, bool(unusable_anywhere(prefix.first)))
        for key, prefix in prefixes.items()
    }
    for guest in context.plan.guests:
        for nic in guest.nics:
            for family, address in ((Family.IPV4, nic.ipv4.address), (Family.IPV6, nic.ipv6.address)):
                if address is None or (nic.network, family) not in ends:
                    continue
                first, last, special = ends[nic.network, family]
                if first < address.value < last and not special:
                    continue
                if why := _problem(address, prefixes[nic.network, family]):
                    span = context.document.places.span("guests", guest.name, "nics", nic.network, family.key)
                    yield _finding(address, f"guest `{guest.name}`", why, span, f"guest/{guest.name}")


def _problem(address: Address, prefix: Prefix, *, link_local: bool = False) -> str:
    """The reason why no machine on the link of `prefix` can have `address`; "" if a machine can."""
    family, why = address.family, unusable_anywhere(address)
    if why and not (link_local and why == IS_LINK_LOCAL):
        return why
    if prefix.length >= family.bits - 1:
        return ""
    if address.value == prefix.value:
        return f"is the {'network' if family is Family.IPV4 else 'subnet-router anycast'} address of {prefix}"
    if family is Family.IPV4 and address == prefix.last:
        return f"is the broadcast address of {prefix}"
    return ""


def unusable_anywhere(address: Address) -> str:
    """The reason why no machine of any network can have an address; "" if a machine can."""
    return next((why for special, why in SPECIAL if address in special), "")


def _finding(address: Address, what: str, why: str, span: Span, subject: str) -> Diagnostic:
    return Diagnostic(
        RULE, f"{what} cannot have `{address}`: it {why}", span, "choose another address", subject=subject
    )
