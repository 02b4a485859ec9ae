"""The JSON Schema of `taploom-diagnostics/1`, which allows further keys, so that later versions may add some."""

from typing import Any

from taploom.report.diagnostics.json import FORMAT

Schema = dict[str, Any]

_PLACE: Schema = {
    "file": {
        "type": ["string", "null"],
        "description": "Path of the file, as in the text formats; null if the finding has no place.",
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
        "description": "The output of `taploom validate --format json`.",
        **_object(format={"const": FORMAT}, diagnostics={"type": "array", "items": _diagnostic()}),
    }


def _diagnostic() -> Schema:
    text = {"type": "string"}
    return _object(
        code={"type": "string", "pattern": "^TL[0-9]{3}$", "description": "Permanent code of the rule."},
        rule={**text, "description": "Name of the rule."},
        severity={"enum": ["error", "warning", "note"]},
        message={**text, "description": "The finding in one line."},
        **_PLACE,
        help={**text, "description": 'How to correct it, or "".'},
        labels={
            "type": "array",
            "items": _object(**_PLACE, text=text),
            "description": "Further places of the finding.",
        },
        notes={"type": "array", "items": text, "description": "Lines of `key: text`."},
        subject={**text, "description": "The object of the finding, as `kind/name`, which a waiver has to name."},
        waived={
            "type": ["string", "null"],
            "description": "Reason of the waiver, or null if the finding is not waived.",
        },
    )


def _object(**properties: Schema) -> Schema:
    return {"type": "object", "required": list(properties), "properties": properties}
