"""TL418: more guests than the DHCP pool has addresses."""

from collections import Counter
from collections.abc import Iterator

from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.passes.pools import pool_of
from taploom.plan.guest import Mode

RULE = DiagnosticRule(
    "TL418",
    "pool-too-small",
    Severity.ERROR,
    "A DHCP pool has an address for each guest that asks for one with `ipv4: dhcp`.",
    "The guest that starts last gets no address.",
    "Widen the pool, or give some guests a fixed address or `auto`.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24, dhcp: {pool: 10.0.0.100-100}}\nhosts:\n  hv1: {networks: {lan: {}}}\n"
    "guests:\n  a: {host: hv1, nics: {lan: {ipv4: dhcp}}}\n  b: {host: hv1, nics: {lan: {ipv4: dhcp}}}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24, dhcp: {pool: 10.0.0.100-101}}\nhosts:\n  hv1: {networks: {lan: {}}}\n"
    "guests:\n  a: {host: hv1, nics: {lan: {ipv4: dhcp}}}\n  b: {host: hv1, nics: {lan: {ipv4: dhcp}}}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Count the guests of each pool; a fixed address within a pool is subtracted from the pool's addresses."""
    asking: Counter[str] = Counter()
    pools = {name: pool for name, n in context.document.networks.items() if (pool := pool_of(n)) is not None}
    room = {name: pool.last.value - pool.first.value + 1 for name, pool in pools.items()}
    for guest in context.plan.guests:
        for nic in guest.nics:
            pool, address = pools.get(nic.network), nic.ipv4.address
            if nic.ipv4.mode is Mode.DHCP:
                asking[nic.network] += 1
            elif pool is not None and address is not None and pool.first <= address <= pool.last:
                room[nic.network] -= 1
    for name, count in sorted(asking.items()):
        if name in room and count > room[name]:
            span = context.document.places.span("networks", name, "dhcp", "pool")
            message = f"the DHCP pool of network `{name}` has room for {max(room[name], 0)} of {count} guests"
            hint = "widen the pool, or write `ipv4: auto` in some guests"
            yield Diagnostic(RULE, message, span, hint, subject=f"network/{name}")
