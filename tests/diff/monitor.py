"""Records when addresses, default routes and carrier of a machine appear and disappear, from `ip monitor`."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import field
from datetime import datetime

from taploom.base.address import Family
from taploom.base.frozen import dataclass
from taploom.lab.namespace import Daemon, Namespace

_EVENT = re.compile(r"^\[(\S+)\] (Deleted )?(.*)", re.MULTILINE)
_ADDRESS = re.compile(r"\d+: (\S+)\s+(inet6?) (\S+) .*scope global(.*)")
_DEFAULT = re.compile(r"default .*\bdev (\S+)")
_LINK = re.compile(r"\d+: ([^:@\s]+)[^:]*: <([^>]*)>")
_ANY_DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class InterfaceEvents:
    """Events of one interface during the observation.

    Attributes:
        removed: Addresses that were removed, even if only for an instant.
        route_losses: Times at which an IPv6 default route was removed, if it came back later. (IPv4 is left out: the
            kernel reports no event for an IPv4 route that it removes together with an address.)
        away: Interruption in seconds, by family: an address or default route was missing or unusable and came back.
        carrier: Whether the interface was ever without carrier.
    """

    removed: frozenset[str] = frozenset()
    route_losses: tuple[float, ...] = ()
    away: Mapping[Family, float] = field(default_factory=dict)
    carrier: bool = False


def begin(machine: Namespace) -> Daemon:
    """Starts `ip monitor` on a machine."""
    return machine.spawn("monitor", "ip", "-ts", "-o", "monitor", "link", "address", "route")


def interface_events(log: str) -> dict[str, InterfaceEvents]:
    """Parses a log of `ip monitor` into events, by interface."""
    events = [*_events(log)]
    down = {found[1] for _, _, text in _lines(log) if (found := _LINK.match(text)) and not _has_carrier(found[2])}
    devices = {device for _, device, _, _, _ in events} | down
    return {device: _of([e for e in events if e[1] == device], device in down) for device in sorted(devices)}


def _has_carrier(flags: str) -> bool:
    return "LOWER_UP" in flags.split(",")


def _lines(log: str) -> Iterator[tuple[float, bool, str]]:
    for at, deleted, text in _EVENT.findall(log):
        yield datetime.fromisoformat(at).timestamp(), bool(deleted), text


Event = tuple[float, str, Family, str, bool]
"""Time, interface, family, address (or `default` for a default route), and whether it was removed."""


def _events(log: str) -> Iterator[Event]:
    for at, gone, text in _lines(log):
        if found := _ADDRESS.match(text):
            family = Family.IPV6 if found[2] == "inet6" else Family.IPV4
            if gone or "tentative" not in found[4]:
                yield at, found[1], family, found[3], gone
        elif found := _DEFAULT.match(text):
            family = Family.IPV6 if re.search(r" via \S*:| pref ", text) else Family.IPV4
            yield at, found[1], family, _ANY_DEFAULT, gone


def _of(events: list[Event], carrier: bool) -> InterfaceEvents:
    removed = frozenset(what for _, _, _, what, gone in events if gone and what != _ANY_DEFAULT)
    went = [(at, gone) for at, _, family, what, gone in events if what == _ANY_DEFAULT and family is Family.IPV6]
    route_losses = tuple(
        at for n, (at, gone) in enumerate(went) if gone and any(not later for _, later in went[n + 1 :])
    )
    return InterfaceEvents(removed, route_losses, {family: _away(events, family) for family in Family}, carrier)


def _away(events: list[Event], family: Family) -> float:
    """Seconds during which at least one address or route was missing; ignores those that did not come back."""
    since: dict[str, float] = {}
    spans: list[tuple[float, float]] = []
    for at, _, of, what, gone in events:
        if of is family and gone:
            since.setdefault(what, at)
        elif of is family and what in since:
            spans.append((since.pop(what), at))
    total, until = 0.0, 0.0
    for first, last in sorted(spans):
        total += max(0.0, last - max(first, until))
        until = max(until, last)
    return total
