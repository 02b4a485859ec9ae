"""Differences in addresses and routes: planned ones that are missing, and unplanned ones that somebody added."""

from collections.abc import Iterator

from taploom.base.address import FAMILIES, LINK_LOCAL, Address, Interface, Prefix, everything, in_family
from taploom.base.frozen import dataclass
from taploom.drift.facts.model import RouteFacts
from taploom.drift.model import Row, Subject, Word
from taploom.drift.view import View
from taploom.plan.host import Fixed, Learned
from taploom.plan.interfaces import HostInterface
from taploom.plan.origin import Origin

_BY_HAND = ("", "boot", "static")
"""The `protocol` of routes added by a command or a unit (rt_protos of iproute2); "" is `boot`, which is not printed."""


def rows(view: View) -> Iterator[Row]:
    """The differences in addresses and routes.

    An uplink without carrier is skipped: networkd removes its addresses and routes.
    """
    for each in view.devices.values():
        link = (view.facts.links or {}).get(each.device)
        if each.configured and link and link.up and (link.carrier or each.network):
            yield from _addresses(view, each)
    yield from _routes(view)


def _addresses(view: View, each: HostInterface) -> Iterator[Row]:
    if view.facts.addresses is None:
        return
    there = view.facts.addresses.get(each.device, ())
    for own in each.fixed:
        if own not in there:
            note = (
                "guests there have lost their gateway" if each.network else "the host cannot be reached at this address"
            )
            yield _row(view, each, f"the address {own} is gone", str(own), "", note)
    for found in there:
        if found not in each.fixed and not _learned(each, found):
            yield _row(view, each, f"somebody added the address {found}", "", str(found))


def _learned(each: HostInterface, found: Interface) -> bool:
    """Whether an unplanned address is no difference: it is link-local, or the interface learns its address."""
    return isinstance(in_family(each, found.family), Learned) or found.address in LINK_LOCAL


def _row(view: View, each: HostInterface, message: str, *values: str) -> Row:
    word = view.word_of(each.device)
    return view.row(word, Subject.ADDRESS, each.device, message, each.origin, *values)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A route that the plan demands."""

    to: Prefix
    via: Address
    device: str
    metric: int | None
    origin: Origin

    def is_there(self, found: RouteFacts) -> bool:
        """Whether a route of the kernel is this one; if the plan sets no metric, every metric matches."""
        same = (found.to, found.via, found.device) == (self.to, self.via, self.device)
        return same and self.metric in (None, found.metric)


def _routes(view: View) -> Iterator[Row]:
    known = view.facts.routes
    if known is None:
        return
    wanted = list(_wanted(view))
    for one in wanted:
        link = (view.facts.links or {}).get(one.device)
        if link and link.carrier and not any(map(one.is_there, known)):
            text = f"{one.to} via {one.via} dev {one.device}"
            message = f"the route {text} is gone"
            yield view.row(view.word_of(one.device), Subject.ROUTE, one.device, message, one.origin, text)
    for found in known:
        if found.protocol in _BY_HAND and not any(one.is_there(found) for one in wanted):
            yield from _further(view, found)


def _wanted(view: View) -> Iterator[_Wanted]:
    for route in view.host.routes:
        yield _Wanted(route.to, route.via, route.device, route.metric, route.origin)
    for each in view.devices.values():
        for family in FAMILIES:
            side = in_family(each, family)
            if each.configured and isinstance(side, Fixed) and side.next_hop:
                yield _Wanted(everything(family), side.next_hop, each.device, each.metric, each.origin)


def _further(view: View, found: RouteFacts) -> Iterator[Row]:
    """The row of an unplanned route that uses a planned link or leads to a network of the site."""
    text = f"{found.kind} {found.to}{f' via {found.via}' if found.via else ''}"
    text += f" dev {found.device}" if found.device else ""
    own = view.devices.get(found.device)
    if own and own.configured:
        message = f"somebody added the route {text}"
        yield view.row(view.word_of(found.device), Subject.ROUTE, found.device, message, own.origin, "", text)
    elif any(found.to in prefix for prefix in view.host.site_prefixes):
        message = f"a route diverts packets for a network of the site: {text}"
        yield view.row(Word.FOREIGN, Subject.ROUTE, found.device or found.kind, message, None, "", text)
