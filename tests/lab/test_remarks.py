"""A warning of networkd does not fail a lab if a finding of taploom reports the same fact."""

from __future__ import annotations

import pytest
from tests.sites import compiled
from tests.support import needs

from taploom.driver import rendered
from taploom.lab.experiment import agreement
from taploom.lab.session import Lab

pytestmark = [needs("root", "tun", "networkd", "nft", "ip", "unshare", "nsenter"), pytest.mark.kernel]

EIGHTY = """\
taploom: 1
site: {name: s}
networks:
  lan: {ipv6: "fd12:3456:789a::1/80", ra: true}
  odd: {ipv6: "fd12:3456:789b::1/96", ra: true}
hosts: {hv: {networks: {lan: {}, odd: {}}}}
guests: {web: {host: hv, nics: {lan: {ipv6: "fd12:3456:789a::7", mac: "02:00:00:00:00:07"}}}}
waivers:
  eighty: {code: TL421, on: network/lan, reason: the provider gives no more}
"""


def test_a_prefix_length_that_a_finding_reports_does_not_fail_the_lab() -> None:
    """The finding may be waived (`lan`) or not (`odd`): networkd 252 and 257 warn about both prefix lengths."""
    plan = compiled(EIGHTY).plan
    with Lab() as lab:
        outcome = agreement(lab, plan, rendered(plan), lambda _: None).outcome
    assert list(outcome.failed) == []
