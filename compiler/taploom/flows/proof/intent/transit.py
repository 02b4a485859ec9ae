"""The packets of a policy entry that a host forwards from an uplink to another uplink or to the same uplink.

An allow with `any` does not let addresses outside the site reach each other, as this would make every host a router.
Two addresses of one zone reach each other through a host only if `from` and `to` both name that zone. A deny applies
to all packets that its selectors match.

Between two zones, a host forwards for other hosts of the site, and for their networks, if these hosts lack an uplink
in one of the zones.
"""

from collections.abc import Iterator

from taploom.flows.algebra.spans import Spans, united
from taploom.flows.proof.intent.entries import ResolvedEntry
from taploom.flows.proof.intent.interface_view import InterfaceView
from taploom.plan.policy import Action


def carried(view: InterfaceView, entry: ResolvedEntry, ingress: str, egress: str) -> Iterator[tuple[Spans, Spans]]:
    """Destinations with their senders: the packets of an entry from one uplink to another or to the same uplink."""
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
