"""The JSON Schema of `taploom-drift/1`."""

from typing import Any

from taploom.drift.model import FlowEffect, Subject, Word
from taploom.report.drift.json import FORMAT

Schema = dict[str, Any]
_TEXT: Schema = {"type": "string"}
_MAYBE: Schema = {"type": ["string", "null"]}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_FLAG: Schema = {"type": "boolean"}
_TEXTS: Schema = {"type": "array", "items": _TEXT}


def drift_schema() -> Schema:
    """The schema, in the 2020-12 dialect."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:taploom:drift/1",
        "title": FORMAT,
        "description": "What `taploom drift --format json` found.",
        **_object(
            format={"const": FORMAT},
            plan={**_TEXT, "description": "Hash of the plan, as `sha256:…`."},
            hosts={"type": "array", "items": _host()},
            missing={**_TEXTS, "description": "Hosts of which there are no facts."},
        ),
        "$defs": {"consequence": _consequence(), "place": _place()},
    }


def _host() -> Schema:
    return _object(
        host=_TEXT,
        word={"enum": [word.value for word in Word], "description": "The gravest word of its rows."},
        collected={**_COUNT, "description": "When the facts were collected, in seconds since the epoch."},
        age={**_COUNT, "description": "Of the facts, in seconds."},
        installed={**_MAYBE, "description": "Hash of the plan whose bundle the host took up."},
        serial={**_COUNT, "description": "Of that bundle; 0 for none."},
        rows={"type": "array", "items": _row()},
        consequences={**_consequences(), "description": "Those of several rows together."},
    )


def _row() -> Schema:
    return _object(
        word={"enum": [word.value for word in Word if word is not Word.CURRENT]},
        subject={"enum": [subject.value for subject in Subject]},
        place={**_TEXT, "description": "Where on the host it is."},
        message=_TEXT,
        expected={**_MAYBE, "description": "What the plan has there."},
        found={**_MAYBE, "description": "What the host has there."},
        spec={"$ref": "#/$defs/place"},
        note={**_MAYBE, "description": "What else there is to know, such as why consequences are not known."},
        consequences=_consequences(),
    )


def _consequences() -> Schema:
    return {"type": "array", "items": {"$ref": "#/$defs/consequence"}}


def _consequence() -> Schema:
    return _object(
        turn={"enum": [turn.value for turn in FlowEffect]},
        scope={"enum": ["flow", "connection", "frame"]},
        **{"from": _TEXTS},
        to=_TEXTS,
        services=_TEXTS,
        families={"type": "array", "items": {"enum": ["ipv4", "ipv6"]}},
        exposed={**_FLAG, "description": "Whether somebody outside of the site gets in."},
        certain={**_FLAG, "description": "False where it depends on a statement that taploom cannot read."},
        plan={**_TEXT, "description": "What the plan says, and by which entry."},
        host={**_TEXT, "description": "What the host does, and by which rule."},
        example={**_TEXT, "description": "One such packet."},
        spec={"$ref": "#/$defs/place"},
    )


def _place() -> Schema:
    place = _object(entry=_TEXT, file=_MAYBE, line={"type": ["integer", "null"]})
    return {"anyOf": [place, {"type": "null"}], "description": "An entry of the spec, and where it stands."}


def _object(**properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
