"""TL630: a NAT prefix that is on an uplink's own link, or in which a guest gets the host's own address."""

from collections.abc import Iterator

from taploom.base.address import Address, Family, Prefix
from taploom.base.diagnostic import Diagnostic, Label
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.checks.families import fixed
from taploom.plan.host import Fixed, Host
from taploom.plan.interfaces import HostInterface, inside, outside
from taploom.plan.policy import NatKind, SourceNat

RULE = DiagnosticRule(
    "TL630",
    "nat-prefix-on-link",
    Severity.WARNING,
    "The prefix to which a network is translated is routed to the host: it is not on the link of an uplink, and no "
    "guest is translated to the host's own address.",
    "The router outside resolves each address of its link by neighbour discovery, and the host answers only for its "
    "own addresses, so replies to guests are lost. Replies to a guest that is translated to the host's own address end "
    "at the host.",
    "Have the provider route another prefix to the host and write that, or use `masquerade`.",
    bad="networks:\n  lan: {ipv6: 'fd12:3456:789a::1/64', nat: {ipv6: '2001:db8:10::/64'}}\nhosts:\n  hv1:\n"
    "    uplinks: {eth0: {zone: internet, ipv6: '2001:db8:10::10/64', gateway6: fe80::1}}\n    networks: {lan: {}}\n",
    good="networks:\n  lan: {ipv6: 'fd12:3456:789a::1/64', nat: {ipv6: '2001:db8:11::/64'}}\nhosts:\n  hv1:\n"
    "    uplinks: {eth0: {zone: internet, ipv6: '2001:db8:10::10/64', gateway6: fe80::1}}\n    networks: {lan: {}}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Compare each translation with the static addresses of its host; one finding for a network and an uplink."""
    for host in context.plan.hosts:
        mapped = {entry.network: entry for entry in host.nat if entry.kind is NatKind.PREFIX and entry.to}
        for entry in mapped.values():
            for uplink in outside(host):
                for family, side in fixed(uplink):
                    if family is Family.IPV6 and entry.to:
                        yield from _judged(context, (host, uplink, side), entry, entry.to)


def _judged(
    context: Context, at: tuple[Host, HostInterface, Fixed], entry: SourceNat, to: Prefix
) -> Iterator[Diagnostic]:
    host, uplink, side = at
    own, address, family = side.interface.prefix, side.interface.address, side.interface.family
    guest = _becoming(host, entry, address)
    if own.length < family.bits and own.overlaps(to):
        message = f"network `{entry.network}` is translated to {to}, which is on the link of uplink `{uplink.device}`"
        message += f": guest `{guest}` becomes {address}, the host's own address" if guest else ""
        hint = "nobody answers neighbour discovery for its guests: name a prefix that is routed to the host"
    elif guest:
        message = f"guest `{guest}` is translated to {address}, the host's own address at uplink `{uplink.device}`"
        hint = "give the guest or the host an address with another host part"
    else:
        return
    places = context.document.places
    label = Label(places.span("hosts", host.name, "uplinks", uplink.device, "ipv6"), "the host's address")
    span = places.span("networks", entry.network, "nat", "ipv6")
    yield Diagnostic(RULE, message, span, hint, (label,), subject=f"network/{entry.network}")


def _becoming(host: Host, entry: SourceNat, address: Address) -> str:
    """The guest whose address is translated to `address`; "" if none is known."""
    if entry.to is None or address not in entry.to:
        return ""
    inner = entry.source.first + (address.value - entry.to.value)
    ports = (port for here in inside(host) if here.network == entry.network for port in here.ports)
    return next((port.guest for port in ports if inner in (port.ipv6 or ())), "")
