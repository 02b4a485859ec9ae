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
        missing={**_TEXTS, "description": "Hosts without facts."},
    )
    text = "The output of `taploom drift --format json`."
    return {**schema, "description": text, "$defs": {"consequence": _consequence(), "place": _place()}}


def _host() -> Schema:
    return closed(
        host=TEXT,
        word={"enum": [word.value for word in Word], "description": "Status of the host: the gravest among its rows."},
        collected={**COUNT, "description": "Time when the facts were collected, in seconds since the epoch."},
        age={**COUNT, "description": "Age of the facts in seconds."},
        installed={**MAYBE, "description": "Hash of the plan of the bundle that the host took up."},
        serial={**COUNT, "description": "Serial of that bundle; 0 for none."},
        rows=array(_row()),
        consequences={**_consequences(), "description": "Consequences that no single row causes."},
    )


def _row() -> Schema:
    return closed(
        word={"enum": [word.value for word in Word if word is not Word.CURRENT]},
        subject={"enum": [subject.value for subject in Subject]},
        place={**TEXT, "description": "Place of the difference on the host."},
        message=TEXT,
        expected={**MAYBE, "description": "Value in the plan."},
        found={**MAYBE, "description": "Value on the host."},
        spec={"$ref": "#/$defs/place"},
        note={**MAYBE, "description": "Remark, such as the reason why consequences are not known."},
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
        exposed={**_FLAG, "description": "Whether the host lets in packets from outside of the site."},
        certain={**_FLAG, "description": "False if the consequence depends on a statement that taploom cannot read."},
        plan={**TEXT, "description": "Treatment of the packets by the plan, with the deciding entry."},
        host={**TEXT, "description": "Treatment of the packets by the host, with the deciding rule."},
        example={**TEXT, "description": "One of the packets."},
        spec={"$ref": "#/$defs/place"},
    )


def _place() -> Schema:
    place = closed(entry=TEXT, file=MAYBE, line={"type": ["integer", "null"]})
    return {
        "anyOf": [place, {"type": "null"}],
        "description": "An entry of the spec, with its file and line; null if there is none.",
    }
