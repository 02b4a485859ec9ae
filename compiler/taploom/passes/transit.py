"""What a host carries from one of its uplinks to another, or back by the same: nobody of its own sends or receives it.

Strangers to strangers only where an entry names both: `any` at either end speaks of those who talk with the site, and
must not make a host a router between the networks around it. Back to the zone that they come from, only where both ends
name that zone: addresses do not tell where they are, and whoever is in one zone seldom needs a host between. An entry
that denies means them all.

What another host of the site, or a network on it, sends or receives is carried between zones in one of which that host
has no uplink: it has no other way, and whoever shares a zone needs nobody between.
"""

from collections.abc import Iterator
from itertools import permutations, product

from taploom.base.address import Prefix
from taploom.passes.sides import HostView
from taploom.passes.spaces import Space
from taploom.plan.policy import Action, Side

Part = tuple[Side, tuple[Prefix, ...]]
"""A side with prefixes of both families."""


def transit(view: HostView, sources: Space, destinations: Space, action: Action) -> Iterator[tuple[Part, Part]]:
    """What of an entry passes a host without being for it, by the two sides; either may still be empty in a family."""
    if action is Action.DENY:
        yield from product(view.strangers(sources), view.strangers(destinations))
    else:
        named = product(view.strangers(sources.named), view.strangers(destinations.named))
        both = sources.outside & destinations.outside
        yield from ((came, goes) for came, goes in named if came[0] != goes[0] or goes[0].name in both)
    if len(view.zones) > 1 and (view.remote or view.peers):
        yield from _of_the_site(view, sources, destinations)


def _of_the_site(view: HostView, sources: Space, destinations: Space) -> Iterator[tuple[Part, Part]]:
    beyond, before = tuple(view.strangers(sources)), tuple(view.strangers(destinations))
    for one, other in permutations(view.zones, 2):
        came = _behind(view, one, view.others(sources, sender=True, away=other))
        goes = _behind(view, other, view.others(destinations, sender=False, away=one))
        yield from product(came, (*goes, *(part for part in before if part[0].name == other)))
        yield from product((part for part in beyond if part[0].name == one), goes)


def _behind(view: HostView, zone: str, prefixes: tuple[Prefix, ...]) -> tuple[Part, ...]:
    return tuple(part for part in view.beyond(prefixes) if part[0].name == zone)
