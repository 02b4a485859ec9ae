"""The plan as canonical JSON, `taploom-plan/1`: the form that is committed, compared and hashed.

Canonical means: keys in the order of the model, lists in the order of the plan, no date, no version of taploom, no line
numbers. Spans stay out, since a comment that moves a line must not change a byte; origins keep the entry.

The module has its own printer, because the `json` library is slow when it indents, and because a reviewer reads a
service or an origin as one unit: each such object is on one line. Every line comes with the origin of its object.
"""

import enum
import functools
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import fields
from hashlib import sha256
from json.encoder import encode_basestring as quoted
from typing import Any, cast

from taploom.base.address import Address, Family, Interface, Mac, Prefix
from taploom.plan.guest import Mode, NicAddress
from taploom.plan.host import Fixed, Input, Learned, Lease, Remote, RouterAdvertisement, Taps, Target
from taploom.plan.origin import Meta, Origin
from taploom.plan.policy import Action, Limit, NatKind, Service, Side, SideKind
from taploom.plan.rollout import WeeklyTime
from taploom.plan.site import FORMAT, Nat, Plan
from taploom.plan.take_up import ProbeKind, TakeUpProbe

JsonLine = tuple[str, Origin | None]
"""One line of the text, and the origin of the object to which the line belongs."""

_TEXTS = (Address, Prefix, Interface, Mac)
_WORDS = (Mode, Input, Learned, Action, NatKind, ProbeKind, SideKind)
_SMALL = (
    Fixed,
    Lease,
    Limit,
    Meta,
    Nat,
    NicAddress,
    WeeklyTime,
    TakeUpProbe,
    Remote,
    RouterAdvertisement,
    Service,
    Side,
    Taps,
    Target,
)
_STEP = "  "


def plan_lines(plan: Plan) -> list[JsonLine]:
    """The lines of the canonical text of a plan, each with its origin."""
    return [line for part in _parts(plan) for line in part]


def plan_json(plan: Plan) -> str:
    """The canonical text of a plan, with a line end."""
    return "".join(["\n".join([*[text for text, _ in part], ""]) for part in _parts(plan)])


def plan_digest(plan: Plan) -> str:
    """SHA-256 of the canonical text, in hexadecimal."""
    return sha256(plan_json(plan).encode()).hexdigest()


def _parts(plan: Plan) -> Iterator[list[JsonLine]]:
    """The lines in parts, none longer than one host, since all lines at once need many times the memory of the text."""
    cause = plan.origin
    yield [("{", cause), (f'{_STEP}"format": {quoted(FORMAT)},', cause)]
    for name, key, comma in _keys(Plan):
        value = getattr(plan, name)
        if value.__class__ is tuple and value and value[0].__class__ not in _FLAT:
            yield [(f"{_STEP}{key}[", cause)]
            for number, item in enumerate(value, start=1):
                part: list[JsonLine] = []
                _print(part, item, _STEP + _STEP, "", "," if number < len(value) else "", cause)
                yield part
            yield [(f"{_STEP}]{comma}", cause)]
        else:
            part = []
            _member(part, value, _STEP, key, comma, cause)
            yield part
    yield [("}", cause)]


@functools.cache
def _keys(kind: Hashable) -> tuple[tuple[str, str, str], ...]:
    """For each field of a dataclass: its name, the key as printed, and the comma after its value, or ""."""
    names = [field.name for field in fields(cast("type[Any]", kind))]
    return tuple((name, f'"{name}": ', "" if name == names[-1] else ",") for name in names)


def _members(out: list[JsonLine], value: Any, margin: str, origin: Origin | None) -> None:
    for name, key, comma in _keys(value.__class__):
        inner = getattr(value, name)
        flat = _FLAT.get(inner.__class__)
        if flat is not None:
            out.append((f"{margin}{key}{flat(inner)}{comma}", origin))
        else:
            _print(out, inner, margin, key, comma, origin)


def _member(out: list[JsonLine], value: Any, margin: str, before: str, after: str, origin: Origin | None) -> None:
    flat = _FLAT.get(value.__class__)
    if flat is not None:
        out.append((f"{margin}{before}{flat(value)}{after}", origin))
    else:
        _print(out, value, margin, before, after, origin)


def _print(out: list[JsonLine], value: Any, margin: str, before: str, after: str, origin: Origin | None) -> None:
    """Add the lines of an object with its members, or of a list with its items."""
    if value.__class__ is not tuple:
        cause = getattr(value, "origin", origin)
        out.append((f"{margin}{before}{{", cause))
        _members(out, value, margin + _STEP, cause)
        out.append((f"{margin}}}{after}", cause))
    elif not value or value[0].__class__ in _SCALARS:
        out.append((f"{margin}{before}[{', '.join([_FLAT[item.__class__](item) for item in value])}]{after}", origin))
    else:
        out.append((f"{margin}{before}[", origin))
        _items(out, value, margin + _STEP, origin)
        out.append((f"{margin}]{after}", origin))


def _items(out: list[JsonLine], items: tuple[Any, ...], margin: str, origin: Origin | None) -> None:
    last = len(items) - 1
    for number, item in enumerate(items):
        comma = "" if number == last else ","
        flat = _FLAT.get(item.__class__)
        if flat is not None:
            out.append((f"{margin}{flat(item)}{comma}", getattr(item, "origin", origin)))
        else:
            _print(out, item, margin, "", comma, origin)


def _small(value: Any) -> str:
    return "{" + ", ".join([key + _inline(getattr(value, name)) for name, key, _ in _keys(value.__class__)]) + "}"


def _inline(value: Any) -> str:
    if value.__class__ is tuple:
        return f"[{', '.join(map(_inline, value))}]"
    return _FLAT[value.__class__](value)


def _origin(origin: Origin) -> str:
    return f'{{"entry": {quoted(origin.entry)}, "by": {quoted(origin.by)}}}'


def _text(value: object) -> str:
    return f'"{value}"'


def _word(value: enum.Enum) -> str:
    return f'"{value.value}"'


_SCALARS: Mapping[type, Callable[[Any], str]] = {
    str: quoted,
    int: str,
    bool: lambda value: "true" if value else "false",
    type(None): lambda _: "null",
    Family: lambda family: str(int(family)),
    **dict.fromkeys(_TEXTS, _text),
    **dict.fromkeys(_WORDS, _word),
}
_FLAT: Mapping[type, Callable[[Any], str]] = {**_SCALARS, Origin: _origin, **dict.fromkeys(_SMALL, _small)}
