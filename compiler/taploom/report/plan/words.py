"""The texts that all renderers of a change share."""

import datetime
import re
import shlex
from collections.abc import Mapping
from dataclasses import replace

from taploom.diff.classes import Class
from taploom.diff.effects import Disruption, Survivor
from taploom.diff.model import Change, ChangeAction, FieldChange, FieldValue, GateVerdict, Hunk, ObjectChange
from taploom.plan.origin import Origin

_COMMIT = re.compile(r"(?:^|@)([0-9a-f]{7,40})$")
SIGNS = {ChangeAction.ADD: "+", ChangeAction.CHANGE: "~", ChangeAction.RENAME: "→", ChangeAction.REMOVE: "-"}
_SHOWN = 12
NOTHING = "none"
WAY_IN_KEPT = "management access stays: no uplink changes its address, and no management service is closed"
NOT_ANALYSED = "Not analysed: guests' own firewalls, other tables of nftables, routing beyond the uplinks."


def value(of: FieldValue, field: str = "") -> str:
    """A value of a field on one line; `none` for an absent value."""
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
    """A time in UTC, given in seconds since the epoch, in the syntax of the spec."""
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).isoformat().replace("+00:00", "Z")


def field(change: FieldChange) -> str:
    """The change of a field, `name: before → after`; for a set only the members that differ."""
    old, new = change.before, change.after
    if isinstance(old, tuple) and isinstance(new, tuple) and set(old) != set(new):
        words = [f"+{value(one)}" for one in new if one not in old]
        words += [f"-{value(one)}" for one in old if one not in new]
        if len(words) <= _SHOWN:
            return f"{change.name}: {', '.join(words)}"
    return f"{change.name}: {value(old, change.name)} → {value(new, change.name)}"


def summary_of(change: ObjectChange) -> str:
    """The fields of an added or removed object on one line."""
    return "; ".join(
        f"{one.name} {value(one.after if one.before is None else one.before, one.name)}"
        for one in change.fields
        if one.name not in ("description", "owner", "link")
    )


def place(origin: Origin | None) -> str:
    """The place of an origin as `file:line`; "" without an origin or its span."""
    return f"{origin.span.file}:{origin.span.line}" if origin and origin.span else ""


def counts(change: Change) -> str:
    """The numbers of changed objects, such as `2 to add, 1 to change, 1 to remove`."""
    words = [
        f"{change.count(ChangeAction.ADD)} to add",
        f"{change.count(ChangeAction.CHANGE)} to change",
        *([f"{moved} to rename"] if (moved := change.count(ChangeAction.RENAME)) else []),
        f"{change.count(ChangeAction.REMOVE)} to remove",
    ]
    return ", ".join(words)


def ways_in(change: Change) -> tuple[str, ...]:
    """The hosts whose management path the change cannot cut."""
    cut = {one.host for one in change.disruption if one.grade is Class.D6}
    return tuple(host for host in change.hosts if host not in cut)


def plural(count: int, noun: str) -> str:
    """A number with a noun: `1 file`, `2 files`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def heading(hunk: Hunk) -> str:
    """The place of a hunk in its file, with the first objects that cause the hunk."""
    more = f" and {len(hunk.heading) - 4} more" if len(hunk.heading) > 4 else ""
    about = ", ".join(hunk.heading[:4]) + more
    return " · ".join(filter(None, (hunk.place, about))) or f"line {hunk.new or hunk.old}"


def few(names: tuple[str, ...], most: int = 6) -> str:
    """The first `most` names, and the number of the others."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def caused(one: Disruption) -> str:
    """The place of the spec line that causes a disruption."""
    found = place(one.origin)
    return f"was {found}" if found and one.was else found


def gate_counts(change: Change) -> str:
    """The numbers of gates by verdict, such as `3 pass, 1 waived, 1 deny`."""
    if not change.gates:
        return "none set"
    found = [(verdict, sum(one.verdict is verdict for one in change.gates)) for verdict in GateVerdict]
    return ", ".join(f"{count} {verdict.value}" for verdict, count in found if count)


def again(change: Change) -> str:
    """The command that repeats the comparison; it names known commits instead of branches, which may move."""
    before, after = (_COMMIT.search(label) for label in (change.before, change.after))
    if before and after:
        return f"taploom plan {before[1]}..{after[1]} --exact"
    sides = (before[1] if before else change.before, after[1] if after else change.after)
    return f"taploom plan {shlex.join(sides)}"


def survivors(change: Change) -> list[tuple[tuple[str, ...], Survivor]]:
    """The connections that survive the entry that allowed them, each with all hosts on which they survive."""
    found: dict[Survivor, list[str]] = {}
    for one in change.survivors:
        found.setdefault(replace(one, host=""), []).append(one.host)
    return [(tuple(hosts), one) for one, hosts in found.items()]
