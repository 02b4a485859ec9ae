"""The ends of a question: where packets of a selection start, and what of another one they may be for."""

from collections.abc import Iterator
from dataclasses import dataclass

from netloom.base.address import AddressError, parse_prefix
from netloom.base.protocol import NUMBERS
from netloom.flows.intent.essentials import never
from netloom.flows.intent.names import Names, Selection
from netloom.flows.intent.view import View
from netloom.flows.kernel import SELF, Kernel
from netloom.flows.packet import LAST_PORT, LAST_TYPE
from netloom.flows.spans import Spans, common, of_prefix, single, united, without
from netloom.plan.policy import NatKind, Service
from netloom.plan.services import BUILT_IN, ICMP_TYPES, PORT_PROTOCOLS

KINDS = ("zone", "network", "host", "guest", "tag", "address")


@dataclass(frozen=True, slots=True)
class End:
    """One end.

    Attributes:
        text: as asked.
        selection: what it selects.
        uplink: host and uplink, where the address of one is meant; else None.
    """

    text: str
    selection: Selection
    uplink: tuple[str, str] | None = None


class UnknownEndError(ValueError):
    """A text that selects nothing of the site; the message says so in a sentence."""


def end_of(names: Names, text: str) -> End:
    """What a text selects: anything that policy knows, or `HOST/UPLINK` for the address of an uplink.

    Raises:
        UnknownEndError: the site has nothing of that name, or it is no address.
    """
    kind, slash, name = text.partition("/")
    if ":" in text or text[:1].isdigit():
        try:
            parse_prefix(text)
        except AddressError as error:
            raise UnknownEndError(str(error)) from None
    elif slash and kind in names.hosts and kind not in KINDS:
        if all(uplink.name != name for uplink in names.hosts[kind].uplinks):
            raise UnknownEndError(f"host `{kind}` has no uplink `{name}`")
        return End(text, Selection(), (kind, name))
    elif text not in ("any", "hosts") and not known(names, text):
        raise UnknownEndError(f"the site has no `{text}`")
    return End(text, names.selection([text]))


def services_of(names: Names, text: str) -> tuple[Service, ...] | None:
    """The services that a text stands for; None for every protocol.

    Raises:
        UnknownEndError: it is neither a service's name nor PROTOCOL/PORT.
    """
    protocol, slash, rest = text.partition("/")
    if not text or text in BUILT_IN or text in {entry.name for entry in names.plan.services}:
        return names.services([text or "any"])
    numbers = rest.split("-", 1)
    ports = all(n.isascii() and n.isdigit() and len(n) < 6 and int(n) <= LAST_PORT for n in numbers)
    if protocol in PORT_PROTOCOLS and (ports or not slash):
        return names.services([text])
    if protocol in ICMP_TYPES and (not slash or rest in ICMP_TYPES[protocol] or (ports and int(rest) <= LAST_TYPE)):
        return names.services([text])
    if protocol in NUMBERS and not slash:
        return names.services([text])
    raise UnknownEndError(f"`{text}` is neither a service of the site nor PROTOCOL/PORT such as tcp/443")


def known(names: Names, text: str) -> bool:
    """Whether the site has what a name, or `kind/name`, refers to."""
    kind, slash, name = text.partition("/")
    plan = names.plan
    sections = {
        "zone": {zone.name for zone in plan.zones},
        "network": set(names.networks),
        "host": set(names.hosts),
        "guest": set(names.nics),
        "address": {entry.name for entry in plan.addresses},
        "tag": set(names.tagged),
    }
    return name in sections[kind] if slash and kind in sections else not slash and text in names.kinds


@dataclass(frozen=True, slots=True)
class Place:
    """A host in one family, as questions look at it."""

    kernel: Kernel
    view: View

    def starts(self, end: End) -> Iterator[tuple[str, Spans]]:
        """The interfaces by which packets of a selection first come to this host, with their senders."""
        found, host = end.selection, self.kernel.host
        for bridge in host.bridges:
            spans = self.view.senders(found, bridge.device, to_host=False)
            spans = without(spans, self.kernel.missing(bridge.device))
            if spans:
                yield bridge.device, spans
        for uplink, zone in self.view.zones.items():
            whole = found.everyone or zone in found.outside
            spans = self._outside if whole else common(found.literal(self.kernel.family), self.view.outer)
            if spans:
                yield uplink, spans
        if host.name in found.hosts or (end.uplink and end.uplink[0] == host.name):
            own = united(single(a.value) for addresses in self.kernel.addresses.values() for a in addresses)
            yield SELF, own or ((0, (1 << self.kernel.family.bits) - 1),)

    def goals(self, end: End, ingress: str, way: str | None) -> Spans:
        """The destinations of a selection, as packets from one interface would have them."""
        spans: list[tuple[int, int]] = list(self._named(end))
        for span, egress in self.kernel.partition:
            zone = self.view.zones.get(egress or way or "")
            if end.selection.everyone or (zone is not None and zone in end.selection.outside):
                spans += common((span,), self._outside)
        goals = united(spans)
        return common(goals, self._arriving) if ingress in self.view.zones else goals

    @property
    def _outside(self) -> Spans:
        """The addresses that somebody beyond an uplink can have."""
        nobody = [single(0), *never(self.kernel.family), *self.kernel.own, *self.kernel.multicast]
        return without(self.view.outer, united(nobody))

    def _named(self, end: End) -> Iterator[tuple[int, int]]:
        found, family = end.selection, self.kernel.family
        networks = self.view.names.networks
        for name in networks if found.everyone else found.networks:
            interface = networks[name].ipv4 if family == 4 else networks[name].ipv6
            if interface:
                first, last = of_prefix(interface.prefix)
                nobody = [single(first), single(interface.address.value), *([single(last)] if family == 4 else [])]
                yield from without(((first, last),), united(nobody))
        for name in found.guests:
            yield from found.guests_in(name, family)
        yield from found.literal(family)
        if self.kernel.host.name in found.hosts or found.everyone:
            yield from self._own
        for host, spans in self.view.peers.items():
            if host in found.hosts or found.everyone:
                yield from spans
        if end.uplink and end.uplink[0] == self.kernel.host.name:
            yield from self._uplink(end.uplink[1])
        elif end.uplink:
            yield from self._elsewhere(*end.uplink)

    @property
    def _own(self) -> Spans:
        fixed = (single(a.value) for addresses in self.kernel.addresses.values() for a in addresses)
        return united([*fixed, *map(single, self.kernel.learned.values())])

    def _uplink(self, name: str) -> Spans:
        fixed = tuple(single(a.value) for a in self.kernel.addresses.get(name, ()))
        return fixed or tuple(single(value) for uplink, value in self.kernel.learned.items() if uplink == name)

    def _elsewhere(self, host: str, uplink: str) -> Spans:
        there = Kernel.of(self.view.names.hosts[host], self.kernel.family)
        return tuple(single(a.value) for a in there.addresses.get(uplink, ()))

    @property
    def _arriving(self) -> Spans:
        """What networks outside have a way to this host for: its own addresses, and those behind it."""
        local = [span for spans in self.view.local.values() for span in spans]
        outer = (n.to for n in self.kernel.host.nat if n.kind is NatKind.PREFIX and n.to)
        mirrors = [of_prefix(prefix) for prefix in outer if prefix.family is self.kernel.family]
        return united([*self._own, *local, *mirrors])
