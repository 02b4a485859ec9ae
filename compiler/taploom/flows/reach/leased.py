"""Finds the possible addresses of guests with an address from a DHCP pool, for questions about these guests.

Policy cannot select such a guest, because rules match addresses. A question about such a guest is answered for all
addresses of the pool, so the answer holds for each address that the server may assign.
"""

from collections.abc import Iterator
from typing import NamedTuple

from taploom.base.address import Family, Prefix, prefixes_of
from taploom.flows.algebra.spans import Spans, of_prefixes, single, united, without
from taploom.flows.proof.intent.site_index import SiteIndex, addresses_of
from taploom.plan.guest import Mode
from taploom.plan.host import DhcpServer
from taploom.plan.interfaces import inside


class LeasedAddresses(NamedTuple):
    """The addresses that a DHCP server may assign to one guest in one network (IPv4).

    Attributes:
        addresses: the addresses of the pool, except known addresses of other stations.
    """

    guest: str
    network: str
    addresses: Spans

    @property
    def prefixes(self) -> Iterator[Prefix]:
        """The addresses as prefixes."""
        return (one for first, last in self.addresses for one in prefixes_of(first, last, Family.IPV4))


def leased(index: SiteIndex, text: str) -> Iterator[LeasedAddresses]:
    """The possible addresses of each guest that a text selects by name or by tag and that has an address by DHCP."""
    for guest in _guests(index, text):
        for nic in index.nics.get(guest, ()):
            pool = _pool(index, nic.network)
            if nic.ipv4.mode is Mode.DHCP and pool:
                yield LeasedAddresses(
                    guest, nic.network, without(((pool.first.value, pool.last.value),), _taken(index, nic.network))
                )


def _guests(index: SiteIndex, text: str) -> list[str]:
    kind, slash, name = text.partition("/")
    if kind == "tag" and slash:
        return [member for of, member in index.tagged.get(name, ()) if of == "guest"]
    if slash:
        return [name] if kind == "guest" else []
    return [text] if index.kinds.get(text) == "guest" else []


def _pool(index: SiteIndex, network: str) -> DhcpServer | None:
    here = (each for host in index.hosts.values() for each in inside(host) if each.network == network)
    return next((each.dhcp for each in here if each.dhcp), None)


def _taken(index: SiteIndex, network: str) -> Spans:
    """The known addresses in a network: those of its guests and of its gateway."""
    nics = (nic for known in index.nics.values() for nic in known if nic.network == network)
    known = of_prefixes((prefix for nic in nics for prefix in addresses_of(nic)), Family.IPV4)
    own = index.networks[network].ipv4
    return united([*known, *([single(own.address.value)] if own else [])])
