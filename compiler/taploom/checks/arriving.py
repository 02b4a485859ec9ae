"""Guests whose packets reach another host of the site with a translated sender, for the checks TL617 and TL618."""

from collections.abc import Iterable, Iterator, Mapping

from taploom.base.address import in_family
from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule
from taploom.base.frozen import dataclass
from taploom.checks.context import Context
from taploom.checks.families import word
from taploom.checks.selecting import Selecting
from taploom.passes.selections import Selection
from taploom.plan.host import Fixed, Host, Input
from taploom.plan.interfaces import HostInterface, outside
from taploom.plan.policy import NatKind, SourceNat
from taploom.spec.values import Selector


@dataclass(frozen=True, slots=True)
class ArrivingEntry:
    """An entry with the senders that it selects, and the hosts that enforce it.

    Attributes:
        section: `policy` or `forwards`.
        senders: the selectors in its `from`.
        sources: the selection of these selectors.
        hosts: names of the hosts that enforce it.
    """

    section: str
    name: str
    senders: tuple[Selector, ...]
    sources: Selection
    hosts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Arrival:
    """Guests of a network whose packets reach another host with a translated source address.

    Attributes:
        nat: the translation of the packets.
        of: the host of the network.
        at: the host that receives the packets.
    """

    nat: SourceNat
    of: Host
    at: Host


def arriving_entries(context: Context) -> Iterator[ArrivingEntry]:
    """All policy entries, and all forwards that not everybody may use; empty if broken objects were left out."""
    translated = len(context.plan.hosts) > 1 and any(host.nat for host in context.plan.hosts)
    if not translated or context.broken("hosts", "routes", "networks", "guests", "addresses"):
        return
    selecting = Selecting.of(context)
    managed = frozenset(host.name for host in context.plan.hosts if host.input is Input.MANAGED)
    for name, entry in sorted(context.document.policy.items()):
        to = selecting.space(entry.to)
        hosts = managed if to.everyone else managed & to.hosts
        if entry.deny is not None:
            hosts |= _forwarding(context.plan.hosts, to)
        yield ArrivingEntry("policy", name, entry.from_, selecting.space(entry.from_), hosts)
    for name, forward in sorted(context.document.forwards.items()):
        selection = selecting.space(forward.from_)
        if not selection.everyone:
            yield ArrivingEntry("forwards", name, forward.from_, selection, frozenset({forward.on.host}))


def _forwarding(hosts: Iterable[Host], to: Selection) -> frozenset[str]:
    """The hosts with a forward to a selected destination, which senders reach at an address of such a host."""
    meant = {prefix for found in to.guests.values() for prefix in found}
    return frozenset(
        host.name
        for host in hosts
        if any(
            to.everyone or dnat_entry.network in to.networks or dnat_entry.target.prefix in meant
            for dnat_entry in host.dnat_entries
        )
    )


def arrivals(context: Context, entry: ArrivingEntry) -> Iterator[Arrival]:
    """Guests that an entry selects by their own address, but not by the translated address of their packets."""
    for of, nat in _translations(context):
        if not _selects(entry.sources, nat) or _covers(entry.sources, of, nat):
            continue
        for at in context.plan.hosts:
            if at.name != of.name and at.name in entry.hosts and _translated(of, nat, at):
                yield Arrival(nat, of, at)


def _translations(context: Context) -> Iterator[tuple[Host, SourceNat]]:
    doubled = context.doubled()
    return ((host, nat) for host in context.plan.hosts for nat in host.nat if nat.network not in doubled)


def _selects(selection: Selection, nat: SourceNat) -> bool:
    named = selection.everyone or nat.network in selection.networks or nat.network in selection.guests
    return named or any(prefix.overlaps(nat.source) for prefix in selection.literals)


def _covers(selection: Selection, of: Host, nat: SourceNat) -> bool:
    """Whether an entry also selects the translated address of the sender; `any` selects no hosts."""
    outside = nat.kind is NatKind.PREFIX and (selection.everyone or _by_name(of)[nat.uplink].zone in selection.outside)
    return (
        outside or of.name in selection.hosts or (nat.to is not None and any(nat.to in p for p in selection.literals))
    )


def _translated(of: Host, nat: SourceNat, at: Host) -> bool:
    """Whether a translation applies to all packets for a host, at each of the host's addresses."""
    zone = _by_name(of)[nat.uplink].zone
    near = any(u.zone == zone and in_family(u, nat.family) is not None for u in outside(at))
    sides = (in_family(uplink, nat.family) for uplink in outside(at))
    fixed = {side.interface.address.prefix for side in sides if isinstance(side, Fixed)}
    same = (n for n in of.nat if (n.network, n.family) == (nat.network, nat.family))
    return near and not any(fixed.intersection(n.spared) for n in same)


def _by_name(host: Host) -> Mapping[str, HostInterface]:
    return {uplink.device: uplink for uplink in outside(host)}


def finding(context: Context, rule: DiagnosticRule, entry: ArrivingEntry, found: Arrival) -> Diagnostic:
    """The finding about an arrival that an entry does not match."""
    nat, of, at = found.nat, found.of.name, found.at.name
    whose = f"a source in {nat.to}" if nat.kind is NatKind.PREFIX else f"a source address of host `{of}`"
    message = f"packets of network `{nat.network}` reach host `{at}` with {whose}, which `{entry.name}` does not cover"
    meant = ("any", nat.network, f"network/{nat.network}")
    text = next((s.text for s in entry.senders if s.text in meant), "")
    span = context.document.places.item(text or entry.senders[0].text, entry.section, entry.name, "from")
    subject = f"{'policy' if entry.section == 'policy' else 'forward'}/{entry.name}"
    return Diagnostic(rule, message, span, _ways_out(found), subject=subject)


def _ways_out(found: Arrival) -> str:
    nat, zone = found.nat, _by_name(found.of)[found.nat.uplink].zone
    fixed = any(isinstance(in_family(uplink, nat.family), Fixed) for uplink in outside(found.at))
    ways = [f"give `{found.at.name}` a route to {nat.source} through an uplink in `{zone}`"] if fixed else []
    if nat.kind is NatKind.PREFIX:
        ways.append(f"add {nat.to} to `from`")
    elif nat.to is not None:
        ways.append(f"add `host/{found.of.name}` to `from`")
    return ", or ".join(ways) or f"give the uplinks of both hosts a fixed {word(nat.family)} address"
