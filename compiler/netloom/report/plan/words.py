"""What all renderers of a change say in the same words."""

import datetime
from collections.abc import Mapping

from netloom.diff.model import Action, Change, FieldChange, Hunk, ObjectChange, Value
from netloom.plan.origin import Origin

SIGNS = {Action.ADD: "+", Action.CHANGE: "~", Action.RENAME: "→", Action.REMOVE: "-"}
_SHOWN = 12
NOTHING = "none"


def value(of: Value, field: str = "") -> str:
    """A value on one line; `none` for what is not there."""
    match of:
        case None:
            return NOTHING
        case bool():
            return "yes" if of else "no"
        case int() if field.rpartition(".")[2] == "expires":
            return moment(of)
        case tuple():
            more = f" and {len(of) - _SHOWN} more" if len(of) > _SHOWN else ""
            return ", ".join(value(one) for one in of[:_SHOWN]) + more or NOTHING
        case Mapping():
            return ", ".join(f"{name} {value(one, name)}" for name, one in of.items())
        case _:
            return str(of)


def moment(seconds: int) -> str:
    """A moment in UTC."""
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).isoformat().replace("+00:00", "Z")


def field(change: FieldChange) -> str:
    """`name: before → after`; of sets only what differs."""
    old, new = change.before, change.after
    if isinstance(old, tuple) and isinstance(new, tuple) and set(old) != set(new):
        words = [f"+{value(one)}" for one in new if one not in old]
        words += [f"-{value(one)}" for one in old if one not in new]
        if len(words) <= _SHOWN:
            return f"{change.name}: {', '.join(words)}"
    return f"{change.name}: {value(old, change.name)} → {value(new, change.name)}"


def summary_of(change: ObjectChange) -> str:
    """An added or removed object in a few words."""
    return "; ".join(
        f"{one.name} {value(one.after if one.before is None else one.before, one.name)}"
        for one in change.fields
        if one.name not in ("description", "owner", "link")
    )


def place(origin: Origin | None) -> str:
    """`file:line`, or "" where the spec is not at hand."""
    return f"{origin.span.file}:{origin.span.line}" if origin and origin.span else ""


def counts(change: Change) -> str:
    """`2 to add, 1 to change, 1 to remove`."""
    words = [
        f"{change.count(Action.ADD)} to add",
        f"{change.count(Action.CHANGE)} to change",
        *([f"{moved} to rename"] if (moved := change.count(Action.RENAME)) else []),
        f"{change.count(Action.REMOVE)} to remove",
    ]
    return ", ".join(words)


def plural(count: int, noun: str) -> str:
    """`1 file`, `2 files`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def heading(hunk: Hunk) -> str:
    """The objects that a hunk is about, a few by name."""
    more = f" and {len(hunk.heading) - 4} more" if len(hunk.heading) > 4 else ""
    return ", ".join(hunk.heading[:4]) + more or f"line {hunk.new or hunk.old}"
