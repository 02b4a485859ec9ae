"""The lab accepts a drop if oracle and `reach` name different built-in reasons for it, and neither names an entry."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.sites import compiled
from tests.support import needs

from taploom.driver import rendered
from taploom.lab.experiment import agreement
from taploom.lab.session import Lab

pytestmark = [needs("root", "tun", "networkd", "nft", "ip", "unshare", "nsenter"), pytest.mark.kernel]

SPEC = (Path(__file__).parent / "two-sites-by-the-internet.yaml").read_text()


def test_different_built_in_reasons_for_a_drop_do_not_fail_the_lab() -> None:
    plan = compiled(SPEC).plan
    with Lab() as lab:
        outcome = agreement(lab, plan, rendered(plan), lambda _: None).outcome
    assert outcome.failed == ()
    asked = [row for row in outcome.rows if row.flow.startswith("desk 10.2.0.10 -> hv-east 203.0.113.1 tcp/")]
    assert {row.observed for row in asked} == {"drop"}
    assert {row.decided_by for row in asked} | {row.reach for row in asked} >= {"default"}
