"""Compares the printer of `plan.json` with a generic conversion of the model, and checks the origins of its lines."""

import enum
import json
from dataclasses import fields
from typing import Any

import pytest
from tests.plans import seed as seed_plan

from taploom.base.address import Address, Interface, Mac, Prefix
from taploom.plan.json import plan_json, plan_lines
from taploom.plan.origin import Origin
from taploom.plan.site import FORMAT, Plan


def as_data(value: Any) -> Any:
    """A plan object as JSON data, converted generically from its fields."""
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, Address | Prefix | Interface | Mac):
        return str(value)
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, Origin):
        return {"entry": value.entry, "by": value.by}
    if isinstance(value, tuple):
        return [as_data(item) for item in value]
    return {field.name: as_data(getattr(value, field.name)) for field in fields(value)}


@pytest.fixture(scope="module")
def seed() -> Plan:
    return seed_plan()


def test_the_printed_plan_equals_the_model(seed: Plan) -> None:
    found = json.loads(plan_json(seed))
    assert found == {"format": FORMAT, **as_data(seed)}
    assert list(found["hosts"][0]) == [field.name for field in fields(seed.hosts[0])]


def test_a_line_has_the_origin_of_its_object(seed: Plan) -> None:
    guest = seed.guests[1]
    line = next(origin for text, origin in plan_lines(seed) if f'"name": "{guest.name}"' in text)
    assert line == guest.origin
