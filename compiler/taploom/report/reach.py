"""Prints the answers of `taploom reach` as text and as JSON."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace

from taploom.base.address import Family
from taploom.base.frozen import dataclass
from taploom.base.protocol import NUMBERS
from taploom.flows.algebra.spans import Spans, common, single, united
from taploom.flows.packets.answer import FOREIGN_INPUT
from taploom.flows.packets.forwarding import SELF
from taploom.flows.packets.learned import learned, real
from taploom.flows.packets.packet import DESTINATION, PORT, PROTOCOL, SOURCE
from taploom.flows.reach.leased import leased
from taploom.flows.reach.query import Inquiry
from taploom.flows.reach.reply import Hop, Reply, UnknownAddress
from taploom.plan.policy import Service
from taploom.plan.services import BEGINNING, begins
from taploom.report.answering_uplinks import answering
from taploom.report.packets import addresses, ports, protocols
from taploom.report.translated_ends import change

FORMAT = "taploom-reach/1"
_SHOWN = 4
_ROLES = {SOURCE: "sender", DESTINATION: "destination"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of the user, with its answers.

    Attributes:
        source: sender as the user wrote it.
        to: destination as the user wrote it.
        service: service as the user wrote it, or "".
    """

    source: str
    to: str
    service: str
    inquiry: Inquiry
    replies: tuple[Reply, ...]


def reach_json(asked: Asked) -> str:
    """The answers as `taploom-reach/1`."""
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
    """The answers as text, with a block of lines for each reply."""
    if not asked.replies:
        return f"No packet from {asked.source} can go to {asked.to}: no host has a path between the two.\n"
    return "".join(line + "\n" for reply in _sorted(asked.replies) for line in _block(asked, reply))


def _sorted(replies: Iterable[Reply]) -> list[Reply]:
    return sorted(replies, key=lambda r: (r.family, not r.allowed, r.decided_by, repr(r.box), repr(r.unknown)))


def _block(asked: Asked, reply: Reply) -> Iterator[str]:
    source, to = (_end(asked, reply, level, named=True) for level in (SOURCE, DESTINATION))
    yield f"{reply.family.key}  {_traffic(reply)}  {source} → {to}"
    place = f"  ({reply.span})" if reply.span else ""
    rates = dict.fromkeys(hop.answer.limited for hop in reply.hops if hop.answer.limited)
    limited = f" up to {' and '.join(rates)}" if rates else ""
    yield f"  {reply.verdict}{limited} by {reply.decided_by}{place}"
    yield from (f"  {words}" for words in _notes(asked, reply))
    for hop in reply.hops:
        entry = hop.ingress if hop.ingress != SELF else "the host itself"
        yield f"  on {hop.host}, in by {entry}:"
        yield from (f"    {step}" for step in hop.steps)
        yield from (f"    {words}" for words in _changes(asked, reply, hop))
    yield ""


def _changes(asked: Asked, reply: Reply, hop: Hop) -> Iterator[str]:
    found = change(asked.inquiry, reply, hop)
    if found.destination:
        yield f"destination becomes {found.destination}" + (f" port {found.port}" if found.port else "")
    if found.source:
        yield f"source becomes {found.source}"


def _notes(asked: Asked, reply: Reply) -> Iterator[str]:
    """Notes on the limits of an answer, such as facts that the plan does not know."""
    for each in reply.unknown:
        if each.within is not None:
            yield f"only if {each.host}/{each.uplink} has been given {_given(asked, reply, each)}"
    if reply.decided_by == FOREIGN_INPUT.by:
        yield f"as far as taploom knows: {reply.hops[-1].host}'s own firewall decides about packets to the host"
    if reply.allowed and _begins_nothing(reply):
        yield "only as part of a known connection: a message of this type cannot begin one, and alone it is invalid"
    yield from answering(asked.inquiry, reply)
    yield from _leased(asked, reply)
    last = reply.hops[-1]
    if reply.allowed and last.way and last.answer.destination is None:
        yield f"as far as {last.way} of {last.host}: the path beyond it is not known"


def _begins_nothing(reply: Reply) -> bool:
    """Whether a reply has only ICMP types that conntrack of a host classifies as invalid; bridges have no conntrack."""
    if all(hop.answer.by == "implied/bridge" for hop in reply.hops):
        return False
    name = next((name for name in BEGINNING if reply.box[PROTOCOL] == (single(NUMBERS[name]),)), "")
    spans = reply.box[PORT] or ((0, 255),)
    return bool(name) and not any(begins(Service(name, first, last)) for first, last in spans)


