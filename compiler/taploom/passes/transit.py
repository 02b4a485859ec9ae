"""Traffic that a host forwards from one uplink to another, or back through the same uplink.

A host forwards between two addresses outside the site only if an entry names one in `from` and the other in `to`. `any`
does not name them: it stands for peers of the site, and must not make the host a router between the networks around it.
A host forwards within one zone only if `from` and `to` both name that zone: a prefix does not show in which zone it is,
and neighbours in a zone rarely need a router between them. These two limits do not apply to an entry that denies.

A host forwards between two zones for another host of the site, or for a network on that host, if the other host lacks
an uplink in one of these zones, and so has no other path. Hosts that share a zone reach each other without a third
host.
"""

from collections.abc import Iterator
from itertools import permutations, product

from taploom.base.address import Prefix
from taploom.passes.selections import Selection
from taploom.passes.sides import HostView
from taploom.plan.policy import Action, Side

Part = tuple[Side, tuple[Prefix, ...]]
"""A side with prefixes of both families."""


def transit(view: HostView, sources: Selection, destinations: Selection, action: Action) -> Iterator[tuple[Part, Part]]:
    """The pairs of sides between which an entry lets a host forward; a part may be empty in one family."""
    if action is Action.DENY:
        yield from product(view.strangers(sources), view.strangers(destinations))
    else:
        named = product(view.strangers(sources.named), view.strangers(destinations.named))
        both = sources.outside & destinations.outside
        yield from ((came, goes) for came, goes in named if came[0] != goes[0] or goes[0].name in both)
    if len(view.zones) > 1 and (view.remote or view.peers):
        yield from _of_the_site(view, sources, destinations)


def _of_the_site(view: HostView, sources: Selection, destinations: Selection) -> Iterator[tuple[Part, Part]]:
    beyond, before = tuple(view.strangers(sources)), tuple(view.strangers(destinations))
    for one, other in permutations(view.zones, 2):
        came = _behind(view, one, view.others(sources, sender=True, away=other))
        goes = _behind(view, other, view.others(destinations, sender=False, away=one))
        yield from product(came, (*goes, *(part for part in before if part[0].name == other)))
        yield from product((part for part in beyond if part[0].name == one), goes)


def _behind(view: HostView, zone: str, prefixes: tuple[Prefix, ...]) -> tuple[Part, ...]:
    return tuple(part for part in view.beyond(prefixes) if part[0].name == zone)
