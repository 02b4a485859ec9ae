"""The intent for packets that open no connection; no entry decides about them, so each state has one answer."""

from collections.abc import Iterator

from taploom.flows.packets.answer import FOREIGN, Answer
from taploom.flows.packets.forwarding import OTHER, SELF, Forwarding
from taploom.plan.host import Input
from taploom.plan.interfaces import inside, interfaces

StatePath = tuple[str, str, str]
"""Ingress, egress, and the state of the connection as in `ct state`."""

LOOPBACK = "lo"
_ALLOWED = Answer("allow", "implied/established")
_REFUSED = Answer("drop", "default")


def expected(forwarding: Forwarding) -> Iterator[tuple[StatePath, Answer]]:
    """The intended answer for each ingress, egress and state.

    Replies and errors of known connections pass everywhere. Loopback packets pass. Packets that belong to no
    connection and open none (`invalid`) are dropped in three cases: to the host, if its input is managed; through the
    host from or to one of its bridges; and from uplink to uplink. taploom does not judge other invalid packets.
    """
    host = forwarding.host
    networks = [each.device for each in inside(host)]
    entries = [*(each.device for each in interfaces(host)), OTHER]
    managed = host.input is Input.MANAGED
    for ingress in entries:
        for egress in (*entries, SELF):
            yield (ingress, egress, "established"), _ALLOWED
            yield (ingress, egress, "related"), _ALLOWED
            guests = ingress in networks or egress in networks
            ours = managed if egress == SELF else guests or OTHER not in (ingress, egress)
            yield (ingress, egress, "invalid"), _REFUSED if ours else FOREIGN
    yield (LOOPBACK, SELF, "new"), Answer("allow", "implied/loopback")
