"""JSON Schemas of output formats; the schemas of SARIF and GitLab transcribe parts of their documentation.

The schemas are closed (`additionalProperties: false`), so that an unknown key fails the test.
"""

from typing import Any


def _object(required: str, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": required.split(), "properties": properties, "additionalProperties": False}


def _array(items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "array", "items": items, **more}


TEXT: dict[str, Any] = {"type": "string", "minLength": 1}
COUNT: dict[str, Any] = {"type": "integer", "minimum": 1}
INDEX: dict[str, Any] = {"type": "integer", "minimum": 0}

# SARIF 2.1.0: 3.11 message, 3.27 result, 3.29 physicalLocation, 3.30 region, 3.35 suppression, 3.49 reportingDescriptor
_LEVEL = {"enum": ["none", "note", "warning", "error"]}
_REGION = _object("startLine", startLine=COUNT, startColumn=COUNT, endLine=COUNT, endColumn=COUNT)
_PHYSICAL = _object("artifactLocation", artifactLocation=_object("uri", uri=TEXT), region=_REGION)
_LOCATION = _object("physicalLocation", physicalLocation=_PHYSICAL)
_RELATED = _object("physicalLocation", id=INDEX, message=_object("text", text=TEXT), physicalLocation=_PHYSICAL)
_RULE = _object(
    "id name shortDescription help", id=TEXT, name=TEXT, shortDescription=_object("text", text=TEXT),
    fullDescription=_object("text", text=TEXT), help=_object("text", text=TEXT, markdown=TEXT),
    defaultConfiguration=_object("level", level=_LEVEL),
)  # fmt: skip
_RESULT = _object(
    "ruleId message locations", ruleId=TEXT, ruleIndex=INDEX, level=_LEVEL, message=_object("text", text=TEXT),
    locations=_array(_LOCATION, maxItems=1), relatedLocations=_array(_RELATED, minItems=1),
    partialFingerprints={"type": "object", "additionalProperties": {"type": "string"}},
    suppressions=_array(_object("kind", kind={"enum": ["inSource", "external"]}, justification=TEXT)),
)  # fmt: skip
_DRIVER = _object("name", name=TEXT, version=TEXT, rules=_array(_RULE, uniqueItems=True))
_RUN = _object(
    "tool results", tool=_object("driver", driver=_DRIVER),
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    results=_array(_RESULT),
)  # fmt: skip
SARIF = _object("version runs", **{"$schema": TEXT, "version": {"const": "2.1.0"}, "runs": _array(_RUN, minItems=1)})

# From GitLab's "Code Quality report format"; `type` and `categories` are from Code Climate
GITLAB = _array(
    _object(
        "description check_name fingerprint severity location", type={"const": "issue"},
        description=TEXT, check_name=TEXT,
        fingerprint=TEXT, categories=_array({"enum": ["Bug Risk"]}),
        severity={"enum": ["info", "minor", "major", "critical", "blocker"]},
        location=_object("path lines", path={"type": "string", "pattern": "^(?!\\./)."},
                         lines=_object("begin", begin=COUNT, end=COUNT)),
    )
)  # fmt: skip

_PLACE: dict[str, Any] = {
    "file": {"type": ["string", "null"]},
    **{key: {"type": ["integer", "null"], "minimum": 1} for key in ("line", "column", "end_line", "end_column")},
}
TAPLOOM = _object(
    "format diagnostics", format={"const": "taploom-diagnostics/1"},
    diagnostics=_array(
        _object(
            "code severity message file line column end_line end_column help notes subject waived",
            code={"type": "string", "pattern": "^TL[0-9]{3}$"}, rule=TEXT,
            severity={"enum": ["error", "warning", "note"]},
            message=TEXT, help={"type": "string"}, notes=_array(TEXT), subject={"type": "string"},
            waived={"type": ["string", "null"]}, labels=_array(_object("file line text", text=TEXT, **_PLACE)),
            **_PLACE,
        )
    ),
)  # fmt: skip
