"""Parsing of `ip monitor` logs, with lines as iproute2 6.1 and 6.15 write them."""

from datetime import datetime

import pytest
from tests.diff.monitor import interface_events

from taploom.base.address import Family

LOG = """\
[2026-11-29T13:00:00.000000] Deleted 3: eth0    inet 10.0.0.1/24 scope global eth0\\       valid_lft forever preferred_lft forever
[2026-11-29T13:00:00.250000] 3: eth0    inet 10.0.0.1/24 scope global eth0\\       valid_lft forever preferred_lft forever
[2026-11-29T13:00:01.000000] Deleted default nhid 796869849 via fe80::1 dev eth0 proto ra metric 1024 pref medium
[2026-11-29T13:00:01.500000] Deleted 3: eth0    inet6 fd00::1/64 scope global \\       valid_lft forever preferred_lft forever
[2026-11-29T13:00:02.000000] default nhid 796869849 via fe80::1 dev eth0 proto ra metric 1024 expires 1800sec pref medium
[2026-11-29T13:00:02.000001] 3: eth0    inet6 fd00::1/64 scope global tentative \\       valid_lft forever preferred_lft forever
[2026-11-29T13:00:03.000000] 3: eth0    inet6 fd00::1/64 scope global \\       valid_lft forever preferred_lft forever
[2026-11-29T13:00:04.000000] Deleted default via fe80::2 dev eth1 proto ra metric 1024 pref medium
[2026-11-29T13:00:05.000000] 2: vb@va: <NO-CARRIER,BROADCAST,MULTICAST,UP,M-DOWN> mtu 1500 qdisc noqueue state DOWN group default
[2026-11-29T13:00:06.000000] 2: vb@va: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default
"""  # noqa: E501


def test_an_address_or_route_that_comes_back_was_away_in_between() -> None:
    found = interface_events(LOG)["eth0"]
    assert found.removed == {"10.0.0.1/24", "fd00::1/64"}
    assert found.route_losses == (datetime(2026, 11, 29, 13, 0, 1).timestamp(),)
    assert found.away == {Family.IPV4: pytest.approx(0.25), Family.IPV6: pytest.approx(2.0)}
    assert not found.carrier


def test_a_route_that_does_not_come_back_is_not_counted() -> None:
    assert interface_events(LOG)["eth1"].route_losses == ()
    assert interface_events(LOG)["eth1"].away[Family.IPV6] == 0


def test_a_lost_carrier_is_recorded() -> None:
    assert interface_events(LOG)["vb"].carrier
    assert interface_events("") == {}
