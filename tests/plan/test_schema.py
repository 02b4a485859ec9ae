"""Checks `plan.json` against its schema, for the example, the golden sites and random sites."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator
from tests.properties.made_up import Tree, sites
from tests.properties.texts import text
from tests.sites import compiled

from taploom.driver import compile_site
from taploom.plan.json import plan_json
from taploom.plan.schema import plan_schema
from taploom.plan.site import Plan

ROOT = Path(__file__).parents[2]
CASES = sorted(path.parent for path in (ROOT / "tests" / "golden").glob("*/specs"))
SCHEMA = plan_schema()
VALIDATOR = Draft202012Validator(SCHEMA)


def problems(plan: Plan) -> list[str]:
    """The schema's errors for the printed form of a plan."""
    return [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(json.loads(plan_json(plan)))]


def test_the_schema_is_valid() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("site", [ROOT, *CASES], ids=lambda site: "example" if site == ROOT else site.name)
def test_the_plan_of_a_site_fits(site: Path) -> None:
    assert problems(compile_site(site / "specs", now=1798761600).plan) == []


@settings(deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), max_examples=15)
@given(sites())
def test_the_plan_of_a_random_site_fits(site: Tree) -> None:
    assert problems(compiled(text(site)).plan) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("format",), "taploom-plan/0"),
        (("hosts", 0, "input"), "theirs"),
        (("hosts", 0, "uplinks", 0, "mtu"), "1500"),
        (("guests", 0, "more"), 1),
        (("guests", 0, "nics", 0, "mac"), "02-00"),
    ],
)
def test_the_schema_refuses_an_invalid_plan(path: tuple[str | int, ...], value: Any) -> None:
    plan = json.loads(plan_json(compile_site(ROOT / "tests" / "golden" / "seed" / "specs", now=0).plan))
    broken = copy.deepcopy(plan)
    place: Any = broken
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    assert VALIDATOR.is_valid(plan)
    assert not VALIDATOR.is_valid(broken)