def _leased(asked: Asked, reply: Reply) -> Iterator[str]:
    """Notes on senders and destinations whose address is from a DHCP pool and not known."""
    for level, text in ((SOURCE, asked.source), (DESTINATION, asked.to)):
        for one in leased(asked.inquiry.index, text) if reply.family is Family.IPV4 else ():
            held = ", ".join(addresses(reply.family, common(reply.box[level] or (), one.addresses)))
            if held:
                yield f"the address of {one.guest} is learned by DHCP, one of {held}"


def _data(asked: Asked, reply: Reply) -> dict[str, object]:
    span = reply.span
    return {
        "family": reply.family.key,
        "proto": protocols(reply.box[PROTOCOL]),
        "port": _port(reply),
        "verdict": reply.verdict,
        "decided_by": reply.decided_by,
        "span": {"file": span.file, "line": span.line, "column": span.column} if span else None,
        "src": _end(asked, reply, SOURCE),
        "dst": _end(asked, reply, DESTINATION),
        "sources": list(_texts(asked, reply, SOURCE)),
        "destinations": list(_texts(asked, reply, DESTINATION)),
        "translated": _translated(asked, reply),
        "limited": any(hop.answer.limited for hop in reply.hops),
        "unknown": [_unknown(reply, each) for each in reply.unknown],
        "notes": list(_notes(asked, reply)),
        "hosts": [
            {"host": hop.host, "ingress": hop.ingress.rstrip("/"), "chain": list(hop.steps)} for hop in reply.hops
        ],
    }


def _given(asked: Asked, reply: Reply, unknown: UnknownAddress) -> str:
    """The possible values of a learned address as text; if that is shorter, the values that are excluded."""
    texts = list(addresses(reply.family, unknown.within))
    rest = (each for other in asked.replies if other.family is reply.family for each in other.unknown)
    same = [each.within for each in rest if replace(each, within=None) == replace(unknown, within=None)]
    others = united(span for within in same if within not in (None, unknown.within) for span in within or ())
    known = list(addresses(reply.family, others))
    if len(texts) > _SHOWN >= len(known) > 0:
        return f"an address outside of {', '.join(known)}"
    return f"an address of {', '.join(_few(texts))}"


def _unknown(reply: Reply, each: UnknownAddress) -> dict[str, object]:
    within = None if each.within is None else list(addresses(reply.family, each.within))
    return {"role": each.role, "host": each.host, "uplink": each.uplink, "within": within}


def _translated(asked: Asked, reply: Reply) -> dict[str, str | None] | None:
    found = [change(asked.inquiry, reply, hop) for hop in reply.hops]
    source = next((each.source for each in reversed(found) if each.source), None)
    to = next((each for each in found if each.destination), None)
    if source is None and to is None:
        return None
    return {"src": source, "dst": to.destination if to else None, "port": to.port if to else None}


def _end(asked: Asked, reply: Reply, level: int, *, named: bool = False) -> str:
    """The sender or destination of a reply as text; as the user wrote it if the reply covers all of its addresses."""
    text = asked.source if level == SOURCE else asked.to
    whole = united(span for r in asked.replies if r.family is reply.family for span in r.box[level] or ())
    texts = list(_texts(asked, reply, level))
    if reply.box[level] == whole and len(texts) > 1:
        return text
    owners = asked.inquiry.owners if named else {}
    return ", ".join(_few([f"{owners[each]} {each}" if each in owners else each for each in texts]))


def _few(texts: list[str]) -> list[str]:
    more = [f"{len(texts) - _SHOWN} more"] if len(texts) > _SHOWN else []
    return [*texts[:_SHOWN], *(f"and {each}" for each in more)]


def _texts(asked: Asked, reply: Reply, level: int) -> Iterator[str]:
    first = reply.hops[0]
    for each in reply.unknown:
        if each.role == _ROLES[level] and (level == DESTINATION or (first.ingress, first.host) == (SELF, each.host)):
            yield f"the address of {each.host}/{each.uplink}"
            return
    known = asked.inquiry.pair(first.host, reply.family).forwarding.learned
    uplinks = {value: name for name, value in known.items()}
    spans: Spans = reply.box[level] or ()
    yield from (f"the address of {uplinks[at]}" for at in learned(spans, reply.family))
    yield from addresses(reply.family, real(spans, reply.family))


def _traffic(reply: Reply) -> str:
    port = _port(reply)
    return protocols(reply.box[PROTOCOL]) + ("" if port is None else f"/{port}")


def _port(reply: Reply) -> int | str | None:
    text = ports(reply.family, reply.box[PROTOCOL], reply.box[PORT])
    return int(text) if text is not None and text.isdigit() else text
