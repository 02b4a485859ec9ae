"""Typed access to untrusted JSON: functions that check the type of a value."""

from collections.abc import Mapping, Sequence

from taploom.base.frozen import dataclass


class UnreadError(Exception):
    """Raised for a value that has an unexpected type or cannot be read; the message shows or names the value."""


@dataclass(frozen=True, slots=True)
class Tagged:
    """An object with a single key, which is the form of expressions and statements in nft's JSON."""

    tag: str
    body: object


def tagged(value: object) -> Tagged:
    """The key and value of an object with a single key.

    Raises:
        UnreadError: the value is not such an object.
    """
    if isinstance(value, dict) and len(value) == 1:
        ((tag, body),) = value.items()
        return Tagged(str(tag), body)
    raise UnreadError(short(value))


def mapping(value: object) -> Mapping[str, object]:
    """The value as an object.

    Raises:
        UnreadError: the value is not an object.
    """
    if isinstance(value, dict):
        return value
    raise UnreadError(short(value))


def sequence(value: object) -> Sequence[object]:
    """The value as an array.

    Raises:
        UnreadError: the value is not an array.
    """
    if isinstance(value, list):
        return value
    raise UnreadError(short(value))


def text(value: object) -> str:
    """The value as a string.

    Raises:
        UnreadError: the value is not a string.
    """
    if isinstance(value, str):
        return value
    raise UnreadError(short(value))


def whole(value: object) -> int | None:
    """The value as an integer; None for any other type, including `bool`, a subclass of `int` in Python."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def number(value: object, most: int) -> int:
    """The value as an integer from 0 to `most`.

    Raises:
        UnreadError: the value is not such a number.
    """
    found = whole(value)
    if found is None or not 0 <= found <= most:
        raise UnreadError(short(value))
    return found


_SHOWN = 160


def short(value: object) -> str:
    """The value as JSON text with its keys in the order read, cut off if it is long."""
    import json

    whole = json.dumps(value, ensure_ascii=False)
    return whole if len(whole) <= _SHOWN else f"{whole[:_SHOWN]}…"
