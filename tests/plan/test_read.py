"""Reading `plan.json` gives back the plan that was printed."""

import pytest
from tests.plans import seed
from tests.sites import compiled
from tests.test_example import SPECS

from taploom.driver import compile_site
from taploom.plan.json import plan_json
from taploom.plan.read import PlanTextError, read_plan

EVERYTHING = """\
taploom: 1
site: {name: all}
addresses: {office: [198.51.100.0/24, 2001:db8:f::/48]}
services: {metrics: [tcp/9100, tcp/9200-9210]}
networks:
  lan: {ipv4: 10.0.0.1/24, ipv6: 2001:db8::1/64, dhcp: true, ra: true, nat: {ipv4: masquerade, ipv6: 2001:db8:1::/64}}
hosts:
  hv:
    uplinks: {eth0: {zone: wan, ipv4: 192.0.2.2/24, gateway4: 192.0.2.1, ipv6: ra}}
    networks: {lan: {create-taps: true}}
    routes: {r: {to: 10.9.0.0/16, via: 192.0.2.9, metric: 5}}
guests: {web: {host: hv, tags: [a, b], owner: me, nics: {lan: {ipv4: dhcp, ipv6: slaac}}}}
policy:
  out: {from: lan, to: wan, allow: any, limit: 10/second, expires: 2040-01-01}
  in: {from: office, to: hosts, allow: [ssh, metrics], log: true}
"""


def test_the_seed_is_read_back() -> None:
    assert read_plan(plan_json(seed())) == seed()


def test_a_plan_with_every_kind_of_fact_is_read_back() -> None:
    plan = compiled(EVERYTHING).plan
    assert plan.guests
    assert plan.hosts[0].terms
    assert read_plan(plan_json(plan)) == plan


def test_the_example_is_read_back() -> None:
    plan = compile_site(SPECS, now=0).plan
    assert len(plan.guests) > 10
    assert read_plan(plan_json(plan)) == plan


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "not JSON"),
        ("[]", "not `taploom-plan/1`"),
        ('{"format": "taploom-plan/9"}', "but `taploom-plan/9`"),
        ('{"format": "taploom-plan/1", "name": "x"}', "not a complete plan"),
        (plan_json(seed()).replace('"10.0.0.1/24"', '"10.0.0.1/99"', 1), "not a prefix length"),
        (plan_json(seed()).replace('"forwards": [', '"forwards": "x", "no": [', 1), "is not a list"),
    ],
)
def test_an_invalid_plan_is_refused(text: str, words: str) -> None:
    with pytest.raises(PlanTextError, match=words):
        read_plan(text)
