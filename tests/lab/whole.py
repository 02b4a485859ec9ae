"""Runs a site in a lab, and checks that oracle, `taploom reach` and kernel agree on its flows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.sites import compiled

from taploom.driver import rendered
from taploom.lab.experiment import agreement
from taploom.lab.session import Lab

if TYPE_CHECKING:
    from collections.abc import Mapping

    from taploom.lab.lab_report import Row


def seen(spec: str, senders: tuple[str, ...] = ("",)) -> Mapping[str, Row]:
    """The flows of a site by name, after a check that oracle, `reach` and kernel agree on each.

    Args:
        spec: Specs of the site.
        senders: Texts with which names of flows begin; flows with other names are ignored.
    """
    plan = compiled(spec).plan
    with Lab() as lab:
        outcome = agreement(lab, plan, rendered(plan), lambda _: None).outcome
    assert [row for row in outcome.failed if row.kind != "flow" or row.flow.startswith(senders)] == []
    found = {row.flow: row for row in outcome.rows if row.kind == "flow" and row.flow.startswith(senders)}
    assert {flow: row.reach for flow, row in found.items()} == {
        flow: f"{row.observed} by {row.decided_by}" for flow, row in found.items()
    }
    return found
