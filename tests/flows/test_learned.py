"""Each learned address is represented by its own integer above the last real address."""

from __future__ import annotations

import json

import pytest
from tests.diff.site import BASE
from tests.sites import compiled

from taploom.base.address import FAMILIES, Family
from taploom.diff.flows import compare_flows
from taploom.diff.labels import AddressLabels
from taploom.flows.packets.learned import every, is_learned, learned, numbered, real
from taploom.flows.reach.endpoints import end_of, services_of
from taploom.flows.reach.query import Inquiry
from taploom.report.reach import Asked, reach_json

TWO = """
taploom: 1
site: {name: two}
networks: {lan: {ipv4: 10.0.0.1/24}}
hosts:
  hv:
    uplinks: {eth0: {zone: internet, ipv4: dhcp, metric: 1}, eth1: {zone: internet, ipv4: dhcp, metric: 2}}
    networks: {lan: {}}
guests: {web: {host: hv, nics: {lan: {ipv4: 10.0.0.10}}}}
policy: {admin: {from: any, to: hosts, allow: ssh}}
"""
FORWARD = "forwards: {web: {on: hv, ports: tcp/443, to: web, from: any}}\n"
LAST = 0xFFFFFFFF


@pytest.mark.parametrize("family", FAMILIES)
def test_learned_addresses_are_split_from_real_ones(family: Family) -> None:
    last = every(family)[0][1]
    first, second = numbered(["b", "a"], family).values()
    assert (first, second) == (last + 1, last + 2)
    assert [is_learned(value, family) for value in (0, last, first, second)] == [False, False, True, True]
    whole = ((last - 1, second),)
    assert real(whole, family) == ((last - 1, last),)
    assert list(learned(whole, family)) == [first, second]
    assert list(learned(((0, last),), family)) == []
    assert real(((first, second),), family) == ()


def test_a_span_that_includes_a_learned_address_names_its_host() -> None:
    plan = compiled(BASE).plan
    names = AddressLabels(plan, Family.IPV4).ends(((0, LAST + 1),), "hv1", "eth0")
    assert names == ("network/dmz", "network/lan", "host/hv1", "zone/internet")


def test_reach_names_each_of_two_learned_addresses() -> None:
    inquiry = Inquiry(compiled(TWO).plan, 0)
    replies = inquiry.ask(end_of(inquiry.index, "any"), end_of(inquiry.index, "hv"), services_of(inquiry.index, "ssh"))
    answers = json.loads(reach_json(Asked("any", "hv", "ssh", inquiry, replies)))["answers"]
    (found,) = [one for one in answers if one["hosts"][0]["ingress"] == "eth0"]
    assert found["destinations"] == ["the address of eth0", "the address of eth1", "10.0.0.1"]


def test_diff_names_each_learned_address_of_a_forward() -> None:
    flows = compare_flows(compiled(TWO).plan, compiled(TWO + FORWARD).plan, {})
    places = {place for flow in flows if flow.after.by == "forward/web" for place in flow.via}
    assert places == {"the address of hv/eth0", "the address of hv/eth1"}
