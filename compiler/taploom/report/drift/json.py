"""Prints comparisons as `taploom-drift/1`, for programs."""

import json
from typing import Any

from taploom.drift.model import Consequence, Drift, Row
from taploom.report.drift.compared import Drifts
from taploom.report.plan.flow_json import place_data

FORMAT = "taploom-drift/1"


def drift_json(found: Drifts) -> str:
    """The JSON text with all hosts and all rows."""
    data = {
        "format": FORMAT,
        "plan": found.plan,
        "hosts": [_host(host, found.now) for host in found.hosts],
        "missing": list(found.missing),
    }
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _host(one: Drift, now: int) -> dict[str, Any]:
    return {
        "host": one.host,
        "word": one.word.value,
        "collected": one.collected,
        "age": max(now - one.collected, 0),
        "installed": one.installed or None,
        "serial": one.serial,
        "rows": [_row(row) for row in one.rows],
        "consequences": [_consequence(each) for each in one.more],
    }


def _row(one: Row) -> dict[str, Any]:
    return {
        "word": one.word.value,
        "subject": one.subject.value,
        "place": one.place,
        "message": one.message,
        "expected": one.expected or None,
        "found": one.found or None,
        "spec": place_data(one.origin),
        "note": one.note or None,
        "consequences": [_consequence(each) for each in one.consequences],
    }


def _consequence(one: Consequence) -> dict[str, Any]:
    return {
        "turn": one.turn.value,
        "scope": one.scope,
        "from": list(one.sources),
        "to": list(one.destinations),
        "services": list(one.services),
        "families": [family.key for family in one.families],
        "exposed": one.exposed,
        "certain": one.certain,
        "plan": one.plan,
        "host": one.host,
        "example": one.example,
        "spec": place_data(one.cause),
    }
