"""Checks that a forge's answer has the shape that its API documents; anything else is reported as the forge's fault."""

from collections.abc import Mapping
from typing import Any

from taploom.forge.api import ForgeError


def _unexpected(what: str) -> ForgeError:
    return ForgeError(f"the forge's answer is not what its API documents: {what}")


def json_object(value: Any, what: str) -> Mapping[str, Any]:
    """Return a JSON value if it is an object.

    Args:
        value: JSON of any shape.
        what: the expected kind of value, such as "a comment".

    Raises:
        ForgeError: it is something else.
    """
    if not isinstance(value, dict):
        raise _unexpected(f"{what} is no object")
    return value


def json_objects(value: Any, what: str) -> list[Mapping[str, Any]]:
    """Return a JSON value if it is a list of objects; arguments and errors as in `json_object`."""
    if not isinstance(value, list):
        raise _unexpected(f"the list of {what}s is no list")
    return [json_object(each, f"a {what}") for each in value]


def number(row: Mapping[str, Any], key: str, what: str) -> int:
    """The number by which the forge identifies an object; it becomes a part of URLs."""
    found = row.get(key)
    if not isinstance(found, int) or isinstance(found, bool) or found <= 0:
        raise _unexpected(f"{what} has no number as `{key}`")
    return found


def text(row: Mapping[str, Any], key: str, what: str) -> str:
    """The text at a key of an object; "" if it is absent or null."""
    found = row.get(key)
    if found is not None and not isinstance(found, str):
        raise _unexpected(f"{what} has no text as `{key}`")
    return found or ""
