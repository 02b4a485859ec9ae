"""Policy entries by sender, one per row; in a large policy, entries with equal sign and receivers share a row."""

from collections.abc import Mapping

from taploom.base.frozen import dataclass
from taploom.diagrams.palette import ALLOWED, DENIED, PUBLISHED
from taploom.diagrams.policy_matrix import ZoneTraffic
from taploom.plan.policy import Action
from taploom.plan.site import Plan
from taploom.report import wording

ANY = "any"
"""The sender of entries with `from: any`."""
ROWS_APART = 150
"""Maximum number of rows in a picture that has a row for each entry; above it, entries share rows."""
_FORWARDED, _ALLOWED, _DENIED = "⇤", "✓", "✗"
ZonePair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """An entry of one sender, or several entries in one row.

    Attributes:
        sign: the sign of forwards, allows or denies.
        what: services or ports.
        whom: the destination as written in the spec.
        receivers: the zones of the destination.
        url: the page with details.
        name: the name of the entry.
        entry: the entry as `kind/name`; "" if the row is for several.
    """

    sign: str
    color: str
    what: str
    whom: str
    receivers: tuple[str, ...]
    url: str
    name: str
    entry: str = ""


def rows_of(plan: Plan, cells: Mapping[ZonePair, ZoneTraffic], *, apart: bool = False) -> dict[str, list[PolicyRow]]:
    """The rows of each sender: forwards, then allows, then denies; `apart` always gives each entry its own row."""
    found: dict[str, list[PolicyRow]] = {}
    forwarded = _pairs({pair: cell.forwards for pair, cell in cells.items()})
    by_policy = _pairs({pair: cell.policy for pair, cell in cells.items()})
    for forward in plan.forwards:
        ports = " ".join(map(wording.service, forward.ports))
        for sender, to in _senders(forwarded.get(forward.name, [])).items():
            url, name = f"forwards/#{forward.name}", f"forward/{forward.name}"
            row = PolicyRow(_FORWARDED, PUBLISHED.ink, ports, forward.guest, to, url, forward.name, name)
            found.setdefault(sender, []).append(row)
    for action, sign, color in ((Action.ALLOW, _ALLOWED, ALLOWED.ink), (Action.DENY, _DENIED, DENIED.ink)):
        for entry in (entry for entry in plan.policy if entry.action is action):
            pairs = by_policy.get(entry.name, [])
            if entry.sources == (ANY,):
                pairs = [(ANY, receiver) for _, receiver in pairs]
            for sender, to in _senders(pairs).items():
                what, whom = ", ".join(entry.services), ", ".join(entry.destinations)
                url, name = f"policy/#{entry.name}", f"policy/{entry.name}"
                row = PolicyRow(sign, color, what, whom, to, url, entry.name, name)
                found.setdefault(sender, []).append(row)
    if apart or sum(map(len, found.values())) <= ROWS_APART:
        return found
    return {sender: _together(rows) for sender, rows in found.items()}


def _pairs(names: Mapping[ZonePair, tuple[str, ...]]) -> dict[str, list[ZonePair]]:
    """The pairs of sending and receiving zone of each entry."""
    found: dict[str, list[ZonePair]] = {}
    for pair, entries in names.items():
        for entry in entries:
            found.setdefault(entry, []).append(pair)
    return found


def _senders(pairs: list[ZonePair]) -> dict[str, tuple[str, ...]]:
    """The receivers of each sender, both sorted."""
    found: dict[str, set[str]] = {}
    for sender, receiver in pairs:
        found.setdefault(sender, set()).add(receiver)
    return {sender: tuple(sorted(found[sender])) for sender in sorted(found)}


def _together(rows: list[PolicyRow]) -> list[PolicyRow]:
    """One row for all entries with the same sign and receivers."""
    alike: dict[tuple[str, tuple[str, ...]], list[PolicyRow]] = {}
    for row in rows:
        alike.setdefault((row.sign, row.receivers), []).append(row)
    return [_one(some) for some in alike.values()]


def _one(rows: list[PolicyRow]) -> PolicyRow:
    first = rows[0]
    if len(rows) == 1:
        return first
    kind, page = ("forwards", "forwards/") if first.sign == _FORWARDED else ("entries", "policy/#matrix")
    to = {row.whom for row in rows}
    whom = next(iter(to)) if len(to) == 1 else f"{len(to)} destinations"
    return PolicyRow(first.sign, first.color, f"{len(rows)} {kind}", whom, first.receivers, page, kind)
