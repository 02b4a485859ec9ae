"""Tables of the keys in a JSON Schema: the sections of the language, and the types of the plan."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from taploom.site.markup.block import Blocks, Paragraph, paragraph, section, table
from taploom.site.markup.inline import Anchor, Inline, Link, code, prose

Schema = Mapping[str, Any]
_TYPE = re.compile(r"\b([A-Z][a-z]\w*)")
_META = ("description", "owner", "tags", "link", "moved-from")


def language(schema: Schema) -> Blocks:
    """Every section, and every key of its entries."""
    found = schema["properties"]
    common = _entry(found["networks"])["properties"]
    parts = [block for name, one in found.items() if name != "taploom" for block in _section(name, one)]
    said = prose(
        "A site is a folder of YAML files. Each begins with `taploom: 1`; the sections of all files are united, every "
        "entry has a name, and their order has no effect. Names match `[a-z][a-z0-9-]*` and have at most 63 bytes."
    )
    every = section("Keys of every entry", _keys({name: common[name] for name in _META}, "entry"))
    return (Paragraph(said), *every, *parts)


def _section(name: str, schema: Schema) -> Blocks:
    entry = _entry(schema)
    own = {key: value for key, value in entry.get("properties", {}).items() if key not in _META}
    nested = [
        block
        for path, keys in _nested(own, "")
        for block in section(f"{name}: {path}", _keys(keys, name, path), 3, f"{name}-{path.replace('.', '-')}")
    ]
    return section(name, (*_described(schema), *_keys(own, name), *nested), anchor=name)


def _described(schema: Schema) -> Blocks:
    return paragraph(prose(schema.get("description", "")))


def _entry(schema: Schema) -> Schema:
    """The schema of a section's entries, or of a section without entries; the object form if it has several forms."""
    inner = schema.get("additionalProperties")
    return _object(inner if isinstance(inner, Mapping) else schema)


def _object(schema: Schema) -> Schema:
    if "properties" in schema:
        return schema
    forms = [_object(form) for form in schema.get("anyOf", ())]
    return next((form for form in forms if "properties" in form), {})


def _nested(keys: Mapping[str, Schema], above: str) -> Iterator[tuple[str, Mapping[str, Schema]]]:
    """Each key, at any depth, whose value is a mapping with keys of its own: its path, and the keys of that mapping."""
    for name, schema in keys.items():
        inner = schema.get("additionalProperties")
        named = isinstance(inner, Mapping)
        below = _object(inner if isinstance(inner, Mapping) else schema).get("properties", {})
        own = {key: value for key, value in below.items() if key not in _META}
        if own:
            path = f"{above}{name}" + (".NAME" if named else "")
            yield path, own
            yield from _nested(own, f"{path}.")


def _keys(keys: Mapping[str, Schema], *above: str) -> Blocks:
    prefix = "-".join(part.replace(".", "-").lower() for part in above)
    rows = (
        (
            (Anchor(f"{prefix}-{name}"), code(name)), kind(schema), _default(schema), _example(schema),
            prose(schema.get("description", "")),
        )
        for name, schema in keys.items()
    )  # fmt: skip
    return table(("Key", "Value", "Default", "Example", "Meaning"), rows)


def kind(schema: Schema) -> str:
    """The values that a schema allows, in words."""
    if "enum" in schema:
        return " or ".join(map(str, schema["enum"]))
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(map(kind, schema["anyOf"])))
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "const" in schema:
        return json.dumps(schema["const"])
    found = schema.get("type", "")
    names = [found] if isinstance(found, str) else list(found)
    if "array" in names:
        return f"list of {kind(schema['items'])}"
    if "object" in names:
        return "mapping"
    if "integer" in names and "minimum" in schema:
        return f"{schema['minimum']} to {schema['maximum']}" if "maximum" in schema else f"{schema['minimum']} or more"
    return {"string": "text", "boolean": "true or false", "null": "nothing"}.get(names[0], names[0]) if names else ""


def _default(schema: Schema) -> Inline:
    return code(json.dumps(schema["default"]).strip('"')) if "default" in schema else ""


def _example(schema: Schema) -> Inline:
    if schema.get("examples"):
        return code(_yaml(schema["examples"][0]))
    return code(schema.get("$comment", ""))


def _yaml(value: object) -> str:
    """An example as it is written in a spec."""
    if isinstance(value, list):
        return f"[{', '.join(map(_yaml, value))}]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def plan_types(schema: Schema) -> Blocks:
    """Every type of the plan with its fields."""
    parts = [section("The plan", _type(schema))]
    parts += [section(name, _type(one), anchor=name.lower()) for name, one in schema["$defs"].items()]
    said = prose(
        "`plan.json` is the canonical form of a plan: the same specs and lock give the same bytes. "
        "`taploom schema plan` prints its JSON Schema."
    )
    return (Paragraph(said), *(block for part in parts for block in part))


def _type(schema: Schema) -> Blocks:
    rows = (
        (code(name), _linked(one), prose(_said(one.get("description", ""))))
        for name, one in schema.get("properties", {}).items()
    )
    said = paragraph(prose(_said(schema.get("description", ""))))
    return (*said, *table(("Field", "Value", "Meaning"), rows))


def _linked(schema: Schema) -> Inline:
    """The values that a schema allows, in words; the name of a type is a link to the type."""
    parts = _TYPE.split(kind(schema))
    return tuple(Link(f"#{part.lower()}", part) if number % 2 else part for number, part in enumerate(parts))


def _said(text: str) -> str:
    """The description of a type or field in the code, reworded for readers of JSON, which has no `None`."""
    begun = re.sub(r"(^|\. )None\b", r"\1Nothing", text[:1].upper() + text[1:])
    return re.sub(r"\bNone\b", "nothing", begun)
