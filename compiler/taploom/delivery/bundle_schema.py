"""The JSON Schema of `taploom-bundle/1`."""

from taploom.base.address import FAMILIES
from taploom.base.json_schema import COUNT, MAYBE, TEXT, Schema, array, closed, document
from taploom.delivery.manifest import BUNDLE
from taploom.delivery.steps import STEPS
from taploom.diff.classes import Class
from taploom.plan.take_up import ProbeKind

_GRADE: Schema = {"enum": [grade.name for grade in Class]}
_SUM: Schema = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_PLAN: Schema = {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"}
_STEP: Schema = {"enum": [step.name for step in STEPS]}


def bundle_schema() -> Schema:
    """The schema (2020-12)."""
    return document(
        BUNDLE,
        "urn:taploom:bundle/1",
        host=TEXT,
        plan={**_PLAN, "description": "Hash of plan.json; a review approves the plan by this hash."},
        serial=COUNT,
        target=closed(systemd={"type": "integer"}, nftables=TEXT, nixos=TEXT),
        activation=array(closed(step=_STEP, run=array(array(TEXT)))),
        uplinks=array(TEXT),
        devices=array(closed(kind=TEXT, name=TEXT)),
        take_up=closed(confirm=COUNT, probes=array(_probe())),
        admits=array(closed(port=COUNT, device=TEXT, source=TEXT)),
        change={"anyOf": [_change(), {"type": "null"}]},
        files=array(_file()),
    )


def _probe() -> Schema:
    family: Schema = {"enum": [*(family.key for family in FAMILIES), None]}
    port: Schema = {"type": ["integer", "null"]}
    kinds: Schema = {"enum": [kind.value for kind in ProbeKind]}
    return closed(kind=kinds, device=MAYBE, family=family, next_hop=MAYBE, domain=MAYBE, port=port, entry=TEXT)


def _change() -> Schema:
    row = closed(**{"class": _GRADE}, object=TEXT, device=TEXT, file=MAYBE, effect=TEXT, detail=MAYBE, entry=TEXT)
    return closed(before=_PLAN, worst_class=_GRADE, disruption=array(row))


def _file() -> Schema:
    mode: Schema = {"type": "string", "pattern": "^0[0-7]{3}$"}
    return closed(path=TEXT, sha256=_SUM, install=TEXT, mode=mode, step={"anyOf": [_STEP, {"type": "null"}]})
