"""How each host takes up a bundle: the time to confirm, and the probes of the spec or the default ones."""

from collections.abc import Iterable, Iterator

from taploom.base.address import FAMILIES, in_family
from taploom.plan.host import Fixed, Learned
from taploom.plan.interfaces import Equipped, outside
from taploom.plan.origin import Origin
from taploom.plan.policy import Service
from taploom.plan.take_up import ProbeKind, TakeUp, TakeUpProbe
from taploom.spec.document import Document
from taploom.spec.model.take_up import ProbeSpec

PASS = "take-up"


def take_up(document: Document, host: str, own: Equipped, management: Iterable[Service]) -> TakeUp:
    """The time to confirm and the probes of one host.

    Args:
        document: the site.
        host: name of the host.
        own: its interfaces.
        management: the services by which the host's owner reaches the host.
    """
    spec = document.hosts[host].take_up
    if spec.probes is None:
        return TakeUp(spec.confirm, stated=False, probes=tuple(_usual(document, host, own, management)))
    found = [probe for name, each in spec.probes.items() for probe in _stated(document, host, name, each, own)]
    return TakeUp(spec.confirm, stated=True, probes=tuple(sorted(found, key=_order)))


def _order(probe: TakeUpProbe) -> tuple[object, ...]:
    return (
        list(ProbeKind).index(probe.kind),
        probe.device,
        probe.family or 0,
        probe.domain,
        probe.port or 0,
        probe.origin.entry,
    )


def _usual(document: Document, host: str, own: Equipped, management: Iterable[Service]) -> Iterator[TakeUpProbe]:
    """The default probes: the next hop of each uplink, the site's domain, and each TCP port of `management`."""
    yield from sorted(_gateways(own, None), key=_order)
    if document.site.domain:
        origin = Origin("site.domain", document.places.span("site", "domain"), PASS)
        yield _probe(ProbeKind.DNS, origin, domain=document.site.domain)
    origin = Origin(f"hosts.{host}", document.places.key("hosts", host), PASS)
    ports = {one.first for one in management if one.protocol == "tcp" and one.first == one.last}
    yield from (_probe(ProbeKind.TCP, origin, port=port) for port in sorted(ports))


def _stated(document: Document, host: str, name: str, spec: ProbeSpec, own: Equipped) -> Iterator[TakeUpProbe]:
    at = ("hosts", host, "take-up", "probes", name)
    origin = Origin(".".join(at), document.places.key(*at), PASS)
    if spec.ping:
        yield from _gateways(own, origin)
    if spec.dns:
        yield _probe(ProbeKind.DNS, origin, domain=spec.dns)
    if spec.tcp:
        yield _probe(ProbeKind.TCP, origin, port=spec.tcp)


def _gateways(own: Equipped, origin: Origin | None) -> Iterator[TakeUpProbe]:
    """A probe for each next hop of a default route that taploom configures."""
    for interface in outside(own):
        for family in FAMILIES:
            side = in_family(interface, family)
            hop = side.gateway if isinstance(side, Fixed) else side
            if hop is not None:
                address = None if isinstance(hop, Learned) else hop
                yield TakeUpProbe(
                    ProbeKind.GATEWAY, interface.device, family, address, "", None, origin or interface.origin
                )


def _probe(kind: ProbeKind, origin: Origin, *, domain: str = "", port: int | None = None) -> TakeUpProbe:
    return TakeUpProbe(kind, "", None, None, domain, port, origin)
