"""The JSON Schema of `taploom-drift/1`."""

from taploom.base.json_schema import COUNT, MAYBE, TEXT, Schema, array, closed, document
from taploom.drift.model import FlowEffect, Subject, Word
from taploom.report.drift.json import FORMAT

_FLAG: Schema = {"type": "boolean"}
_TEXTS: Schema = array(TEXT)


def drift_schema() -> Schema:
    """The schema, in the 2020-12 dialect."""
    schema = document(
        FORMAT,
        "urn:taploom:drift/1",
        plan={**TEXT, "description": "Hash of the plan, as `sha256:…`."},
        hosts=array(_host()),
        missing={**_TEXTS, "description": "Hosts of which there are no facts."},
    )
    told = "What `taploom drift --format json` found."
    return {**schema, "description": told, "$defs": {"consequence": _consequence(), "place": _place()}}


def _host() -> Schema:
    return closed(
        host=TEXT,
        word={"enum": [word.value for word in Word], "description": "The gravest word of its rows."},
        collected={**COUNT, "description": "When the facts were collected, in seconds since the epoch."},
        age={**COUNT, "description": "Of the facts, in seconds."},
        installed={**MAYBE, "description": "Hash of the plan whose bundle the host took up."},
        serial={**COUNT, "description": "Of that bundle; 0 for none."},
        rows=array(_row()),
        consequences={**_consequences(), "description": "Those of several rows together."},
    )


def _row() -> Schema:
    return closed(
        word={"enum": [word.value for word in Word if word is not Word.CURRENT]},
        subject={"enum": [subject.value for subject in Subject]},
        place={**TEXT, "description": "Where on the host it is."},
        message=TEXT,
        expected={**MAYBE, "description": "What the plan has there."},
        found={**MAYBE, "description": "What the host has there."},
        spec={"$ref": "#/$defs/place"},
        note={**MAYBE, "description": "What else there is to know, such as why consequences are not known."},
        consequences=_consequences(),
    )


def _consequences() -> Schema:
    return array({"$ref": "#/$defs/consequence"})


def _consequence() -> Schema:
    return closed(
        turn={"enum": [turn.value for turn in FlowEffect]},
        scope={"enum": ["flow", "connection", "frame"]},
        **{"from": _TEXTS},
        to=_TEXTS,
        services=_TEXTS,
        families=array({"enum": ["ipv4", "ipv6"]}),
        exposed={**_FLAG, "description": "Whether somebody outside of the site gets in."},
        certain={**_FLAG, "description": "False where it depends on a statement that taploom cannot read."},
        plan={**TEXT, "description": "What the plan says, and by which entry."},
        host={**TEXT, "description": "What the host does, and by which rule."},
        example={**TEXT, "description": "One such packet."},
        spec={"$ref": "#/$defs/place"},
    )


def _place() -> Schema:
    place = closed(entry=TEXT, file=MAYBE, line={"type": ["integer", "null"]})
    return {"anyOf": [place, {"type": "null"}], "description": "An entry of the spec, and where it stands."}
