"""Notes on the uplink through which answers to a packet leave; a host chooses it by its routes alone."""

from collections.abc import Iterator

from taploom.flows.packets.forwarding import OTHER
from taploom.flows.packets.packet import SOURCE
from taploom.flows.reach.query import Inquiry
from taploom.flows.reach.reply import Hop, Reply
from taploom.plan.interfaces import outside
from taploom.report.packets import addresses

_SHOWN = 2


def answering(inquiry: Inquiry, reply: Reply) -> Iterator[str]:
    """A note for each host that has several default routes, if packets of the reply enter it through an uplink."""
    for hop in reply.hops if reply.allowed else ():
        forwarding = inquiry.pair(hop.host, reply.family).forwarding
        if len(forwarding.defaults) > 1 and hop.ingress in {each.device for each in outside(forwarding.host)}:
            yield from _note(inquiry, reply, hop)


def _note(inquiry: Inquiry, reply: Reply, hop: Hop) -> Iterator[str]:
    """A note that names the uplinks through which answers leave."""
    place = inquiry.place(hop.host, reply.family)
    senders = (reply.box[SOURCE] if hop.senders is None else hop.senders) or place.strangers
    ways = place.forwarding.preferred
    if not ways or not place.leaving(senders, OTHER):
        return
    words = f"answers {'leave' if len(ways) == 1 else 'may leave'} {hop.host} by {' or '.join(ways)}"
    if hop.ingress not in ways:
        near = list(addresses(reply.family, place.leaving(senders, None).get(hop.ingress, ())))
        words += f", not by {hop.ingress}: a provider drops packets with a source address of another provider"
        words += f" (but answers to {', '.join(near[:_SHOWN])} leave by {hop.ingress})" if near else ""
    yield words
