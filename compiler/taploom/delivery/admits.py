"""For the bundle of a host: the senders whose new connections to its management services the plan admits.

With these prefixes a host can say, before it takes up a bundle, whether the bundle would lock out the person at the
keyboard. Every sender in such a prefix is admitted, but not every admitted sender is in one.
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
"""A range of more ports is left out: its admission would be said port by port."""
_UNASSIGNED = {Family.IPV4: (), Family.IPV6: (parse_prefix("::/8"),)}
"""Prefixes that are left out: no network has hosts in them (RFC 4291, 2.5.2 ff.), and few holes make many pieces."""


@dataclass(frozen=True, slots=True)
class AdmittedPrefix:
    """Senders whose new connections get in.

    Attributes:
        port: TCP port of a management service.
        device: the interface by which they come.
        source: a prefix of senders.
    """

    port: int
    device: str
    source: Prefix


def site_entries(plan: Plan) -> SiteEntries:
    """The lookups that the hosts of a site share."""
    return SiteEntries(SiteIndex(plan))


def admits(site: SiteEntries, host: Host) -> Iterator[AdmittedPrefix]:
    """The admitted senders, sorted by port, interface, family and prefix; none if taploom filters no input."""
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
