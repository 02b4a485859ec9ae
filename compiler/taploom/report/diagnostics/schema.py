"""The JSON Schema of `taploom-diagnostics/1`, for programs that read it; open, so that keys may be added."""

from typing import Any

from taploom.report.diagnostics.json import FORMAT

Schema = dict[str, Any]

_PLACE: Schema = {
    "file": {
        "type": ["string", "null"],
        "description": "Path of the file, as the text formats print it; null where there is no place.",
    },
    **{
        key: {"type": ["integer", "null"], "minimum": 1, "description": text}
        for key, text in (
            ("line", "First line, from 1."),
            ("column", "First column, from 1, in characters."),
            ("end_line", "Line of the last character."),
            ("end_column", "Column after the last character."),
        )
    },
}


def diagnostics_schema() -> Schema:
    """The schema, in the 2020-12 dialect."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:taploom:diagnostics/1",
        "title": FORMAT,
        "description": "What `taploom validate --format json` found.",
        **_object(format={"const": FORMAT}, diagnostics={"type": "array", "items": _diagnostic()}),
    }


def _diagnostic() -> Schema:
    text = {"type": "string"}
    return _object(
        code={"type": "string", "pattern": "^TL[0-9]{3}$", "description": "Permanent."},
        rule={**text, "description": "Name of the rule."},
        severity={"enum": ["error", "warning", "note"]},
        message={**text, "description": "One line."},
        **_PLACE,
        help={**text, "description": 'A way out, or "".'},
        labels={"type": "array", "items": _object(**_PLACE, text=text), "description": "Further places."},
        notes={"type": "array", "items": text, "description": "Lines of `key: text`."},
        subject={**text, "description": "The object that the finding is about, as `kind/name`; a waiver names it."},
        waived={"type": ["string", "null"], "description": "Why the finding is accepted, or null where it counts."},
    )


def _object(**properties: Schema) -> Schema:
    return {"type": "object", "required": list(properties), "properties": properties}
