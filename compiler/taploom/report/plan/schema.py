"""The JSON Schema of `taploom-diff/1`."""

from typing import Any

from taploom.diff.classes import Class
from taploom.diff.effects import Effect
from taploom.diff.model import ChangeAction, GateVerdict
from taploom.diff.verdicts import VerdictChange
from taploom.report.plan.json import FORMAT

Schema = dict[str, Any]
_TEXT: Schema = {"type": "string"}
_MAYBE: Schema = {"type": ["string", "null"]}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_FLAG: Schema = {"type": "boolean"}
_ANY: Schema = {"description": "A value as it is in the plan; null if there is none."}


def diff_schema() -> Schema:
    """The schema (2020-12)."""
    root = _object(
        before=_TEXT,
        after=_TEXT,
        has_changes=_FLAG,
        summary=_object(add=_COUNT, change=_COUNT, remove=_COUNT),
        notes=_list(_TEXT),
        objects=_list(_change()),
        flows=_object(**{turn.value: _list(_flow()) for turn in VerdictChange}),
        worst_class=_grade(),
        undo_class=_grade(),
        disruption=_list(_disruption()),
        survivors=_list(
            _object(host=_TEXT, flow=_TEXT, allowed_by=_TEXT, commands=_list(_list(_TEXT)), commands_left_out=_COUNT)
        ),
        gates=_list(_object(gate=_TEXT, object=_MAYBE, verdict=_words(GateVerdict), message=_TEXT, reason=_MAYBE)),
        files=_list(_file()),
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:taploom:diff/1",
        "title": FORMAT,
        **root,
        "properties": {"format": {"const": FORMAT}, **root["properties"]},
        "required": ["format", *root["required"]],
        "$defs": {"place": _place()},
    }


def _change() -> Schema:
    return _object(
        action=_words(ChangeAction),
        object=_TEXT,
        kind=_TEXT,
        host=_TEXT,
        was=_MAYBE,
        likely_was=_MAYBE,
        fields=_list(_object(field=_TEXT, before=_ANY, after=_ANY)),
        before=_ref(),
        after=_ref(),
    )


def _flow() -> Schema:
    outcome = _object(
        verdict={"enum": ["allow", "drop", "absent", "elsewhere"]},
        decided_by=_MAYBE,
        and_by=_list(_TEXT),
        to=_MAYBE,
        port=_MAYBE,
        source=_MAYBE,
        limited=_FLAG,
        spec=_ref(),
    )
    example = dict.fromkeys(("host", "in", "protocol", "source", "destination"), _TEXT)
    return _object(
        exposed=_FLAG,
        inherited=_FLAG,
        readdressed=_FLAG,
        implied=_FLAG,
        **{"from": _list(_TEXT)},
        to=_list(_TEXT),
        services=_list(_TEXT),
        via=_list(_TEXT),
        hosts=_list(_TEXT),
        families=_list({"enum": ["ipv4", "ipv6"]}),
        before=outcome,
        after=outcome,
        example=_object(**example, source_port=_COUNT, port=_COUNT),
        regions=_list(_region()),
    )


def _region() -> Schema:
    numbers: Schema = {"type": ["array", "null"], "items": _list(_COUNT), "description": "Intervals; null for all."}
    return _object(
        host=_TEXT,
        family={"enum": ["ipv4", "ipv6"]},
        **{"in": _TEXT},
        default_route=_MAYBE,
        destinations=_list(_TEXT),
        services=_list(_object(protocols=numbers, ports=numbers)),
        sources=_list(_TEXT),
        source_ports=numbers,
        hop_limits=numbers,
        phases=numbers,
        source_before=_MAYBE,
        source_after=_MAYBE,
    )


def _disruption() -> Schema:
    effects = {"enum": [effect.name.lower().replace("_", "-") for effect in Effect]}
    settings = _list(_object(key=_TEXT, before=_MAYBE, after=_MAYBE))
    return _object(
        host=_TEXT,
        object=_TEXT,
        device=_TEXT,
        **{"class": _grade()},
        effect=effects,
        cause=_TEXT,
        file=_MAYBE,
        settings=settings,
        detail=_MAYBE,
        spec=_ref(),
    )


def _file() -> Schema:
    hunk = _object(objects=_list(_TEXT), place=_MAYBE, old_line=_COUNT, new_line=_COUNT, lines=_list(_TEXT))
    return _object(
        action=_words(ChangeAction),
        path=_TEXT,
        host=_TEXT,
        target=_TEXT,
        added=_COUNT,
        removed=_COUNT,
        hunks=_list(hunk),
    )


def _place() -> Schema:
    maybe = _object(entry=_TEXT, file=_MAYBE, line={"type": ["integer", "null"]})
    return {"anyOf": [maybe, {"type": "null"}], "description": "An entry of the spec, and where it stands."}


def _ref() -> Schema:
    return {"$ref": "#/$defs/place"}


def _grade() -> Schema:
    return {"enum": [grade.name for grade in Class]}


def _words(kind: type[ChangeAction] | type[GateVerdict]) -> Schema:
    return {"enum": [member.value for member in kind]}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _object(**properties: Schema) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
