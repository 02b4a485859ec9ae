"""The addresses of a selection at the interfaces of one host: as sources of arriving packets, and as destinations."""

from collections.abc import Mapping
from functools import cached_property

from taploom.base.address import LINK_LOCAL, Family, Prefix
from taploom.base.frozen import dataclass
from taploom.base.memo import memo
from taploom.flows.algebra.spans import Spans, common, complement, of_prefix, united, without
from taploom.flows.packets.forwarding import OTHER, SELF, Forwarding
from taploom.flows.packets.learned import every
from taploom.flows.proof.intent.site_index import Selection, SiteIndex, fixed_of, prefix_in
from taploom.plan.host import Host
from taploom.plan.interfaces import HostInterface, inside, outside

PRIVATE = {
    Family.IPV4: tuple(
        Prefix(Family.IPV4, *part)
        for part in ((10 << 24, 8), (0xAC10 << 16, 12), (0xC0A8 << 16, 16), (0x6440 << 16, 10))
    ),
    Family.IPV6: (Prefix(Family.IPV6, 0xFC << 120, 7),),
}
"""Prefixes of private addresses, to which default routes do not lead (RFC 1918, RFC 6598, RFC 4193)."""


@dataclass(frozen=True)
class InterfaceView:
    """Finds the addresses that selections have at each interface of one host, in one family."""

    index: SiteIndex
    forwarding: Forwarding

    @property
    def host(self) -> Host:
        """The host with the interfaces."""
        return self.forwarding.host

    @property
    def family(self) -> Family:
        """The family of the addresses."""
        return self.forwarding.family

    @cached_property
    def networks(self) -> Mapping[str, HostInterface]:
        """The interfaces to networks of the host, by device."""
        return {each.device: each for each in inside(self.host)}

    @cached_property
    def local(self) -> Mapping[str, Spans]:
        """The addresses of the host's networks, by device."""
        networks = self.index.networks
        found = {device: prefix_in(networks[here.network], self.family) for device, here in self.networks.items()}
        return {device: (of_prefix(prefix),) for device, prefix in found.items() if prefix}

    @cached_property
    def zones(self) -> Mapping[str, str]:
        """The zones beyond the uplinks, by device."""
        return {each.device: each.zone for each in outside(self.host)}

    @cached_property
    def elsewhere(self) -> Mapping[str, Spans]:
        """The networks of other hosts that this host can reach: public ones, and private ones with a static route."""
        here = {each.network for each in self.networks.values()}
        routes = [route.to for route in self.host.routes if route.device in self.zones]
        found = {}
        for network in self.index.plan.networks:
            prefix = prefix_in(network, self.family)
            if prefix is None or network.name in here or not self.zones:
                continue
            private = any(prefix in known for known in PRIVATE[self.family])
            if not private or any(prefix in route for route in routes):
                found[network.name] = (of_prefix(prefix),)
        return found

    @cached_property
    def peers(self) -> Mapping[str, Spans]:
        """The fixed addresses of the other hosts."""
        if not self.zones:
            return {}
        others = {name: fixed_of(h, self.family) for name, h in self.index.hosts.items() if name != self.host.name}
        return {name: spans for name, spans in others.items() if spans}

    @cached_property
    def _prefixes(self) -> tuple[Prefix, ...]:
        found = (prefix_in(network, self.family) for network in self.index.plan.networks)
        return tuple(prefix for prefix in found if prefix)

    @cached_property
    def site(self) -> Spans:
        """The addresses of all networks of the site."""
        return united(map(of_prefix, self._prefixes))

    @cached_property
    def outer(self) -> Spans:
        """The addresses that belong to no network and to no other host of the site."""
        hosts = (span for spans in self.peers.values() for span in spans)
        return complement(united([*self.site, *hosts]), 1 << self.family.bits)

    @cached_property
    def remote(self) -> Spans:
        """The addresses of other hosts and of the networks in `elsewhere`."""
        known = (*self.elsewhere.values(), *self.peers.values())
        return united(span for spans in known for span in spans)

    @memo
    def behind(self, uplink: str) -> Spans:
        """The sources in `remote` that an uplink accepts: their route uses this uplink, or no specific route exists.

        All routes to one prefix count, as packets from the sender may arrive by any of these routes.
        """
        paths = (span for span, devices in self.forwarding.paths if uplink in devices or not devices)
        return common(self.remote, united(paths))

    def astray(self, uplink: str) -> Spans:
        """The sources in `remote` that an uplink must not accept, as their routes use other uplinks."""
        return common(self.remote, self.forwarding.astray(uplink))

    @cached_property
    def lost(self) -> Spans:
        """Sources that no uplink may accept: networks of this host, and networks of the site to which it has no route.

        Fixed uplink addresses of other hosts are excepted even within such a network, as default routes lead to them.
        """
        here = united(span for spans in self.local.values() for span in spans)
        return without(self.site, without(self.remote, here))

    def senders(self, found: Selection, ingress: str, *, to_host: bool) -> Spans:
        """The addresses of a selection that an interface accepts as sources; `any` does not include other hosts.

        Args:
            found: the selection.
            ingress: an interface or `OTHER`.
            to_host: whether the packets are for the host itself; only then are link-local addresses included.
        """
        if ingress in self.networks:
            link = self.family is Family.IPV6 and to_host and self._whole(found, ingress)
            return united([*self._within(found, ingress), *([of_prefix(LINK_LOCAL)] if link else [])])
        if ingress == OTHER:
            return self._strangers(found) if to_host else ()
        return self._afar(found, ingress, hosts=False)

    def receivers(self, found: Selection, egress: str) -> Spans | None:
        """The selected addresses that an interface leads to; for `SELF`, None if the host is selected, else ()."""
        if egress == SELF:
            return None if found.everyone or self.host.name in found.hosts else ()
        if egress in self.networks:
            return self._within(found, egress)
        return () if egress == OTHER else self._afar(found, egress, hosts=True)

    def touched(self, found: Selection) -> tuple[str, ...]:
        """The interfaces to those networks of the host that may contain addresses of a selection."""
        if found.everyone or found.prefixes:
            return tuple(self.networks)
        return tuple(
            device
            for device, here in self.networks.items()
            if here.network in found.networks or here.network in found.guests
        )

    def _whole(self, found: Selection, device: str) -> bool:
        return device in self.local and (found.everyone or self.networks[device].network in found.networks)

    def _within(self, found: Selection, device: str) -> Spans:
        here = self.local.get(device, ())
        if self._whole(found, device):
            return here
        guests = found.guests_in(self.networks[device].network, self.family)
        return united([*guests, *common(found.literal(self.family), here)])

    def _afar(self, found: Selection, uplink: str, *, hosts: bool) -> Spans:
        return united([*self.strangers(found, uplink), *self.others(found, uplink, hosts=hosts)])

    def strangers(self, found: Selection, uplink: str, *, anyone: bool = True) -> Spans:
        """The addresses of a selection beyond an uplink that do not belong to the site.

        Args:
            found: the selection.
            uplink: the uplink.
            anyone: whether `any` includes such addresses.
        """
        if (found.everyone and anyone) or self.zones[uplink] in found.outside:
            return self.outer
        return common(found.literal(self.family), self.outer)

    def others(self, found: Selection, uplink: str, *, hosts: bool, away: str = "") -> Spans:
        """The addresses of a selection that belong to other hosts of the site, or to their networks, beyond an uplink.

        Args:
            found: the selection.
            uplink: the uplink.
            hosts: whether `any` includes the hosts themselves.
            away: a zone, or ""; hosts with an uplink in this zone are excluded, with their networks.
        """
        elsewhere, peers = self.apart(away)
        spans: list[tuple[int, int]] = []
        for network in elsewhere if found.everyone else found.networks & elsewhere.keys():
            spans += elsewhere[network]
        for network in found.guests.keys() & elsewhere.keys():
            spans += found.guests_in(network, self.family)
        for host in peers if found.everyone and hosts else found.hosts & peers.keys():
            spans += peers[host]
        literal = found.literal(self.family)
        known = united(s for spans in (*elsewhere.values(), *peers.values()) for s in spans) if literal else ()
        return common(united([*spans, *common(literal, known)]), self.behind(uplink))

    @memo
    def apart(self, zone: str) -> tuple[Mapping[str, Spans], Mapping[str, Spans]]:
        """The networks and addresses of the other hosts that have no uplink in a zone; for "", of all other hosts."""
        if not zone:
            return self.elsewhere, self.peers
        near = self.index.near
        networks, hosts = (
            {name: spans for name, spans in known.items() if zone not in near.get(name, ())}
            for known in (self.elsewhere, self.peers)
        )
        return networks, hosts

    def _strangers(self, found: Selection) -> Spans:
        if found.everyone:
            return every(self.family)
        foreign = (p for p in found.prefixes if not any(p in own for own in self._prefixes))
        return united(of_prefix(p) for p in foreign if p.family is self.family)
