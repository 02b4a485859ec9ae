"""Takes apart the JSON of a stranger, and checks the type of every value."""

from collections.abc import Mapping, Sequence

from taploom.base.frozen import dataclass


class UnreadError(Exception):
    """A part of a listing that the typed tree cannot express; the message says which."""


@dataclass(frozen=True, slots=True)
class Tagged:
    """An object with a single key, the form in which nft writes expressions and statements."""

    tag: str
    body: object


def tagged(value: object) -> Tagged:
    """An object with one key as its key and value.

    Raises:
        UnreadError: it is something else.
    """
    if isinstance(value, dict) and len(value) == 1:
        ((tag, body),) = value.items()
        return Tagged(str(tag), body)
    raise UnreadError(short(value))


def mapping(value: object) -> Mapping[str, object]:
    """An object.

    Raises:
        UnreadError: it is something else.
    """
    if isinstance(value, dict):
        return value
    raise UnreadError(short(value))


def sequence(value: object) -> Sequence[object]:
    """An array.

    Raises:
        UnreadError: it is something else.
    """
    if isinstance(value, list):
        return value
    raise UnreadError(short(value))


def text(value: object) -> str:
    """A string.

    Raises:
        UnreadError: it is something else.
    """
    if isinstance(value, str):
        return value
    raise UnreadError(short(value))


def whole(value: object) -> int | None:
    """A whole number; None for anything else, also for a truth value, which Python counts among the numbers."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def number(value: object, most: int) -> int:
    """A whole number from 0 to `most`.

    Raises:
        UnreadError: it is something else.
    """
    found = whole(value)
    if found is None or not 0 <= found <= most:
        raise UnreadError(short(value))
    return found


_SHOWN = 160


def short(value: object) -> str:
    """A value as text, cut if it is long; its keys stay in the order in which nft printed them."""
    import json

    whole = json.dumps(value, ensure_ascii=False)
    return whole if len(whole) <= _SHOWN else f"{whole[:_SHOWN]}…"
