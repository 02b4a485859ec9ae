"""Reads `plan.json`: the inverse of the printer in `plan/json.py`, driven by the same types.

The rendered trees of two revisions can thus be compared without their specs. Spans are not in the text, so the origins
of a plan that was read have no span.
"""

import dataclasses
import enum
import functools
import json
import types
import typing
from collections.abc import Callable, Hashable, Mapping
from typing import Any, cast

from taploom.base.address import (
    Address,
    AddressError,
    Interface,
    Mac,
    Prefix,
    parse_address,
    parse_interface,
    parse_mac,
    parse_prefix,
)
from taploom.plan.origin import Origin
from taploom.plan.site import FORMAT, Plan

_TEXTS: Mapping[type, Callable[[str], Any]] = {
    Address: parse_address,
    Prefix: parse_prefix,
    Interface: parse_interface,
    Mac: parse_mac,
}


class PlanTextError(ValueError):
    """Raised for a text that is not a plan; the message is a sentence for the user."""


def read_plan(text: str) -> Plan:
    """Read the canonical JSON of a plan.

    Args:
        text: content of a `plan.json`.

    Raises:
        PlanTextError: the text is not JSON, has another format, or lacks a part of a plan.
    """
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise PlanTextError(f"this is not JSON: {error}") from None
    except ValueError:  # Python's message about long numbers addresses programmers
        raise PlanTextError("this is not a plan: a number in it has thousands of digits") from None
    except RecursionError:
        raise PlanTextError("this is not a plan: its parts are nested too deeply") from None
    stated = data.get("format") if isinstance(data, dict) else None
    if stated != FORMAT:
        raise PlanTextError(f"the format is not `{FORMAT}`" + (f" but `{stated}`" if isinstance(stated, str) else ""))
    try:
        plan = _value(Plan, data)
    except (AddressError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise PlanTextError(f"this is not a complete plan: {error}") from None
    assert isinstance(plan, Plan)
    return plan


def _value(kind: Any, data: Any) -> Any:
    """Convert JSON data to a value of one type of the plan."""
    if kind in _TEXTS:
        return _TEXTS[kind](data)
    if kind is Origin:
        return _origin(data["entry"], data["by"])
    if dataclasses.is_dataclass(kind):
        return cast("Any", kind)(**{name: _value(of, data[name]) for name, of in _fields(cast("Hashable", kind))})
    if typing.get_origin(kind) is tuple:
        item = typing.get_args(kind)[0]
        return tuple([_value(item, one) for one in _list(data)])
    if isinstance(kind, types.UnionType):
        return None if data is None else _value(_member(kind, data), data)
    if issubclass(kind, enum.Enum):
        return kind(data)
    if not isinstance(data, kind):
        raise TypeError(f"{data!r:.40} is not of type {kind.__name__}")
    return data


def _list(data: Any) -> list[Any]:
    if not isinstance(data, list):
        raise TypeError(f"{data!r:.40} is not a list")
    return data


def _member(kind: types.UnionType, data: Any) -> Any:
    """The member of a union type to which JSON data belongs.

    A union in the plan has at most one dataclass and one type that is written as a string. If the union has an enum, no
    value of this enum is a valid string of that type.
    """
    members = [one for one in typing.get_args(kind) if one is not type(None)]
    if len(members) == 1:
        return members[0]
    objects = [one for one in members if dataclasses.is_dataclass(one) and one not in _TEXTS]
    words = [one for one in members if issubclass(one, enum.Enum) and data in [word.value for word in one]]
    others = [one for one in members if one not in objects]
    return (objects if isinstance(data, dict) else words or others)[0]


@functools.cache
def _fields(kind: Any) -> tuple[tuple[str, Any], ...]:
    hints = typing.get_type_hints(kind)
    return tuple((field.name, hints[field.name]) for field in dataclasses.fields(kind))


@functools.lru_cache(maxsize=65536)
def _origin(entry: str, by: str) -> Origin:
    return Origin(entry, None, by)
