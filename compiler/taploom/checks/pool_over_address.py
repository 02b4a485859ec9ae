"""TL417: a DHCP pool that covers the address of a gateway, an uplink or a guest."""

from collections.abc import Iterator, Mapping

from taploom.base.address import Family
from taploom.base.diagnostic import Diagnostic, Label
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.passes.pools import pool_of
from taploom.plan.interfaces import inside, within
from taploom.spec.values import PoolRange

RULE = DiagnosticRule(
    "TL417",
    "pool-over-address",
    Severity.WARNING,
    "A DHCP pool contains neither the address of its gateway nor a known address of an uplink or a guest.",
    "The server does not give out an address that it knows to be taken. But if a guest configures its address without "
    "DHCP, the server may give the same address to another guest.",
    "Move the address out of the pool, or set a `pool` without it; the default pool is half of the subnet.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24, dhcp: {pool: 10.0.0.100-199}}\nhosts:\n  hv1: {networks: {lan: {}}}\n"
    "guests:\n  web: {host: hv1, nics: {lan: {ipv4: 10.0.0.150}}}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24, dhcp: {pool: 10.0.0.100-199}}\nhosts:\n  hv1: {networks: {lan: {}}}\n"
    "guests:\n  web: {host: hv1, nics: {lan: {ipv4: 10.0.0.50}}}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Compare pools with the addresses of gateways, uplinks and guests."""
    places = context.document.places
    pools = {name: pool for name, n in context.document.networks.items() if (pool := pool_of(n)) is not None}
    for name, pool in sorted(pools.items()):
        own = context.document.networks[name].ipv4
        if own is not None and pool.first <= own.address <= pool.last:
            label = Label(places.span("networks", name, "dhcp", "pool"), f"the pool is {pool.first}-{pool.last}")
            message = f"the DHCP pool of network `{name}` covers its gateway {own.address}"
            span = places.span("networks", name, "ipv4")
            yield Diagnostic(RULE, message, span, "leave it out of the pool", (label,), subject=f"network/{name}")
    yield from _singles(context, pools)
    for guest in context.plan.guests:
        for nic in guest.nics:
            held, address = pools.get(nic.network), nic.ipv4.address
            if held is None or address is None or not held.first <= address <= held.last:
                continue
            span = places.span("guests", guest.name, "nics", nic.network, "ipv4")
            there = places.span("networks", nic.network, "dhcp", "pool")
            label = Label(there, f"the pool is {held.first}-{held.last}")
            message = f"{address} of guest `{guest.name}` is in the DHCP pool of network `{nic.network}`"
            other = context.locked(guest.name, nic.network, "ipv4") or "take an address outside of the pool"
            hint = f"{other}, or name a smaller `pool`"
            yield Diagnostic(RULE, message, span, hint, (label,), subject=f"guest/{guest.name}")


def _singles(context: Context, pools: Mapping[str, PoolRange]) -> Iterator[Diagnostic]:
    """Findings on addresses of uplinks that lie in a network of their host; the DHCP server does not know them."""
    for host in context.plan.hosts:
        found = [(own.network, a) for own in inside(host) for a in within(host, (part.prefix for part in own.fixed))]
        for network, address in found:
            pool = pools.get(network)
            if pool and address.family is Family.IPV4 and pool.first <= address <= pool.last:
                label = Label(context.document.places.span("networks", network, "ipv4"), "the network")
                span = context.document.places.span("networks", network, "dhcp")
                message = f"the DHCP pool of network `{network}` covers {address} of an uplink of host `{host.name}`"
                yield Diagnostic(
                    RULE, message, span, "name a `pool` without it", (label,), subject=f"network/{network}"
                )
