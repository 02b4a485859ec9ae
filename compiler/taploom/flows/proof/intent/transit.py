"""What an entry says of packets that a host only carries: in by one of its uplinks, and out by one.

`any` never allows strangers to reach strangers, which would make routers of hosts, and nothing allows strangers of a
zone to be sent back to it but the zone's own name at both ends; a deny means all that its words say. Another host of
the site, and what is on it, is carried to and from zones in which it has no uplink of its own.
"""

from collections.abc import Iterator

from taploom.flows.algebra.spans import Spans, united
from taploom.flows.proof.intent.entries import Entry
from taploom.flows.proof.intent.view import View
from taploom.plan.policy import Action


def carried(view: View, entry: Entry, ingress: str, egress: str) -> Iterator[tuple[Spans, Spans]]:
    """The destinations of an entry with their senders, from one uplink to another or to itself."""
    came, goes = view.zones[ingress], view.zones[egress]
    denies = entry.action is Action.DENY
    from_strangers = view.strangers(entry.sources, ingress, anyone=denies)
    to_strangers = view.strangers(entry.destinations, egress, anyone=denies)
    returns = came == goes and not (denies or came in entry.sources.outside & entry.destinations.outside)
    parts = [] if returns else [(to_strangers, from_strangers)]
    if came != goes:
        senders = view.others(entry.sources, ingress, hosts=False, away=goes)
        receivers = view.others(entry.destinations, egress, hosts=True, away=came)
        parts += [
            (view.strangers(entry.destinations, egress), senders),
            (receivers, united([*view.strangers(entry.sources, ingress), *senders])),
        ]
    yield from (part for part in parts if all(part))
