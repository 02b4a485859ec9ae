"""TL627: a network whose packets reach another host at an uplink where that host drops packets from the network."""

from collections.abc import Iterator

from taploom.base.address import Address, Family, Prefix
from taploom.base.diagnostic import Diagnostic, Label
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.base.frozen import dataclass
from taploom.checks.context import Context
from taploom.flows.packets.forwarding import Forwarding
from taploom.plan.host import Fixed, Host
from taploom.plan.interfaces import HostInterface, outside
from taploom.plan.policy import Action, SideKind, Term

RULE = DiagnosticRule(
    "TL627",
    "believed-elsewhere",
    Severity.WARNING,
    "If an entry lets a network reach an address of another host, the packets arrive at an uplink through which that "
    "host routes to the network.",
    "A host accepts packets from an address of the site only at the uplinks through which it routes to that address. "
    "At any other uplink the host drops them, even if policy or a forward allows them, since anybody beyond that "
    "uplink could forge the source.",
    "Give the sending host a route to that address through the link that the replies take. Or translate the network "
    "with `nat`. Or name an address that the other host has on that link.",
    bad="networks:\n  a: {ipv4: 10.1.0.1/24}\n  b: {ipv4: 10.2.0.1/24}\n"
    "hosts:\n  h1:\n    uplinks:\n      eno1: {zone: internet, ipv4: 203.0.113.11/24, gateway4: 203.0.113.1}\n"
    "      eno2: {zone: line, ipv4: 192.0.2.1/30}\n    networks: {a: {}}\n"
    "    routes: {b: {to: 10.2.0.0/24, via: 192.0.2.2}}\n"
    "  h2:\n    uplinks:\n      eno1: {zone: internet, ipv4: 203.0.113.12/24, gateway4: 203.0.113.1}\n"
    "      eno2: {zone: line, ipv4: 192.0.2.2/30}\n    networks: {b: {}}\n"
    "policy:\n  admin: {from: b, to: h1, allow: ssh}\n",
    good="networks:\n  a: {ipv4: 10.1.0.1/24}\n  b: {ipv4: 10.2.0.1/24}\n"
    "hosts:\n  h1:\n    uplinks:\n      eno1: {zone: internet, ipv4: 203.0.113.11/24, gateway4: 203.0.113.1}\n"
    "      eno2: {zone: line, ipv4: 192.0.2.1/30}\n    networks: {a: {}}\n"
    "    routes: {b: {to: 10.2.0.0/24, via: 192.0.2.2}}\n"
    "  h2:\n    uplinks:\n      eno1: {zone: internet, ipv4: 203.0.113.12/24, gateway4: 203.0.113.1}\n"
    "      eno2: {zone: line, ipv4: 192.0.2.2/30}\n    networks: {b: {}}\n"
    "    routes: {h1: {to: 203.0.113.11/32, via: 192.0.2.1}}\n"
    "policy:\n  admin: {from: b, to: h1, allow: ssh}\n",
)


@dataclass(frozen=True, slots=True)
class _UplinkAddress:
    """An address at an uplink of a host."""

    host: Host
    uplink: HostInterface
    address: Address


def check(context: Context) -> Iterator[Diagnostic]:
    """Find the uplink at which the packets of an entry arrive; report each pair of network and uplink once.

    Entries with `from: any` are left out, because they do not name the network.
    """
    open_ = {f"policy/{entry.name}" for entry in context.plan.policy if "any" in entry.sources}
    ends = {end.address.prefix: end for host in context.plan.hosts if _chooses(host) for end in _ends(host)}
    reported: set[tuple[str, str, str]] = set()
    for host in context.plan.hosts if ends and not context.broken("hosts") else ():
        for term in host.terms:
            if term.action is not Action.ALLOW or term.entry in open_ or (term.ingress.kind, term.egress.kind) != _OUT:
                continue
            for end in (ends[prefix] for prefix in term.destinations if prefix in ends):
                key = (term.ingress.name, end.host.name, end.uplink.device)
                if end.host is not host and key not in reported and _named(term, end) and _dropped(host, term, end):
                    reported.add(key)
                    yield _finding(context, host, term, end)


_OUT = (SideKind.BRIDGE, SideKind.REMOTE)


def _chooses(host: Host) -> bool:
    """Whether a host accepts some senders of the site only at some of its uplinks."""
    return any(len(remote.uplinks) < len(outside(host)) for remote in host.remotes)


def _ends(host: Host) -> Iterator[_UplinkAddress]:
    for uplink in outside(host):
        for side in (uplink.ipv4, uplink.ipv6):
            if isinstance(side, Fixed):
                yield _UplinkAddress(host, uplink, side.interface.address)


def _named(term: Term, end: _UplinkAddress) -> bool:
    """Whether a term is of a policy entry, or some of its senders are in the `from` of a forward at the address."""
    dnat_entries = (
        dnat_entry
        for dnat_entry in end.host.dnat_entries
        if dnat_entry.family is term.family and end.uplink.device in dnat_entry.uplinks
    )
    named = (source for dnat_entry in dnat_entries for source in dnat_entry.sources or ())
    return term.entry.startswith("policy/") or any(source.overlaps(own) for source in named for own in term.sources)


def _dropped(host: Host, term: Term, end: _UplinkAddress) -> bool:
    """Whether packets leave untranslated into the zone of the address's uplink, at which the other host drops them."""
    if term.egress.name != end.uplink.zone:
        return False
    egresses = _egresses(host, term.family, end.address)
    by = [uplink for uplink in outside(host) if uplink.device in egresses and uplink.zone == end.uplink.zone]
    sources = [source for source in term.sources if _rejected(end, source)]
    return any(not _translated(host, term, uplink, end.address) for uplink in by) and bool(sources)


def _egresses(host: Host, family: Family, to: Address) -> tuple[str, ...]:
    forwarding = Forwarding.of(host, family)
    found = forwarding.egress(to.value)
    return (found,) if found else forwarding.preferred


def _rejected(end: _UplinkAddress, source: Prefix) -> bool:
    overlapping = (remote for remote in end.host.remotes if remote.prefix.overlaps(source))
    return any(end.uplink.device not in remote.uplinks for remote in overlapping)


def _translated(host: Host, term: Term, uplink: HostInterface, to: Address) -> bool:
    mine = (n for n in host.nat if (n.network, n.uplink, n.family) == (term.ingress.name, uplink.device, term.family))
    return any(not any(to in spared for spared in nat.spared) for nat in mine)


def _finding(context: Context, host: Host, term: Term, end: _UplinkAddress) -> Diagnostic:
    places, network = context.document.places, term.ingress.name
    back = sorted({n for r in end.host.remotes for s in term.sources if r.prefix.overlaps(s) for n in r.uplinks})
    leads = f"the route back leads through `{'` and `'.join(back)}`" if back else "no uplink has a route back"
    message = (
        f"host `{end.host.name}` drops packets from network `{network}` to {end.address}: they arrive at "
        f"`{end.uplink.device}`, but {leads}"
    )
    family = f"ipv{end.address.family.value}"
    span = places.span("hosts", end.host.name, "uplinks", end.uplink.device, family)
    kind, _, entry = term.entry.partition("/")
    labels = (Label(places.key("policy", entry), f"`{entry}` allows them"),) if kind == "policy" else ()
    hint = f"give `{host.name}` a route to {end.address} through the link of the replies, or translate `{network}`"
    return Diagnostic(RULE, message, span, hint, labels, subject=f"network/{network}")
