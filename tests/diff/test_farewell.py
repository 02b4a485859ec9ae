"""Who is told to lose the default route of IPv6 when the unit of a bridge differs: who follows its advertisements."""

import pytest
from tests.diff.site import BASE, WEB2, Files, both, swap
from tests.sites import compiled

from taploom.diff.change import ComparedPlan, compare
from taploom.diff.classes import Class
from taploom.diff.effects import Disruption, Effect

RESOLVER = swap("networks.yaml", "ra: true, nat: true}\n  lan", "ra: true, dns: 9.9.9.9, nat: true}\n  lan")
"""Differs in the unit of the bridge `br-dmz`."""
PLAIN = swap("networks.yaml", "1::1/64, ra: true, nat", "1::1/64, nat")
SECOND = swap("guests.yaml", "guests:\n", "guests:\n" + WEB2)
ELSEWHERE = swap("guests.yaml", "mac: 02:00:00:00:01:10}}", "mac: 02:00:00:00:01:10}, lan: {gateway: true}}")
"""The guest `web` has its way out by another network."""


def _told(before: Files, after: Files) -> list[Disruption]:
    change = compare(ComparedPlan("before", compiled(before).plan), ComparedPlan("after", compiled(after).plan))
    return [one for one in change.disruption if one.effect is Effect.FAREWELL]


@pytest.mark.parametrize("version", [252, 257, 260])
def test_guests_that_follow_advertisements_are_named(version: int) -> None:
    before = dict(BASE)
    both(SECOND, swap("site.yaml", "systemd: 252", f"systemd: {version}"))(before)
    after = dict(before)
    RESOLVER(after)
    (told,) = _told(before, after)
    assert (told.grade, told.host, told.object) == (Class.D2, "hv1", "network/dmz")
    assert (told.device, told.detail) == ("guests on br-dmz", "web, web2")
    assert told.file == "06-taploom-br-dmz.network"
    assert told.settings


def test_nobody_is_told_of_where_no_unit_of_a_bridge_differs() -> None:
    after = dict(BASE)
    swap("policy.yaml", "allow: tcp/5432", "allow: tcp/5433")(after)
    assert _told(dict(BASE), after) == []


def test_nobody_is_told_of_whose_way_out_is_not_by_the_advertisements() -> None:
    before = dict(BASE)
    ELSEWHERE(before)
    after = dict(before)
    RESOLVER(after)
    assert [one.device for one in _told(before, after)] == []


def test_a_network_that_begins_to_advertise_takes_nothing_away() -> None:
    before = dict(BASE)
    PLAIN(before)
    assert _told(before, dict(BASE)) == []
    after = dict(before)
    swap("networks.yaml", "1::1/64, nat", "1::1/64, dns: 9.9.9.9, nat")(after)
    assert _told(before, after) == []
