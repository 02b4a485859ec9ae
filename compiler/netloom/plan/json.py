"""The plan as canonical JSON, `netloom-plan/1`: what is committed, compared and hashed.

Canonical means: keys in the order of the model, lists in the order of the plan, no date, no version of netloom, no line
numbers. Spans stay out, since a comment that moves a line must not change a byte; origins keep the entry.
"""

import enum
import functools
import hashlib
import json
from collections.abc import Hashable
from dataclasses import fields, is_dataclass
from typing import Any, cast

from netloom.base.address import Address, Interface, Mac, Prefix
from netloom.plan.origin import Origin
from netloom.plan.site import FORMAT, Plan

_TEXTS = (Address, Prefix, Interface, Mac)


def plan_json(plan: Plan) -> str:
    """The canonical text, with a line end."""
    return json.dumps({"format": FORMAT, **plain(plan)}, indent=2, ensure_ascii=False) + "\n"


def plan_hash(plan: Plan) -> str:
    """`sha256:…` of the canonical text: the identity of a plan in manifests and bundles."""
    return f"sha256:{hashlib.sha256(plan_json(plan).encode()).hexdigest()}"


def plain(value: Any) -> Any:
    """A plan object as JSON data: addresses, words of enumerations and origins as texts."""
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, enum.IntEnum):
        return int(value)
    if isinstance(value, int):
        return value
    if isinstance(value, _TEXTS):
        return str(value)
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, Origin):
        return {"entry": value.entry, "by": value.by}
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {name: plain(getattr(value, name)) for name in _names(value.__class__)}
    raise TypeError(f"a plan holds no {type(value).__name__}")


@functools.cache
def _names(kind: Hashable) -> tuple[str, ...]:
    return tuple(field.name for field in fields(cast("type[Any]", kind)))
