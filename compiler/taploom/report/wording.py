"""Prints facts of the plan as short texts, for all reports that describe objects."""

from typing import assert_never

from taploom.base.address import Address
from taploom.plan.guest import Mode, Nic, NicAddress
from taploom.plan.host import Bridge, Fixed, Learned, Target, Uplink
from taploom.plan.interfaces import HostInterface
from taploom.plan.policy import DnatEntry, Forward, NatKind, Service, SourceNat
from taploom.plan.site import Nat
from taploom.plan.take_up import TakeUp

_MODES = {
    Mode.STATIC: "static",
    Mode.RESERVED: "reserved in DHCP",
    Mode.DHCP: "from the DHCP pool",
    Mode.SLAAC: "by SLAAC",
    Mode.NONE: "",
}
_ALL_PORTS = (0, 65535)


def target(of: Target) -> str:
    """The versions of a host's tools as text."""
    return f"systemd {of.systemd}, nftables {'.'.join(map(str, of.nftables))}, NixOS {of.nixos}"


def service(of: Service) -> str:
    """A service as text: `tcp/443`, `udp/5000-5010`, or only a protocol."""
    if (of.first, of.last) in (_ALL_PORTS, (0, 255)):
        return of.protocol
    return f"{of.protocol}/{of.first}" + (f"-{of.last}" if of.last != of.first else "")


def take_up(of: TakeUp) -> str:
    """The time to confirm a bundle, and the probes, as text."""
    tried = ", ".join(" ".join(probe.words) for probe in of.probes)
    return f"{of.confirm} s to confirm, probes: {tried or 'none'}"


def side_address(found: Fixed | Learned | None) -> str:
    """An uplink's address of one family, or how the uplink learns it; "" if the uplink does not use the family."""
    if found is None:
        return ""
    if isinstance(found, Learned):
        return "IPv4 by DHCP" if found is Learned.DHCP else "IPv6 by RA"
    gateway = "RA" if found.gateway is Learned.RA else found.gateway
    return str(found.interface) + (f" via {gateway}" if gateway else "")


def uplink(of: Uplink) -> str:
    """The zone and addresses of an uplink as text."""
    addresses = [text for text in (side_address(of.ipv4), side_address(of.ipv6)) if text]
    return ", ".join((f"zone {of.zone}", *(addresses if of.configured else ["not configured by taploom"])))


def bridge(of: Bridge, rewritten: tuple[SourceNat, ...]) -> str:
    """The device, addresses and services of a bridge, and the source NAT of its network, as text."""
    words = [f"bridge {of.device}", *(str(own) for own in (of.ipv4, of.ipv6) if own)]
    words += [word for word, there in (("DHCP", of.dhcp), ("RA", of.ra), ("isolated", of.isolated)) if there]
    kinds = {nat.kind.value for nat in rewritten if nat.network == of.network}
    words += [f"NAT by {' and '.join(sorted(kinds))}"] if kinds else []
    return ", ".join(words)


def interface(of: HostInterface, rewritten: tuple[SourceNat, ...]) -> tuple[str, str, str]:
    """The kind of an interface, the name of the interface or its network, and a description, as three texts."""
    match of.kind:
        case Uplink() as own:
            return "uplink", of.device, uplink(own)
        case Bridge() as own:
            return "network", of.network, bridge(own, rewritten)
        case _:
            assert_never(of.kind)


def nat(of: Nat | None) -> str:
    """The source NAT of a network in one family as text."""
    if of is None:
        return "none"
    return f"prefix {of.prefix}" if of.kind is NatKind.PREFIX else of.kind.value


def nic_address(of: NicAddress) -> str:
    """The address of a NIC in one family as text, with how the guest gets it, and whether it is from the lock."""
    if of.mode is Mode.NONE:
        return ""
    how = _MODES[of.mode] + (", from the lock" if of.allocated else "")
    return f"{of.address} ({how})" if of.address else how


def nic(of: Nic) -> str:
    """The addresses of a NIC on one line."""
    return ", ".join(text for text in (nic_address(of.ipv4), nic_address(of.ipv6)) if text) or "no address"


def plain_addresses(of: Nic) -> list[str]:
    """The addresses of a NIC as text; for a family whose address is not known, how the guest gets it."""
    families = (of.ipv4, of.ipv6)
    return [str(one.address) if one.address else _MODES[one.mode] for one in families if one.mode is not Mode.NONE]


def endpoint(address: Address, first: int, last: int) -> str:
    """An address with its ports as text: `10.0.0.1:80`, `[fd00::1]:80` or `10.0.0.1:80-89`."""
    host = f"[{address}]" if ":" in str(address) else str(address)
    return f"{host}:{first}" + (f"-{last}" if last != first else "")


def outside(of: DnatEntry) -> str:
    """The protocol and outside ports of a DNAT entry as text."""
    return service(Service(of.protocol, of.first, of.last))


def dnat_entry(of: DnatEntry) -> str:
    """The address and ports to which a DNAT entry translates, as text."""
    return endpoint(of.target, of.target_first, of.inside.last)


def forward(of: Forward) -> str:
    """The outside ports, uplinks and target of a forward as text."""
    ports = ", ".join(map(service, of.ports))
    inner = f" port {_inside(of.to_port, of.ports)}" if of.to_port else ""
    return f"{ports} at {of.host}/{'+'.join(of.uplinks)} to {of.guest}{inner}"


def _inside(first: int, ports: tuple[Service, ...]) -> str:
    """The inside ports as text; every outside range maps to ports from `first` on, so the longest range counts."""
    last = first + max((port.last - port.first for port in ports), default=0)
    return f"{first}-{last}" if last > first else str(first)
