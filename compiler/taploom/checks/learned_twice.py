"""TL619: two forwards of one port on uplinks without fixed addresses, which the host confuses for some senders."""

from collections.abc import Iterator
from itertools import combinations

from taploom.base.address import FAMILIES, Family
from taploom.base.diagnostic import Diagnostic, Label
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.checks.families import fixed
from taploom.checks.intervals import Intervals
from taploom.plan.host import Host
from taploom.plan.interfaces import outside
from taploom.plan.policy import DnatEntry

RULE = DiagnosticRule(
    "TL619",
    "forward-by-unknown-address",
    Severity.WARNING,
    "Of several forwards of one port on different uplinks, at most one listens on an address that is not fixed.",
    "If the address of an uplink is learned, or set by another tool, the host recognises it only by the uplink through "
    "which a packet arrives. A sender on the host's networks, or beyond a third uplink, reaches the forward whose name "
    "comes first, whichever address the sender used.",
    "Give an uplink a fixed address, change a port, or give both a `from` without common senders.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n"
    "  hv1:\n    uplinks: {eth0: {zone: internet, ipv4: dhcp}, eth1: {zone: line, ipv4: dhcp, metric: 2000}}\n"
    "    networks: {lan: {}}\n"
    "guests:\n  a: {host: hv1, nics: {lan: {}}}\n  b: {host: hv1, nics: {lan: {}}}\n"
    "forwards:\n  one: {on: hv1/eth0, ports: https, to: a}\n  two: {on: hv1/eth1, ports: https, to: b}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n"
    "  hv1:\n    uplinks: {eth0: {zone: internet, ipv4: dhcp}, eth1: {zone: line, ipv4: dhcp, metric: 2000}}\n"
    "    networks: {lan: {}}\n"
    "guests:\n  a: {host: hv1, nics: {lan: {}}}\n  b: {host: hv1, nics: {lan: {}}}\n"
    "forwards:\n  one: {on: hv1/eth0, ports: https, to: a}\n  two: {on: hv1/eth1, ports: tcp/8443, to: b}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Compare the DNAT entries of each host that share no uplink; report each pair of forwards once."""
    reported: set[frozenset[str]] = set()
    for host in context.plan.hosts:
        for family in FAMILIES:
            for dnat_entry, other in _pairs(host, family):
                names = frozenset((dnat_entry.forward, other.forward))
                if names not in reported:
                    reported.add(names)
                    first, second = sorted((dnat_entry, other), key=lambda one: (one.sources is None, one.forward))
                    yield _finding(context, first, second)


def _pairs(host: Host, family: Family) -> Iterator[tuple[DnatEntry, DnatEntry]]:
    known = {uplink.device for uplink in outside(host) for of, _ in fixed(uplink) if of is family}
    groups: dict[tuple[str, ...], list[DnatEntry]] = {}
    for dnat_entry in host.dnat_entries:
        at = tuple(name for name in dnat_entry.uplinks if name not in known)
        if dnat_entry.family is family and at:
            groups.setdefault(at, []).append(dnat_entry)
    for one, other in combinations(sorted(groups), 2):
        if set(one).isdisjoint(other):
            third = len(outside(host)) > len({*one, *other})
            yield from _meeting(groups[one], groups[other], third=third)


def _meeting(
    dnat_entries: list[DnatEntry], others: list[DnatEntry], *, third: bool
) -> Iterator[tuple[DnatEntry, DnatEntry]]:
    """Pairs of DNAT entries of one port that the host cannot tell apart for senders inside or beyond a third uplink."""
    for protocol in sorted({dnat_entry.protocol for dnat_entry in others}):
        ports = Intervals.of((x.first, x.last, x) for x in others if x.protocol == protocol)
        for dnat_entry in dnat_entries:
            other = ports.meeting(dnat_entry.first, dnat_entry.last) if dnat_entry.protocol == protocol else None
            asked = other and other.forward != dnat_entry.forward and (third or (dnat_entry.hairpin and other.hairpin))
            if other and asked and _share(dnat_entry, other):
                yield dnat_entry, other


def _share(dnat_entry: DnatEntry, other: DnatEntry) -> bool:
    """Whether some sender may use both forwards."""
    if dnat_entry.sources is None or other.sources is None or set(dnat_entry.outside).intersection(other.outside):
        return True
    if (dnat_entry.outside and other.sources) or (other.outside and dnat_entry.sources):
        return True
    return any(one.overlaps(two) for one in dnat_entry.sources for two in other.sources)


def _finding(context: Context, dnat_entry: DnatEntry, other: DnatEntry) -> Diagnostic:
    places = context.document.places
    one, two = (found.forward.removeprefix("forward/") for found in (dnat_entry, other))
    first, last = max(dnat_entry.first, other.first), min(dnat_entry.last, other.last)
    ports = f"{dnat_entry.protocol}/{first}" + (f"-{last}" if last > first else "")
    message = f"forward `{one}` also takes {ports} of `{two}` from senders that arrive at neither forward's uplink"
    label = Label(places.span("forwards", two, "ports"), f"forward `{two}`")
    hint = "give an uplink a fixed address, or change a port"
    return Diagnostic(RULE, message, places.span("forwards", one, "ports"), hint, (label,), subject=dnat_entry.forward)
