"""The plan of the seed site, written by hand, so that backend tests do not depend on the compiler."""

from taploom.base.address import Family, Prefix, parse_address, parse_interface, parse_mac, parse_prefix
from taploom.base.span import Span
from taploom.plan.guest import Guest, Mode, Nic, NicAddress
from taploom.plan.host import (
    Bridge,
    DhcpServer,
    Host,
    Input,
    Learned,
    Lease,
    Port,
    RouterAdvertisement,
    Taps,
    Target,
    Uplink,
)
from taploom.plan.origin import Meta, Origin
from taploom.plan.policy import (
    Action,
    DnatEntry,
    Forward,
    NatKind,
    PolicyEntry,
    Service,
    Side,
    SideKind,
    SourceNat,
    Term,
)
from taploom.plan.site import Nat, Network, Plan, Zone
from taploom.plan.take_up import ProbeKind, TakeUp, TakeUpProbe

TARGET = Target(252, (1, 0, 6), "25.11")
NET4, NET6 = parse_prefix("10.0.0.0/24"), parse_prefix("fd12:3456:789a::/64")
ANY4, ANY6 = parse_prefix("0.0.0.0/0"), parse_prefix("::/0")
LL6 = parse_prefix("fe80::/64")
BRIDGE, OUTSIDE = Side(SideKind.BRIDGE, "microvm"), Side(SideKind.OUTSIDE, "internet")
SELF, OTHER = Side(SideKind.SELF), Side(SideKind.OTHER)
GUESTS = (
    ("http-reverse-proxy", "10.0.0.10", "fd12:3456:789a::10", "02:00:00:00:00:10", 80),
    ("https-reverse-proxy", "10.0.0.11", "fd12:3456:789a::11", "02:00:00:00:00:11", 443),
)


def origin(entry: str, line: int = 1) -> Origin:
    """An origin in the seed's only file."""
    return Origin(entry, Span("specs/seed.yaml", line, 3, line, 10), "test")


def term(rule: str, ingress: Side, egress: Side, src: tuple[Prefix, ...], dst: Prefix, *services: Service) -> Term:
    """A policy term of the seed that allows services between two sides."""
    return Term(
        f"policy/{rule}", Action.ALLOW, ingress, egress, dst.family, src, (dst,), services, False, None, None,
        origin(f"policy.{rule}"),
    )  # fmt: skip


def tap_of(name: str) -> str:
    """The name of the TAP device of a guest of the seed."""
    return {"http-reverse-proxy": "vm-http-re-8d92", "https-reverse-proxy": "vm-https-r-1c0f"}[name]


def ports() -> tuple[Port, ...]:
    """The bridge ports of the two guests."""
    return tuple(
        Port(n, tap_of(n), parse_mac(m), (parse_address(a4),), (parse_address(a6),), origin(f"guests.{n}", 15 + i))
        for i, (n, a4, a6, m, _) in enumerate(GUESTS)
    )


def bridge() -> Bridge:
    """The bridge of network `microvm` on the hypervisor."""
    leases = tuple(Lease(n, parse_mac(m), parse_address(a4), origin(f"guests.{n}")) for n, a4, _, m, _ in GUESTS)
    here = origin("networks.microvm", 4)
    return Bridge(
        network="microvm", device="br-microvm", zone="microvm",
        ipv4=parse_interface("10.0.0.1/24"), ipv6=parse_interface("fd12:3456:789a::1/64"),
        dhcp=DhcpServer(parse_address("10.0.0.128"), parse_address("10.0.0.254"), 43200, leases, here),
        ra=RouterAdvertisement(NET6, here), dns=(), serves_dns=False, domain="vm.example.org", mtu=None,
        isolated=False, guarded=True, taps=Taps(("vm-*",), False, ""), ports=ports(), origin=here,
    )  # fmt: skip


def dnat_entries() -> tuple[DnatEntry, ...]:
    """The DNAT entries of the two forwards, for IPv4 and IPv6."""
    return tuple(
        DnatEntry(f"forward/{name}", family, ("eth0",), "tcp", port, port, guest, "microvm", parse_address(target),
             port, None, True, None, origin(f"forwards.{name}", 18))
        for name, (guest, a4, a6, _, port) in zip(("http", "https"), GUESTS, strict=True)
        for family, target in ((Family.IPV4, a4), (Family.IPV6, a6))
    )  # fmt: skip


