"""The prefixes from which the plan admits new connections to the management services of a host.

The bundle lists them, so that `activate` can warn an operator whom the bundle would lock out. Every sender in a listed
prefix is admitted, but some admitted senders are in no listed prefix.
"""

from collections.abc import Iterator

from taploom.base.address import FAMILIES, Family, Prefix, parse_prefix, prefixes_of
from taploom.base.frozen import dataclass
from taploom.flows.proof.intent.entries import SiteEntries
from taploom.flows.proof.intent.site_index import SiteIndex
from taploom.flows.reach.admitted import Admission
from taploom.plan.host import Host, Input
from taploom.plan.interfaces import interfaces
from taploom.plan.site import Plan

_MOST_PORTS = 16
"""Maximum size of a port range; a larger one is left out, since each of its ports would need lines of its own."""
_UNASSIGNED = {Family.IPV4: (), Family.IPV6: (parse_prefix("::/8"),)}
"""Prefixes that are left out: no host has such an address (RFC 4291, 2.5.2 ff.), and their parts need many lines."""


@dataclass(frozen=True, slots=True)
class AdmittedPrefix:
    """A prefix of senders from which one interface admits new connections to one port.

    Attributes:
        port: TCP port of a management service.
        device: the interface by which the connections arrive.
        source: a prefix of senders.
    """

    port: int
    device: str
    source: Prefix


def site_entries(plan: Plan) -> SiteEntries:
    """The index of the entries of a site, which its hosts share."""
    return SiteEntries(SiteIndex(plan))


def admits(site: SiteEntries, host: Host) -> Iterator[AdmittedPrefix]:
    """The admitted prefixes, sorted by port, interface, family and prefix; none if taploom does not filter input."""
    if host.input is not Input.MANAGED:
        return
    found = {family: Admission.of(site, host, family) for family in FAMILIES}
    devices = sorted(interface.device for interface in interfaces(host))
    for port in _ports(host):
        for device in devices:
            for family, admission in found.items():
                for first, last in admission.sources(device, port):
                    whole = prefixes_of(first, last, family)
                    yield from (AdmittedPrefix(port, device, one) for one in whole if not _unassigned(one))


def _ports(host: Host) -> list[int]:
    ranges = (range(one.first, one.last + 1) for one in host.management if one.protocol == "tcp")
    return sorted({port for ports in ranges if len(ports) <= _MOST_PORTS for port in ports})


def _unassigned(prefix: Prefix) -> bool:
    return any(prefix in whole for whole in _UNASSIGNED[prefix.family])
