"""Guests lose their IPv6 default route for a moment when networkd on the host applies a changed unit of their bridge.

Whatever differs in the unit, networkd stops sending router advertisements and starts again at once. When it stops, it
sends a last advertisement with a lifetime of zero (RFC 4861, 6.2.5). Every guest then removes its default route, and
gets it back with the next advertisement. Versions 252 and 257 of networkd do so in a test (tests/diff/test_applied.py)
and in their sources (`link_stop_engines` in 252, `link_drop_radv_config` in 257).

If a guest with 257 receives both advertisements within a millisecond or so, its removal of the old next hop is still
under way. The guest then mistakes the old next hop for a current one, and adds no route until the next unsolicited
advertisement. A guest that applies a unit of its own in between misses the second advertisement; it solicits another
within a second or two, and may again fail to add a route. An unsolicited advertisement comes within 16 seconds, the
interval of a router that has just begun to advertise (RFC 4861, 6.2.4).
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
"""Maximum number of guests that are listed by name."""


def farewells(before: Host, after: Host, guests: Mapping[str, Guest]) -> Iterator[Disruption]:
    """One effect for each bridge whose guests lose their IPv6 default route for a moment.

    Args:
        before: the host in the base.
        after: the same host in the head.
        guests: the guests of the base, by name.
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
    """The guests on a bridge whose IPv6 default route comes from the host's advertisements."""
    there = sorted({port.guest for port in bridge.ports})
    return [name for name in there if any(_follows(nic, bridge) for nic in guests[name].nics)]


def _follows(nic: Nic, bridge: Bridge) -> bool:
    return nic.network == bridge.network and listens(nic) and nic.ipv6.default_route


def _few(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
