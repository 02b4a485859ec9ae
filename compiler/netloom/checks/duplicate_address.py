"""NL412: one address, two stations."""

from collections.abc import Iterator
from dataclasses import dataclass

from netloom.base.address import FAMILIES, Address
from netloom.base.diagnostic import Diagnostic, Label
from netloom.base.rule import Rule, Severity
from netloom.base.span import Span
from netloom.checks.context import Context
from netloom.checks.families import fixed, half
from netloom.plan.guest import Mode

RULE = Rule(
    "NL412",
    "duplicate-address",
    Severity.ERROR,
    "On one link each address belongs to one station: to the host, to an uplink's gateway or to a guest.",
    "Both answer for the address, and each takes the other's traffic for as long as a neighbour remembers it.",
    "Give one of the two another address, or leave it to the lock with `auto`.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n  hv1: {networks: {lan: {}}}\nguests:\n"
    "  a: {host: hv1, nics: {lan: {ipv4: 10.0.0.10}}}\n  b: {host: hv1, nics: {lan: {ipv4: 10.0.0.10}}}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n  hv1: {networks: {lan: {}}}\nguests:\n"
    "  a: {host: hv1, nics: {lan: {ipv4: 10.0.0.10}}}\n  b: {host: hv1, nics: {lan: {ipv4: 10.0.0.11}}}\n",
)


@dataclass(frozen=True, slots=True)
class _Holder:
    """Who has an address on a link; `path` is where the spec says so."""

    link: str
    address: Address
    what: str
    subject: str
    path: tuple[str, ...]


def check(context: Context) -> Iterator[Diagnostic]:
    """Go through all addresses, link by link."""
    first: dict[tuple[str, Address], _Holder] = {}
    for holder in (*_hosts(context), *_guests(context)):
        before = first.setdefault((holder.link, holder.address), holder)
        if before is not holder:
            message = f"{holder.address} of {holder.what} is the address of {before.what} too"
            label = Label(_span(context, before), f"{before.what} has it")
            hint = "give one of the two another address"
            yield Diagnostic(RULE, message, _span(context, holder), hint, (label,), subject=holder.subject)


def _span(context: Context, holder: _Holder) -> Span:
    return context.document.places.span(*holder.path)


def _hosts(context: Context) -> Iterator[_Holder]:
    for network in context.plan.networks:
        for family in FAMILIES:
            if own := half(network, family):
                name, path = network.name, ("networks", network.name, family.key)
                yield _Holder(f"network/{name}", own.address, f"network `{name}`", f"network/{name}", path)
    for host in context.plan.hosts:
        for uplink in host.uplinks:
            at, link = ("hosts", host.name, "uplinks", uplink.name), f"zone/{uplink.zone}"
            for family, side in fixed(uplink):
                what = f"uplink `{uplink.name}` of host `{host.name}`"
                yield _Holder(link, side.interface.address, what, f"host/{host.name}", (*at, family.key))
                if side.gateway == side.interface.address:
                    key, what = f"gateway{family.value}", f"the gateway of uplink `{uplink.name}`"
                    yield _Holder(link, side.gateway, what, f"host/{host.name}", (*at, key))


def _guests(context: Context) -> Iterator[_Holder]:
    for guest in context.plan.guests:
        for nic in guest.nics:
            path = ("guests", guest.name, "nics", nic.network)
            for family in FAMILIES:
                mine = half(nic, family)
                if mine.address is not None and mine.mode is not Mode.NONE:
                    what, link = f"guest `{guest.name}`", f"network/{nic.network}"
                    yield _Holder(link, mine.address, what, f"guest/{guest.name}", (*path, family.key))
