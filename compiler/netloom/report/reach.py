"""Answers to "who reaches whom", for people and for programs."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from netloom.base.address import Address, Family
from netloom.flows.diagram import Interval
from netloom.flows.kernel import SELF
from netloom.flows.packet import DESTINATION, ICMP, NAMES, PORT, PROTOCOL, SOURCE
from netloom.flows.query import Hop, Inquiry, Reply
from netloom.flows.spans import Spans, united

FORMAT = "netloom-reach/1"
_SHOWN = 4
_WHOLE_PORTS, _WHOLE_PROTOCOLS = ((0, 65535),), ((0, 255),)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it was asked, with its answer.

    Attributes:
        source: the sender as asked.
        to: the destination as asked.
        service: the service as asked, or "".
    """

    source: str
    to: str
    service: str
    inquiry: Inquiry
    replies: tuple[Reply, ...]


def reach_json(asked: Asked) -> str:
    """The answer as data."""
    answers = [_data(asked, reply) for reply in _sorted(asked.replies)]
    data = {
        "format": FORMAT,
        "from": asked.source,
        "to": asked.to,
        "service": asked.service or None,
        "answers": answers,
    }
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def reach_text(asked: Asked) -> str:
    """The answer as lines; a block for each part."""
    if not asked.replies:
        return f"No packet from {asked.source} can be meant for {asked.to}: no host has a way between the two.\n"
    return "".join(line + "\n" for reply in _sorted(asked.replies) for line in _block(asked, reply))


def _sorted(replies: Iterable[Reply]) -> list[Reply]:
    return sorted(replies, key=lambda r: (r.family, not r.allowed, r.decided_by, repr(r.box)))


def _block(asked: Asked, reply: Reply) -> Iterator[str]:
    source, to = _ends(asked, reply)
    yield f"{reply.family.key}  {_traffic(reply)}  {source} → {to}"
    place = f"  ({reply.span})" if reply.span else ""
    limited = " up to its limit" if any(hop.answer.limited for hop in reply.hops) else ""
    yield f"  {reply.verdict}{limited} by {reply.decided_by}{place}"
    for hop in reply.hops:
        entry = hop.ingress if hop.ingress != SELF else "the host itself"
        yield f"  on {hop.host}, in by {entry}:"
        yield from (f"    {step}" for step in hop.steps)
        yield from (f"    {words}" for words in _changes(reply.family, hop))
    yield ""


def _changes(family: Family, hop: Hop) -> Iterator[str]:
    if hop.answer.destination:
        yield f"destination becomes {_destination(family, hop)}"
    if hop.answer.source:
        yield f"source becomes {_source(family, hop)}"


def _data(asked: Asked, reply: Reply) -> dict[str, object]:
    source, to = _ends(asked, reply)
    span = reply.span
    return {
        "family": reply.family.key,
        "proto": _protocols(reply),
        "port": _ports(reply),
        "verdict": reply.verdict,
        "decided_by": reply.decided_by,
        "span": {"file": span.file, "line": span.line, "column": span.column} if span else None,
        "src": source,
        "dst": to,
        "sources": list(_texts(asked, reply, reply.box[SOURCE])),
        "destinations": list(_texts(asked, reply, reply.box[DESTINATION])),
        "translated": _translated(reply),
        "limited": any(hop.answer.limited for hop in reply.hops),
        "hosts": [
            {"host": hop.host, "ingress": hop.ingress.rstrip("/"), "chain": list(hop.steps)} for hop in reply.hops
        ],
    }


def _translated(reply: Reply) -> dict[str, str | None] | None:
    source = next((_source(reply.family, hop) for hop in reply.hops if hop.answer.source), None)
    to = next((_destination(reply.family, hop) for hop in reply.hops if hop.answer.destination), None)
    return {"src": source, "dst": to} if source or to else None


def _source(family: Family, hop: Hop) -> str:
    found = hop.answer.source
    assert found
    match found.kind:
        case "snat":
            return str(Address(family, found.value))
        case "prefix":
            return "the same address in the outer prefix"
        case _:
            return "the address of the interface that it leaves by"


def _destination(family: Family, hop: Hop) -> str:
    found = hop.answer.destination
    assert found
    if found.address is None:
        return "the same address in the inner prefix"
    address = str(Address(family, found.address))
    shift = f" with {found.port:+d} to its port" if found.port else ""
    return f"{address}{shift}"


def _ends(asked: Asked, reply: Reply) -> tuple[str, str]:
    """The ends in words: as asked where the part is all of it."""
    same = [r for r in asked.replies if r.family is reply.family]
    found = []
    for level, text in ((SOURCE, asked.source), (DESTINATION, asked.to)):
        whole = united(span for r in same for span in r.box[level] or ())
        texts = list(_texts(asked, reply, reply.box[level]))
        if reply.box[level] == whole and len(texts) > 1:
            found.append(text)
        else:
            more = f" and {len(texts) - _SHOWN} more" if len(texts) > _SHOWN else ""
            found.append(", ".join(texts[:_SHOWN]) + more)
    return found[0], found[1]


def _texts(asked: Asked, reply: Reply, spans: Spans | None) -> Iterator[str]:
    learned = asked.inquiry.pair(reply.hops[0].host, reply.family).kernel.learned
    uplinks = {value: name for name, value in learned.items()}
    for first, last in spans or ():
        yield f"the address of {uplinks[first]}" if first in uplinks else _range(reply.family, (first, last))


def _range(family: Family, span: Interval) -> str:
    first, last = span
    size = last - first + 1
    if size == 1:
        return str(Address(family, first))
    if size & (size - 1) == 0 and first % size == 0:
        return f"{Address(family, first)}/{family.bits - size.bit_length() + 1}"
    return f"{Address(family, first)}-{Address(family, last)}"


def _traffic(reply: Reply) -> str:
    protocol, port = _protocols(reply), _ports(reply)
    return protocol if port is None else f"{protocol}/{port}"


def _protocols(reply: Reply) -> str:
    spans = reply.box[PROTOCOL] or _WHOLE_PROTOCOLS
    if spans == _WHOLE_PROTOCOLS:
        return "any"
    numbers = [n for first, last in spans for n in range(first, last + 1)]
    if len(numbers) > 128:
        rest = sorted(set(range(256)) - set(numbers))
        return "any but " + ", ".join(NAMES.get(n, str(n)) for n in rest)
    return ", ".join(NAMES.get(n, str(n)) for n in numbers)


def _ports(reply: Reply) -> int | str | None:
    spans = reply.box[PORT] or _WHOLE_PORTS
    if reply.box[PROTOCOL] == ((ICMP[reply.family],) * 2,):
        spans = tuple((first, min(last, 255)) for first, last in spans if first <= 255)
        if spans == ((0, 255),):
            return None
    if spans == _WHOLE_PORTS:
        return None
    if len(spans) == 1 and spans[0][0] == spans[0][1]:
        return spans[0][0]
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in spans)
