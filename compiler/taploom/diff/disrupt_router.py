"""What guests lose when the host whose advertisements they go by takes up another unit of its bridge.

networkd stops advertising then, whatever of the unit differs, and begins again at once. Who stops says goodbye, by an
advertisement with a lifetime of zero (RFC 4861, 6.2.5), so every guest removes its default route, and has it back with
the next one. Seen with 252 and 257 (tests/diff/test_applied.py), and in the source of both (`link_stop_engines` of the
one, `link_drop_radv_config` of the other).

A guest with 257 that hears both within a millisecond or so takes the next hop that it is about to remove for one that
is there, and its route for one that needs no more than that; so it is without, until it is told again unasked. A guest
that takes up a unit of its own in between misses the second, and asks for it within a second or two, unless the same
befalls it. Unasked it is told within 16 seconds, as who has just begun to advertise does so at that interval (RFC 4861,
6.2.4).
"""

from collections.abc import Iterator, Mapping

from taploom.backends.guest.addressing import listens
from taploom.backends.networkd import bridge as backend
from taploom.diff.classes import Class
from taploom.diff.disrupt_networkd import unit_settings
from taploom.diff.effects import Disruption, Effect
from taploom.plan.guest import Guest, Nic
from taploom.plan.host import Bridge, Host

_NAMED = 6
"""How many guests are named."""


def farewells(before: Host, after: Host, guests: Mapping[str, Guest]) -> Iterator[Disruption]:
    """The bridges of a host whose guests lose their default route of IPv6 for a moment.

    Args:
        before: the host in the base.
        after: the same host in the head.
        guests: those of the base, by name.
    """
    staying = {bridge.device: bridge for bridge in after.bridges if bridge.ra}
    for bridge in before.bridges:
        now = staying.get(bridge.device) if bridge.ra else None
        names = _following(bridge, guests) if now else []
        if now and names:
            old, new = backend.units(before, bridge)[1], backend.units(after, now)[1]
            differing = tuple(unit_settings(old, new))
            if differing:
                yield Disruption(
                    after.name, f"network/{now.network}", f"guests on {now.device}", Class.D2, Effect.FAREWELL,
                    new.name, differing, _few(names), new.origin,
                )  # fmt: skip


def _following(bridge: Bridge, guests: Mapping[str, Guest]) -> list[str]:
    """The guests on a bridge whose default route of IPv6 is by the host's advertisements."""
    there = sorted({port.guest for port in bridge.ports})
    return [name for name in there if any(_follows(nic, bridge) for nic in guests[name].nics)]


def _follows(nic: Nic, bridge: Bridge) -> bool:
    return nic.network == bridge.network and listens(nic) and nic.ipv6.default_route


def _few(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
