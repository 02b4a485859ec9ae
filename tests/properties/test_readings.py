"""For random sites, `taploom reach` agrees with the lab's `Reading`, which follows each packet hop by hop."""

from __future__ import annotations

import random
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from tests.properties.ground import settled
from tests.properties.made_up import Tree, sites
from tests.properties.texts import text
from tests.sites import NOW, compiled

from taploom.lab.lab_report import Row
from taploom.lab.oracle import Oracle
from taploom.lab.questions import questions
from taploom.lab.reading import Reading
from taploom.plan.site import Plan

CASES = Path(__file__).parents[1] / "cases"
some = settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def disputed(plan: Plan, chance: random.Random, most: int = 15) -> list[Row]:
    """The flows on which the lab's reading and `taploom reach` disagree.

    Args:
        plan: the plan of the site.
        chance: source of randomness that selects the flows.
        most: maximum number of flows.
    """
    atlas = settled(plan)
    asked, _ = questions(atlas, Oracle(atlas, NOW))
    reading = Reading(atlas, NOW)
    read = map(reading.read, chance.sample(asked, min(most, len(asked))))
    rows = (
        Row("flow", one.flow, said, said, one.verdict.by, reach=one.reach)
        for one in read
        for said in ("allow" if one.verdict.allowed else "drop",)
    )
    return [row for row in rows if not row.ok]


@some
@given(sites())
def test_lab_and_reach_agree_on_random_sites(site: Tree) -> None:
    assert disputed(compiled(text(site)).plan, random.Random(text(site))) == []


def test_of_two_uplinks_that_translate_a_prefix_the_one_with_a_world_is_used() -> None:
    case = (CASES / "prefix-translated-by-two-uplinks.yaml").read_text(encoding="utf-8")
    assert disputed(compiled(case).plan, random.Random(0), most=10_000) == []