def take_up() -> TakeUp:
    """Take-up checks: the next hop of each family, the site's domain, and ssh."""
    here = origin("hosts.hypervisor", 10)
    return TakeUp(120, False, (
        TakeUpProbe(ProbeKind.GATEWAY, "eth0", Family.IPV4, None, "", None, here),
        TakeUpProbe(ProbeKind.GATEWAY, "eth0", Family.IPV6, None, "", None, here),
        TakeUpProbe(ProbeKind.DNS, "", None, None, "vm.example.org", None, here),
        TakeUpProbe(ProbeKind.TCP, "", None, None, "", 22, here),
    ))  # fmt: skip


def host() -> Host:
    """The hypervisor of the seed."""
    ssh = Service("tcp", 22, 22)
    terms = tuple(
        found
        for net, any_, ll in ((NET4, ANY4, ()), (NET6, ANY6, (LL6,)))
        for found in (
            term("admin", BRIDGE, SELF, (net, *ll), any_, ssh),
            term("admin", OTHER, SELF, (any_,), any_, ssh),
            term("admin", OUTSIDE, SELF, (any_,), any_, ssh),
            term("guests-out", BRIDGE, OUTSIDE, (net,), any_),
        )
    )
    nat = tuple(
        SourceNat("microvm", net.family, net, "eth0", NatKind.MASQUERADE, None, origin("networks.microvm.nat", 9))
        for net in (NET4, NET6)
    )
    uplink = Uplink("eth0", "internet", Learned.DHCP, Learned.RA, (), None, origin("hosts.hypervisor.uplinks.eth0"))
    return Host(
        "hypervisor", TARGET, Input.MANAGED, (ssh,), (uplink,), (bridge(),), (), (NET4, NET6), (), (), nat,
        dnat_entries(), terms, Meta(), origin("hosts.hypervisor", 10), take_up(),
    )  # fmt: skip


def guests() -> tuple[Guest, ...]:
    """The two guests, with reserved IPv4, static IPv6, and an IPv6 default route from RA."""
    gate4, gate6 = parse_address("10.0.0.1"), parse_address("fd12:3456:789a::1")
    return tuple(
        Guest(n, "hypervisor", TARGET, (
            Nic("microvm", tap_of(n), "br-microvm", parse_mac(m),
                NicAddress(Mode.RESERVED, parse_address(a4), 24, gate4, False, True),
                NicAddress(Mode.STATIC, parse_address(a6), 64, gate6, True, True),
                True, (), "vm.example.org", None, origin(f"guests.{n}.nics.microvm")),
        ), Meta(), origin(f"guests.{n}"))
        for n, a4, a6, m, _ in GUESTS
    )  # fmt: skip


def seed() -> Plan:
    """The whole plan of the seed."""
    masquerade = Nat(NatKind.MASQUERADE, None)
    network = Network(
        "microvm", "microvm", "hypervisor", parse_interface("10.0.0.1/24"), parse_interface("fd12:3456:789a::1/64"),
        masquerade, masquerade, False, Meta(), origin("networks.microvm", 4),
    )  # fmt: skip
    zones = (
        Zone("internet", "", (), ("hypervisor/eth0",), Meta(), origin("hosts.hypervisor.uplinks.eth0")),
        Zone("microvm", "", ("microvm",), (), Meta(), origin("networks.microvm", 4)),
    )
    forwards = tuple(
        Forward(name, "hypervisor", ("eth0",), (Service("tcp", port, port),), guest, None, ("any",), True, None, Meta(),
                origin(f"forwards.{name}"))
        for name, (guest, _, _, _, port) in zip(("http", "https"), GUESTS, strict=True)
    )  # fmt: skip
    rules = (
        PolicyEntry("admin", Action.ALLOW, ("any",), ("host/hypervisor",), ("ssh",), False, None, None, Meta(),
             origin("policy.admin")),
        PolicyEntry("guests-out", Action.ALLOW, ("microvm",), ("internet",), ("any",), False, None, None, Meta(),
             origin("policy.guests-out")),
    )  # fmt: skip
    return Plan("seed", "vm.example.org", zones, (network,), (), (), (host(),), guests(), forwards, rules, (),
                origin("site"))  # fmt: skip
