"""TL412: one address that two machines on a link have."""

from collections.abc import Iterator

from taploom.base.address import FAMILIES, Address, in_family
from taploom.base.diagnostic import Diagnostic, Label
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.base.frozen import dataclass
from taploom.checks.context import Context
from taploom.checks.families import fixed
from taploom.passes.wire import known_addresses
from taploom.plan.host import Host
from taploom.plan.interfaces import inside, outside

RULE = DiagnosticRule(
    "TL412",
    "duplicate-address",
    Severity.ERROR,
    "On one link each address belongs to one station: to the host, to an uplink's gateway or to a guest.",
    "Two stations answer for the address, so neighbours send the traffic of one to the other.",
    "Give one of the two another address, or leave it to the lock with `auto`.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n  hv1: {networks: {lan: {}}}\nguests:\n"
    "  a: {host: hv1, nics: {lan: {ipv4: 10.0.0.10}}}\n  b: {host: hv1, nics: {lan: {ipv4: 10.0.0.10}}}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n  hv1: {networks: {lan: {}}}\nguests:\n"
    "  a: {host: hv1, nics: {lan: {ipv4: 10.0.0.10}}}\n  b: {host: hv1, nics: {lan: {ipv4: 10.0.0.11}}}\n",
)


_Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Holder:
    """A station that has an address; `path` is the path of that address in the spec."""

    address: Address
    what: str
    subject: str
    path: _Path


def check(context: Context) -> Iterator[Diagnostic]:
    """Compare the addresses of each link: first in the zones beyond the uplinks, then on each network."""
    yield from _outside(context)
    first: dict[tuple[str, Address], str] = {}
    for network in context.plan.networks:
        for family in FAMILIES:
            if own := in_family(network, family):
                first[network.name, own.address] = ""
    singles = {(network, holder.address): holder for network, holder in _within(context)}
    for at in singles.keys() & first.keys():
        yield _finding(context, singles[at], _guest(at[1], "", at[0]))
    for guest in context.plan.guests:
        for nic in guest.nics:
            for address in known_addresses(nic):
                if single := singles.get((nic.network, address)):
                    yield _finding(context, _guest(address, guest.name, nic.network), single)
                before = first.setdefault((nic.network, address), guest.name)
                if before != guest.name:
                    yield _finding(
                        context, _guest(address, guest.name, nic.network), _guest(address, before, nic.network)
                    )


def _within(context: Context) -> Iterator[tuple[str, _Holder]]:
    """Static addresses of uplinks and gateways that lie in a network of the same host, each with the network.

    Guests of the network look for such an address on their bridge, even if it is that of the provider's router.
    """
    for host in context.plan.hosts:
        held = [*_at_uplinks(host), *_gateways(host)]
        for here in inside(host):
            prefixes = [own.prefix for own in here.fixed]
            yield from ((here.network, one) for one in held if any(one.address in prefix for prefix in prefixes))


def _gateways(host: Host) -> Iterator[_Holder]:
    for uplink in outside(host):
        for family, side in fixed(uplink):
            if isinstance(side.gateway, Address):
                path = ("hosts", host.name, "uplinks", uplink.device, f"gateway{family.value}")
                yield _Holder(side.gateway, f"the gateway of uplink `{uplink.device}`", f"host/{host.name}", path)


def _at_uplinks(host: Host) -> Iterator[_Holder]:
    for uplink in outside(host):
        for family, side in fixed(uplink):
            at, what = ("hosts", host.name, "uplinks", uplink.device), f"uplink `{uplink.device}` of host `{host.name}`"
            yield _Holder(side.interface.address, what, f"host/{host.name}", (*at, family.key))


def _guest(address: Address, guest: str, network: str) -> _Holder:
    """The holder of an address on a network: the given guest, or the network's own gateway if `guest` is ""."""
    key = address.family.key
    if not guest:
        return _Holder(address, f"network `{network}`", f"network/{network}", ("networks", network, key))
    return _Holder(address, f"guest `{guest}`", f"guest/{guest}", ("guests", guest, "nics", network, key))


def _outside(context: Context) -> Iterator[Diagnostic]:
    first: dict[tuple[str, Address], _Holder] = {}
    for host in context.plan.hosts:
        holders = iter(_at_uplinks(host))
        for uplink in outside(host):
            for family, side in fixed(uplink):
                holder = next(holders)
                before = first.setdefault((uplink.zone, holder.address), holder)
                if before is not holder:
                    yield _finding(context, holder, before)
                if side.gateway == holder.address:
                    path = (*holder.path[:-1], f"gateway{family.value}")
                    gateway = f"the gateway of uplink `{uplink.device}`"
                    yield _finding(context, _Holder(holder.address, gateway, holder.subject, path), holder)


def _finding(context: Context, holder: _Holder, before: _Holder) -> Diagnostic:
    message = f"{holder.what} has address {holder.address}, which {before.what} has too"
    places = context.document.places
    label = Label(places.span(*before.path), f"{before.what} has it")
    again = (context.locked(p[1], p[3], p[4]) for p in (holder.path, before.path) if p[0] == "guests")
    found = next(filter(None, again), "")
    hint = f"write another one, or {found}" if found else "give one of the two another address"
    return Diagnostic(RULE, message, places.span(*holder.path), hint, (label,), subject=holder.subject)
