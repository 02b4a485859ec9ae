"""Predicted loss of IPv6 default routes: if the unit of a bridge changes, guests that use its RAs lose the route."""

import pytest
from tests.diff.site import BASE, WEB2, Files, both, swap
from tests.sites import compiled

from taploom.diff.change import ComparedPlan, compare
from taploom.diff.classes import Class
from taploom.diff.effects import Disruption, Effect

RESOLVER = swap("networks.yaml", "ra: true, nat: true}\n  lan", "ra: true, dns: 9.9.9.9, nat: true}\n  lan")
"""Edit that changes the unit of the bridge `br-dmz`."""
PLAIN = swap("networks.yaml", "1::1/64, ra: true, nat", "1::1/64, nat")
SECOND = swap("guests.yaml", "guests:\n", "guests:\n" + WEB2)
ELSEWHERE = swap("guests.yaml", "mac: 02:00:00:00:01:10}}", "mac: 02:00:00:00:01:10}, lan: {gateway: true}}")
"""Edit that moves the default route of the guest `web` to another network."""


def _farewells(before: Files, after: Files) -> list[Disruption]:
    change = compare(ComparedPlan("before", compiled(before).plan), ComparedPlan("after", compiled(after).plan))
    return [one for one in change.disruption if one.effect is Effect.FAREWELL]


@pytest.mark.parametrize("version", [252, 257, 260])
def test_guests_that_follow_advertisements_are_named(version: int) -> None:
    before = dict(BASE)
    both(SECOND, swap("site.yaml", "systemd: 252", f"systemd: {version}"))(before)
    after = dict(before)
    RESOLVER(after)
    (loss,) = _farewells(before, after)
    assert (loss.grade, loss.host, loss.object) == (Class.D2, "hv1", "network/dmz")
    assert (loss.device, loss.detail) == ("guests on br-dmz", "web, web2")
    assert loss.file == "06-taploom-br-dmz.network"
    assert loss.settings


def test_no_guest_is_named_if_no_unit_of_a_bridge_differs() -> None:
    after = dict(BASE)
    swap("policy.yaml", "allow: tcp/5432", "allow: tcp/5433")(after)
    assert _farewells(dict(BASE), after) == []


def test_a_guest_with_its_default_route_elsewhere_is_not_named() -> None:
    before = dict(BASE)
    ELSEWHERE(before)
    after = dict(before)
    RESOLVER(after)
    assert [one.device for one in _farewells(before, after)] == []


def test_a_network_that_starts_to_advertise_predicts_no_loss() -> None:
    before = dict(BASE)
    PLAIN(before)
    assert _farewells(before, dict(BASE)) == []
    after = dict(before)
    swap("networks.yaml", "1::1/64, nat", "1::1/64, dns: 9.9.9.9, nat")(after)
    assert _farewells(before, after) == []
