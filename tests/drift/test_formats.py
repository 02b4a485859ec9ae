"""Compares JSON output with its schema, and metrics with the grammar of Prometheus' text format."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from jsonschema import Draft202012Validator
from tests.drift.sample import COLLECTED, document, drift_of
from tests.drift.test_words import site
from tests.support import needs

from taploom.base.address import FAMILIES
from taploom.drift.model import Consequence, Drift, FlowEffect, Row, Subject, Word
from taploom.plan.origin import Origin
from taploom.report.drift.compared import Drifts, age
from taploom.report.drift.json import drift_json
from taploom.report.drift.prom import drift_prom
from taploom.report.drift.schema import drift_schema
from taploom.report.drift.text import drift_tally, drift_text

HOSTILE = 'a"b\\c\nd\x1b[31me\u202e'
NOW = COLLECTED + 7200
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\\\|\\"|\\n)*"'
SAMPLE = re.compile(rf"([a-zA-Z_:][a-zA-Z0-9_:]*)\{{({LABEL}(?:,{LABEL})*)\}} (-?\d+)")
"""A line of the text format 0.0.4, as Prometheus documents it (EXPOSITION FORMATS)."""


def hostile() -> Drifts:
    consequence = Consequence(
        FlowEffect.OPENS,
        "flow",
        (HOSTILE,),
        (HOSTILE,),
        (HOSTILE,),
        FAMILIES,
        True,
        HOSTILE,
        HOSTILE,
        HOSTILE,
        False,
    )
    origin = Origin("hosts.hv", None, "test")
    row = Row(Word.DRIFTED, Subject.RULE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, origin, (consequence,), HOSTILE)
    one = Drift(HOSTILE, 10**12, "sha256:0", HOSTILE, 7, (row,), (consequence,))
    return Drifts("sha256:0", NOW, (one, replace(one, host="b", rows=(), more=())), ("c",))


def test_json_fits_its_schema() -> None:
    Draft202012Validator.check_schema(drift_schema())
    data = json.loads(drift_json(hostile()))
    Draft202012Validator(drift_schema()).validate(data)
    assert data["hosts"][0]["rows"][0]["found"] == HOSTILE
    assert data["missing"] == ["c"]


@needs("nft", "unshare")
def test_json_of_a_host_fits_its_schema() -> None:
    plan = site()
    (host,) = plan.hosts
    facts = document(plan, host)
    facts["ruleset"]["nftables"] = [one for one in facts["ruleset"]["nftables"] if "rule" not in one]
    data = json.loads(drift_json(Drifts("sha256:0", NOW, (drift_of(plan, host, facts),))))
    Draft202012Validator(drift_schema()).validate(data)
    assert data["hosts"][0]["word"] == "drifted"
    assert data["hosts"][0]["age"] == NOW - COLLECTED
    assert all(row["spec"]["line"] for row in data["hosts"][0]["rows"])


def test_metrics_follow_the_grammar_and_give_one_status_per_host() -> None:
    lines = drift_prom(hostile()).splitlines()
    samples = [line for line in lines if not line.startswith("#")]
    assert [line for line in samples if not SAMPLE.fullmatch(line)] == []
    named = {line.split()[2] for line in lines if line.startswith("# TYPE")}
    assert {SAMPLE.fullmatch(line)[1] for line in samples} == named  # type: ignore[index]
    assert 'taploom_status{host="b",word="current"} 1' in samples
    assert 'taploom_facts{host="c"} 0' in samples
    words = [line for line in samples if line.startswith('taploom_status{host="b"')]
    assert [line.rpartition(" ")[2] for line in words].count("1") == 1


def test_text_escapes_unprintable_characters_and_shows_age_and_tally() -> None:
    text = drift_text(hostile())
    assert all(line.isprintable() for line in text.splitlines())
    assert "c: no facts" in text
    assert drift_tally(hostile()) == "1 current, 1 drifted, 1 without facts"
    assert [age(seconds) for seconds in (-5, 0, 1, 59, 60, 7199, 7200, 90_000)] == [
        "0 seconds", "0 seconds", "1 second", "59 seconds", "1 minute", "1 hour", "2 hours", "1 day"
    ]  # fmt: skip
