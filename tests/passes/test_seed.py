"""Compares the compiled plan of the seed with a plan written by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests import plans
from tests.sites import compiled

from taploom.base.diagnostic_rule import Severity
from taploom.passes.naming import tap_name
from taploom.passes.police import order
from taploom.plan.json import plan_json
from taploom.plan.site import Plan

SPECS = Path(__file__).parents[1] / "golden" / "seed" / "specs"
LOCK = "".join(
    f"guest/{name} microvm ipv6 {ipv6}\nguest/{name} microvm mac {mac}\n" for name, _, ipv6, mac, _ in plans.GUESTS
)


def without_origins(value: Any) -> Any:
    """The plan's data without origins, which depend on the text of the specs."""
    if isinstance(value, dict):
        return {key: without_origins(inner) for key, inner in value.items() if key != "origin"}
    return [without_origins(inner) for inner in value] if isinstance(value, list) else value


def by_hand() -> Plan:
    """The hand-written plan, with its terms in the order of the model."""
    plan = plans.seed()
    hosts = tuple(replace(host, terms=tuple(sorted(host.terms, key=order))) for host in plan.hosts)
    return replace(plan, hosts=hosts)


def test_the_seed_compiles_to_the_hand_written_plan() -> None:
    text = plan_json(by_hand())
    for name, *_ in plans.GUESTS:
        text = text.replace(plans.tap_of(name), tap_name(name, "microvm", ("vm-*",)))
    site = compiled((SPECS / "seed.yaml").read_text(encoding="utf-8"), LOCK)
    assert without_origins(json.loads(plan_json(site.plan))) == without_origins(json.loads(text))


def test_the_seed_has_neither_errors_nor_warnings() -> None:
    site = compiled((SPECS / "seed.yaml").read_text(encoding="utf-8"), (SPECS / "taploom.lock").read_text("utf-8"))
    assert [d.code for d in site.diagnostics if d.severity is not Severity.NOTE] == []
