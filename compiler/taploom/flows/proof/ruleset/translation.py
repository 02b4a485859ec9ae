"""Converts NAT statements to boxes with answers."""

from collections.abc import Iterator

from taploom.backends.nftables.fields import daddr, saddr
from taploom.backends.nftables.tree import (
    Direction,
    Element,
    Masquerade,
    Match,
    Translate,
    TranslateBy,
    TranslatePrefix,
)
from taploom.backends.nftables.values import Range
from taploom.base.address import Prefix
from taploom.flows.algebra.diagram import Box
from taploom.flows.packets.answer import Answer, DestinationRewrite, SourceRewrite
from taploom.flows.packets.packet import LAST_PORT, PORT, WITH_PORTS, box, meet
from taploom.flows.proof.ruleset.boxes import Boxes, Conditions, met

Translation = Translate | TranslateBy | TranslatePrefix | Masquerade
Decided = tuple[Box, Answer]


def translations(statement: Translation, where: Boxes, conditions: Conditions, by: str) -> Iterator[Decided]:
    """The translations by a statement, as boxes with answers; packets in none of the boxes go on to the next rule."""
    match statement:
        case Masquerade():
            yield from ((found, Answer("allow", by, source=SourceRewrite("masquerade", 0))) for found in where)
        case Translate(Direction.SOURCE, address, _):
            yield from ((found, Answer("allow", by, source=SourceRewrite("snat", address.value))) for found in where)
        case Translate(Direction.DESTINATION, address, port):
            yield from (decided for found in where for decided in _to(found, address.value, port, by))
        case TranslateBy(family, fields, name):
            if conditions.reader.forwarding.family is family:
                for found, element in conditions.elements(fields, name):
                    for both in met(where, [found]):
                        yield from _element(both, element, by)
        case TranslatePrefix(direction, before, after):
            shift = after.value - before.value
            source = direction is Direction.SOURCE
            within = Match(((saddr if source else daddr)(before.family),), ((before,),))
            answer = (
                Answer("allow", by, source=SourceRewrite("prefix", shift))
                if source
                else Answer("allow", by, destination=DestinationRewrite(None, shift, 0))
            )
            yield from ((found, answer) for found in met(where, conditions.of(within)))


def _element(found: Box, element: Element, by: str) -> Iterator[Decided]:
    assert isinstance(element.data, tuple)
    address, *ports = element.data
    assert isinstance(address, Prefix)
    port = ports[0].first if ports and isinstance(ports[0], Range) else None
    return _to(found, address.value, port, element.comment or by)


def _to(found: Box, address: int, port: int | None, by: str) -> Iterator[Decided]:
    """The translation to one address; if ports change, each port has a separate box, as answers contain the shift."""
    if port is None:
        yield found, Answer("allow", by, DestinationRewrite(address, 0, 0))
        return
    for first, last in found[PORT] or ((0, LAST_PORT),):
        for old in range(first, last + 1):
            one = meet(found, box(port=((old, old),), protocol=WITH_PORTS))
            if one is not None:
                yield one, Answer("allow", by, DestinationRewrite(address, 0, port - old))
