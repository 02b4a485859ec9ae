"""The JSON Schema of `taploom-diff/1`."""

from taploom.base.json_schema import COUNT, MAYBE, TEXT, Schema, array, closed, document
from taploom.diff.classes import Class
from taploom.diff.effects import Effect
from taploom.diff.model import ChangeAction, GateVerdict
from taploom.diff.verdicts import VerdictChange
from taploom.report.plan.json import FORMAT

_FLAG: Schema = {"type": "boolean"}
_ANY: Schema = {"description": "A value of the plan; null if there is none."}


def diff_schema() -> Schema:
    """The schema, in the 2020-12 dialect."""
    schema = document(
        FORMAT,
        "urn:taploom:diff/1",
        before=TEXT,
        after=TEXT,
        has_changes=_FLAG,
        summary=closed(add=COUNT, change=COUNT, remove=COUNT),
        notes=array(TEXT),
        objects=array(_change()),
        flows=closed(**{turn.value: array(_flow()) for turn in VerdictChange}),
        worst_class=_grade(),
        undo_class=_grade(),
        disruption=array(_disruption()),
        survivors=array(
            closed(host=TEXT, flow=TEXT, allowed_by=TEXT, commands=array(array(TEXT)), commands_left_out=COUNT)
        ),
        gates=array(closed(gate=TEXT, object=MAYBE, verdict=_words(GateVerdict), message=TEXT, reason=MAYBE)),
        files=array(_file()),
    )
    return {**schema, "$defs": {"place": _place()}}


def _change() -> Schema:
    return closed(
        action=_words(ChangeAction),
        object=TEXT,
        kind=TEXT,
        host=TEXT,
        was=MAYBE,
        likely_was=MAYBE,
        fields=array(closed(field=TEXT, before=_ANY, after=_ANY)),
        before=_ref(),
        after=_ref(),
    )


def _flow() -> Schema:
    outcome = closed(
        verdict={"enum": ["allow", "drop", "absent", "elsewhere"]},
        decided_by=MAYBE,
        and_by=array(TEXT),
        to=MAYBE,
        port=MAYBE,
        source=MAYBE,
        limited=_FLAG,
        spec=_ref(),
    )
    example = dict.fromkeys(("host", "in", "protocol", "source", "destination"), TEXT)
    return closed(
        exposed=_FLAG,
        inherited=_FLAG,
        readdressed=_FLAG,
        implied=_FLAG,
        **{"from": array(TEXT)},
        to=array(TEXT),
        services=array(TEXT),
        via=array(TEXT),
        hosts=array(TEXT),
        families=array({"enum": ["ipv4", "ipv6"]}),
        before=outcome,
        after=outcome,
        example=closed(**example, source_port=COUNT, port=COUNT),
        regions=array(_region()),
    )


def _region() -> Schema:
    numbers: Schema = {"type": ["array", "null"], "items": array(COUNT), "description": "Intervals; null for all."}
    return closed(
        host=TEXT,
        family={"enum": ["ipv4", "ipv6"]},
        **{"in": TEXT},
        default_route=MAYBE,
        destinations=array(TEXT),
        services=array(closed(protocols=numbers, ports=numbers)),
        sources=array(TEXT),
        source_ports=numbers,
        hop_limits=numbers,
        phases=numbers,
        source_before=MAYBE,
        source_after=MAYBE,
    )


def _disruption() -> Schema:
    effects = {"enum": [effect.name.lower().replace("_", "-") for effect in Effect]}
    settings = array(closed(key=TEXT, before=MAYBE, after=MAYBE))
    return closed(
        host=TEXT,
        object=TEXT,
        device=TEXT,
        **{"class": _grade()},
        effect=effects,
        cause=TEXT,
        file=MAYBE,
        settings=settings,
        detail=MAYBE,
        spec=_ref(),
    )


def _file() -> Schema:
    hunk = closed(objects=array(TEXT), place=MAYBE, old_line=COUNT, new_line=COUNT, lines=array(TEXT))
    return closed(
        action=_words(ChangeAction), path=TEXT, host=TEXT, target=TEXT, added=COUNT, removed=COUNT, hunks=array(hunk)
    )


def _place() -> Schema:
    maybe = closed(entry=TEXT, file=MAYBE, line={"type": ["integer", "null"]})
    return {
        "anyOf": [maybe, {"type": "null"}],
        "description": "An entry of the spec, with its file and line; null if there is none.",
    }


def _ref() -> Schema:
    return {"$ref": "#/$defs/place"}


def _grade() -> Schema:
    return {"enum": [grade.name for grade in Class]}


def _words(kind: type[ChangeAction] | type[GateVerdict]) -> Schema:
    return {"enum": [member.value for member in kind]}
