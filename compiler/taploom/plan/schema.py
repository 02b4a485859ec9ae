"""The JSON Schema of `plan.json`, made from the plan's own types, so that it cannot be stale.

Descriptions are the docstrings of the types, so that the reference, the schema and the code have the same text.
"""

import dataclasses
import enum
import inspect
import types
import typing
from typing import Any

from taploom.base.address import Address, Family, Interface, Mac, Prefix
from taploom.plan.origin import Origin
from taploom.plan.site import FORMAT, Plan

Schema = dict[str, Any]
_TEXTS: dict[type, Schema] = {
    Address: {"type": "string", "description": "An IP address."},
    Prefix: {"type": "string", "description": "A prefix, as ADDRESS/LENGTH."},
    Interface: {"type": "string", "description": "An address of the host with the length of its prefix."},
    Mac: {"type": "string", "pattern": "^([0-9a-f]{2}:){5}[0-9a-f]{2}$"},
}
_PLAIN: dict[Any, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    type(None): {"type": "null"},
}
_ORIGIN: Schema = {
    "type": "object",
    "description": "The cause of a fact: an entry of the spec, and the pass that made the fact.",
    "properties": {"entry": {"type": "string"}, "by": {"type": "string"}},
    "required": ["entry", "by"],
    "additionalProperties": False,
}


def plan_schema() -> Schema:
    """The JSON Schema (2020-12) of the plan's canonical form."""
    definitions: dict[str, Schema] = {}
    root = _object(Plan, definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:taploom:plan/1",
        "title": FORMAT,
        **root,
        "properties": {"format": {"const": FORMAT}, **root["properties"]},
        "required": ["format", *root["required"]],
        "$defs": dict(sorted(definitions.items())),
    }


def _of(kind: Any, definitions: dict[str, Schema]) -> Schema:
    if kind in _PLAIN:
        return _PLAIN[kind]
    if kind in _TEXTS:
        return _TEXTS[kind]
    if kind is Origin:
        return _ORIGIN
    if kind is Family:
        return {"enum": [int(family) for family in Family], "description": "IP version."}
    if typing.get_origin(kind) is tuple:
        return {"type": "array", "items": _of(typing.get_args(kind)[0], definitions)}
    if isinstance(kind, types.UnionType):
        return {"anyOf": [_of(part, definitions) for part in typing.get_args(kind)]}
    if issubclass(kind, enum.Enum):
        return {"enum": [member.value for member in kind]}
    if kind.__name__ not in definitions:
        definitions[kind.__name__] = {}
        definitions[kind.__name__] = _object(kind, definitions)
    return {"$ref": f"#/$defs/{kind.__name__}"}


def _object(kind: Any, definitions: dict[str, Schema]) -> Schema:
    hints, docs = typing.get_type_hints(kind), _attributes(kind)
    properties = {}
    for field in dataclasses.fields(kind):
        schema = _of(hints[field.name], definitions)
        properties[field.name] = {**schema, "description": docs[field.name]} if field.name in docs else schema
    return {
        "type": "object",
        "description": (inspect.getdoc(kind) or "").split("\n\n")[0].replace("\n", " "),
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _attributes(kind: Any) -> dict[str, str]:
    """The entries below `Attributes:` of a Google-style docstring."""
    _, _, block = (inspect.getdoc(kind) or "").partition("Attributes:\n")
    descriptions: dict[str, str] = {}
    name = ""
    for line in block.splitlines():
        if line.startswith("    ") and not line.startswith("     "):
            name, _, text = line.strip().partition(": ")
            descriptions[name] = text
        elif name and line.strip():
            descriptions[name] = f"{descriptions[name]} {line.strip()}"
    return descriptions
