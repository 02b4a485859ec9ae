"""The input of a check: the site as spec and as plan, and the time."""

from collections import Counter
from collections.abc import Iterator

from taploom.base.frozen import dataclass
from taploom.plan.host import Host, Route
from taploom.plan.interfaces import HostInterface, inside
from taploom.plan.site import Plan
from taploom.spec.document import Document
from taploom.spec.model.host import OUTSIDE
from taploom.spec.values import Keyword


@dataclass(frozen=True, slots=True)
class Context:
    """The input of every check: the site as spec and as plan, and the current time.

    Attributes:
        document: the resolved spec; it has the places for findings.
        plan: the plan of all valid entries.
        now: seconds since the epoch, for expiry.
    """

    document: Document
    plan: Plan
    now: int

    def broken(self, *sections: str) -> bool:
        """Whether broken entries of some sections were left out, so that a seemingly missing entry may be one of them.

        For `hosts`, uplinks and networks that were left out count as well; for `guests`, NICs that were left out do.
        `routes` means the routes of all hosts; a route through a guest counts as left out, since it is refused.
        """
        names, document = self.document.places.names, self.document
        whole = (section for section in sections if section != "routes")
        if any(names(section).keys() - getattr(document, section).keys() for section in whole):
            return True
        if "routes" in sections and self._routes_lost():
            return True
        if "guests" in sections and any(
            names("guests", name, "nics").keys() - guest.nics.keys() for name, guest in document.guests.items()
        ):
            return True
        return "hosts" in sections and any(map(self.torn, document.hosts))

    def _routes_lost(self) -> bool:
        names, hosts = self.document.places.names, self.document.hosts.items()
        unread = (names("hosts", name, "routes").keys() - host.routes.keys() for name, host in hosts)
        return any(unread) or any(True for host in self.plan.hosts for _ in inward(host))

    def locked(self, guest: str, network: str, key: str) -> str:
        """A hint that says how to replace the locked `ipv4`, `ipv6` or `mac` of a NIC; "" if the spec has the value."""
        if getattr(self.document.guests[guest].nics[network], key) is not Keyword.AUTO:
            return ""
        return f"delete `guest/{guest} {network} {key}` from the lock and run `taploom lock`"

    def doubled(self) -> frozenset[str]:
        """The networks that several hosts carry, which TL501 reports as errors."""
        carried = Counter(network for host in self.document.hosts.values() for network in host.networks)
        return frozenset(network for network, hosts in carried.items() if hosts > 1)

    def torn(self, host: str) -> bool:
        """Whether a broken uplink or network of a host was left out."""
        names, kept = self.document.places.names, self.document.hosts[host]
        return bool(
            {(section, name) for section in OUTSIDE for name in names("hosts", host, section)} - kept.outside.keys()
            or names("hosts", host, "networks").keys() - kept.networks.keys()
        )


def inward(host: Host) -> Iterator[tuple[Route, HostInterface]]:
    """The routes of a host whose next hop is on one of its networks, each with the interface of the network."""
    networks = {here.device: here for here in inside(host)} if host.routes else {}
    return ((route, networks[route.device]) for route in host.routes if route.device in networks)
