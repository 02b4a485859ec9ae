"""Parts of the JSON Schemas (2020-12) of taploom's JSON formats."""

from typing import Any

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
MAYBE: Schema = {"type": ["string", "null"]}
COUNT: Schema = {"type": "integer", "minimum": 0}


def array(items: Schema) -> Schema:
    """The schema of a list whose items have the given schema."""
    return {"type": "array", "items": items}


def closed(**properties: Schema) -> Schema:
    """The schema of an object with exactly these keys."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def document(form: str, identity: str, **properties: Schema) -> Schema:
    """The schema of a document.

    Args:
        form: value of the key `format`, such as `taploom-diff/1`.
        identity: `$id` of the schema.
        properties: the schemas of the other keys.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": identity,
        "title": form,
        **closed(format={"const": form}, **properties),
    }
