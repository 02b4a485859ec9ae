"""The rows of an uplink's card that show how it translates traffic: networks with equal translations share a row."""

from taploom.base.address import FAMILIES, Family
from taploom.base.frozen import dataclass
from taploom.base.identity import remembered
from taploom.plan.host import Host
from taploom.plan.interfaces import HostInterface, inside
from taploom.plan.policy import Action, NatKind, SideKind

_End = tuple[SideKind, str]
ROUTED, FORWARDS_ONLY = "routed, no NAT", "port forwards only"
_KINDS = {NatKind.MASQUERADE: "masquerade", NatKind.SNAT: "SNAT", NatKind.PREFIX: "prefix"}


@dataclass(frozen=True, slots=True)
class UplinkRow:
    """A row of an uplink's card.

    Attributes:
        label: such as `NAT44 masquerade, NAT66 prefix` or `routed, no NAT`.
        nat: whether any source is translated.
        networks: the networks with this label.
    """

    label: str
    nat: bool
    networks: tuple[str, ...]


def uplink_rows(host: Host, uplink: HostInterface) -> tuple[UplinkRow, ...]:
    """The rows of an uplink, those with a translation first."""
    labels: dict[str, list[str]] = {}
    published = {dnat_entry.network for dnat_entry in host.dnat_entries if uplink.device in dnat_entry.uplinks}
    for network in (each.network for each in inside(host)):
        leaves, passes = _traffic(host, uplink.zone, network)
        label = _label(host, uplink, network) if leaves else ""
        if label or leaves or passes:
            labels.setdefault(label or ROUTED, []).append(network)
        elif network in published:
            labels.setdefault(FORWARDS_ONLY, []).append(network)
    plain = (ROUTED, FORWARDS_ONLY)
    ordered = sorted(labels.items(), key=lambda item: (item[0] in plain, item[0]))
    return tuple(UplinkRow(label, label not in plain, tuple(names)) for label, names in ordered)


def _label(host: Host, uplink: HostInterface, network: str) -> str:
    """The translations of both families in few words; "" if there are none."""
    kinds: dict[Family, str] = {
        nat.family: _KINDS[nat.kind] for nat in host.nat if (nat.network, nat.uplink) == (network, uplink.device)
    }
    names = {Family.IPV4: "NAT44", Family.IPV6: "NAT66"}
    if len(kinds) == 2 and len(set(kinds.values())) == 1:
        return f"NAT44 + NAT66 {kinds[Family.IPV4]}"
    return ", ".join(f"{names[family]} {kinds[family]}" for family in FAMILIES if family in kinds)


def _traffic(host: Host, zone: str, network: str) -> tuple[bool, bool]:
    """Whether policy allows traffic from a network to a zone's OUTSIDE side; whether it allows any traffic.

    The second boolean counts traffic between the network and the zone's OUTSIDE or REMOTE side, in either direction.
    """
    ends = _allowed(host)
    inner, outside, remote = (SideKind.BRIDGE, network), (SideKind.OUTSIDE, zone), (SideKind.REMOTE, zone)
    passes = any((inner, other) in ends or (other, inner) in ends for other in (outside, remote))
    return (inner, outside) in ends, passes


@remembered
def _allowed(host: Host) -> frozenset[tuple[_End, _End]]:
    """The pairs of sides between which some term allows traffic."""
    return frozenset(
        ((term.ingress.kind, term.ingress.name), (term.egress.kind, term.egress.name))
        for term in host.terms
        if term.action is Action.ALLOW
    )
