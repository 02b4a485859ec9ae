"""Computes matrices of reachability: from zones to zones and hosts, or between guests."""

from collections.abc import Collection, Iterator
from fnmatch import fnmatchcase

from taploom.base.address import Family
from taploom.base.frozen import dataclass
from taploom.flows.algebra.spans import Spans
from taploom.flows.packets.answer import NO_ROUTE
from taploom.flows.packets.packet import PORT, PROTOCOL
from taploom.flows.reach.endpoints import end_of
from taploom.flows.reach.query import Inquiry
from taploom.flows.reach.reply import Reply

_EVERYWHERE = frozenset(f"implied/{name}" for name in ("icmp", "icmpv6", "nd", "mld"))
"""The implied entries for traffic that every host must accept; the matrix does not contain this traffic."""


@dataclass(frozen=True, slots=True)
class Passage:
    """Traffic that passes from one end to another.

    Attributes:
        protocols: numbers of protocols; None for all.
        ports: ports or ICMP types; None for all.
        by: stable name of the entry that allows the traffic.
        certain: whether the traffic passes for all addresses that the networks outside may assign.
        routed: whether the sender's host has a route to every receiver of the column; else the traffic reaches only
            some receivers, such as those on the link of an uplink.
    """

    family: Family
    protocols: Spans | None
    ports: Spans | None
    by: str
    certain: bool = True
    routed: bool = True


@dataclass(frozen=True, slots=True)
class Matrix:
    """A matrix of reachability, with senders as rows and receivers as columns.

    Attributes:
        cells: the traffic that passes from a row to a column, except traffic that every host must accept.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[tuple[Passage, ...], ...], ...]


def zone_matrix(inquiry: Inquiry) -> Matrix:
    """The matrix of zones by zones and hosts; traffic to a forward is in the column of the host that listens."""
    zones = tuple(zone.name for zone in inquiry.plan.zones)
    hosts = tuple(f"host/{host.name}" for host in inquiry.plan.hosts)
    return _matrix(inquiry, [f"zone/{name}" for name in zones], [*(f"zone/{name}" for name in zones), *hosts])


def guest_matrix(inquiry: Inquiry, pattern: str) -> Matrix:
    """The matrix between the guests whose names match a shell pattern."""
    guests = [f"guest/{guest.name}" for guest in inquiry.plan.guests if fnmatchcase(guest.name, pattern)]
    return _matrix(inquiry, guests, guests)


def _matrix(inquiry: Inquiry, rows: list[str], columns: list[str]) -> Matrix:
    cells = tuple(tuple(_cell(inquiry, row, column) for column in columns) for row in rows)
    return Matrix(tuple(map(_short, rows)), tuple(map(_short, columns)), cells)


def _short(text: str) -> str:
    kind, _, name = text.partition("/")
    return text if kind == "host" else name


def _cell(inquiry: Inquiry, row: str, column: str) -> tuple[Passage, ...]:
    replies = inquiry.ask(end_of(inquiry.index, row), end_of(inquiry.index, column), None, walked=False)
    return tuple(dict.fromkeys(_passages(replies)))


def _passages(replies: Collection[Reply]) -> Iterator[Passage]:
    unrouted = {(reply.family, reply.hops[0].host) for reply in replies if reply.decided_by == NO_ROUTE.by}
    for reply in sorted(replies, key=lambda r: (r.decided_by, r.family, repr(r.box))):
        if reply.allowed and reply.decided_by not in _EVERYWHERE:
            routed = (reply.family, reply.hops[0].host) not in unrouted
            yield Passage(reply.family, reply.box[PROTOCOL], reply.box[PORT], reply.decided_by, reply.certain, routed)
