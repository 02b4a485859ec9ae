"""Parsers of the names of objects."""

import re

from taploom.base.names import is_name
from taploom.spec.decode import Schema
from taploom.spec.mention import whole
from taploom.spec.scalars import InvalidError, ScalarParser
from taploom.spec.shown import visible

NAME_SCHEMA: Schema = {"type": "string", "pattern": "^[a-z][a-z0-9-]{0,62}$"}
SELECTORS = ("any", "hosts")
"""Selectors that name no entry."""


def read_name(text: str) -> str:
    """A name of the site's namespace."""
    if not is_name(text):
        raise InvalidError(f"`{visible(text)}` is not a name", name_hint(text))
    return text


def read_zone(text: str) -> str:
    """The name of a zone; a zone needs no entry in `zones`."""
    if text in SELECTORS:
        raise InvalidError(f"`{text}` is a selector and names no zone", "choose another name")
    return read_name(text)


def name_hint(text: str) -> str:
    """The rule for names, with a corrected form of this text if the correction is simple."""
    near = re.sub(r"[ _.]+", "-", text[:80].lower())
    rule = "names match [a-z][a-z0-9-]*, at most 63 bytes"
    return f"such as `{near}`: {rule}" if is_name(near) else rule


NAME = ScalarParser(read_name, "a name", NAME_SCHEMA)
TAG = ScalarParser(read_name, "a name", NAME_SCHEMA, whole("tag"))
HOST_NAME = ScalarParser(read_name, "a name", NAME_SCHEMA, whole("host"))
ZONE_NAME = ScalarParser(read_zone, "the name of a zone", NAME_SCHEMA, whole("zone"))
