"""Helpers of the checks for exposure: zones that lead to everybody, and administrative services."""

from collections.abc import Iterable

from taploom.base.address import FAMILIES, everything
from taploom.checks.intervals import Intervals
from taploom.flows.packets.defaults import leads_out
from taploom.plan.host import Host
from taploom.plan.interfaces import outside
from taploom.plan.policy import Action, Service, SideKind, Term
from taploom.plan.services import BUILT_IN

NAMED = (
    "ssh", "rdp", "vnc", "smb", "nfs", "mysql", "postgresql", "redis", "elasticsearch", "ldap", "snmp", "tftp",
    "rsync", "docker-registry",
)  # fmt: skip
UNNAMED = {
    "telnet": ("tcp", 23), "rpcbind": ("tcp", 111), "netbios": ("tcp", 139), "mssql": ("tcp", 1433),
    "oracle": ("tcp", 1521), "docker": ("tcp", 2375), "etcd": ("tcp", 2379), "winrm": ("tcp", 5985),
    "kubernetes": ("tcp", 6443), "proxmox": ("tcp", 8006), "memcached": ("tcp", 11211), "mongodb": ("tcp", 27017),
    "libvirt": ("tcp", 16509), "ipmi": ("udp", 623),
}  # fmt: skip
ADMIN = (
    *((name, service) for name in NAMED for service in BUILT_IN[name]),
    *((name, Service(protocol, port, port)) for name, (protocol, port) in UNNAMED.items()),
)
"""Services for administration and for storage, each with its name; none is meant for strangers."""


_BY_PROTOCOL = {
    protocol: Intervals.of((s.first, s.last, name) for name, s in ADMIN if s.protocol == protocol)
    for protocol in ("tcp", "udp")
}


def admin_service(services: Iterable[Service]) -> str:
    """The name of an administrative service that overlaps one of these services, or ""."""
    for service in services:
        known = _BY_PROTOCOL.get(service.protocol)
        name = known.meeting(service.first, service.last) if known else None
        if name:
            return name
    return ""


def meets(one: Service, two: Service) -> bool:
    """Whether two services have a port in common."""
    return one.protocol == two.protocol and one.first <= two.last and two.first <= one.last


def written(service: Service) -> str:
    """A service in the syntax of specs."""
    ports = f"{service.first}" if service.first == service.last else f"{service.first}-{service.last}"
    return f"{service.protocol}/{ports}"


def open_zones(host: Host) -> frozenset[str]:
    """Zones of a host that lead to everybody: the zones of uplinks with a default route.

    If no uplink is known to have one, the zones of uplinks that taploom does not configure count: these may have one.
    """
    known = frozenset(way.zone for way in outside(host) for family in FAMILIES if leads_out(way, family))
    return known or frozenset(way.zone for way in outside(host) if not way.configured)


def reached(term: Term) -> str:
    """The destination of a term, in words."""
    match term.egress.kind:
        case SideKind.SELF:
            return "the host itself"
        case SideKind.OUTSIDE:
            return f"zone `{term.egress.name}`, through the host"
        case _:
            return f"network `{term.egress.name}`"


def from_everybody(term: Term, zones: frozenset[str]) -> bool:
    """Whether a term admits everybody of a zone that leads to everybody; terms towards other hosts do not count."""
    return (
        term.action is Action.ALLOW
        and term.egress.kind is not SideKind.REMOTE
        and term.ingress.kind is SideKind.OUTSIDE
        and term.ingress.name in zones
        and everything(term.family) in term.sources
    )
