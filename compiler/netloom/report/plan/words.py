"""What all renderers of a change say in the same words."""

import datetime
import re
import shlex
from collections.abc import Mapping
from dataclasses import replace

from netloom.diff.classes import Class
from netloom.diff.effects import Disruption, Survivor
from netloom.diff.model import Action, Change, FieldChange, Hunk, ObjectChange, Value, Verdict
from netloom.diff.verdicts import FlowChange, Outcome, Turn
from netloom.plan.origin import Origin

_COMMIT = re.compile(r"(?:^|@)([0-9a-f]{7,40})$")
SIGNS = {Action.ADD: "+", Action.CHANGE: "~", Action.RENAME: "→", Action.REMOVE: "-"}
_TURNS = {Turn.ALLOWED: "+", Turn.BLOCKED: "-", Turn.REDECIDED: "~"}
_SHOWN = 12
NOTHING = "none"
WAY_IN_KEPT = "the way in stays: no uplink has another address, and no rule for management closes"
NOT_ANALYSED = "Not analysed: guests' own firewalls, other tables of nftables, routing beyond the uplinks."


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


def ways_in(change: Change) -> tuple[str, ...]:
    """Hosts that are managed as before."""
    cut = {one.host for one in change.disruption if one.grade is Class.D6}
    return tuple(host for host in change.hosts if host not in cut)


def plural(count: int, noun: str) -> str:
    """`1 file`, `2 files`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def heading(hunk: Hunk) -> str:
    """Where in the file a hunk is, and the objects that it is about, a few by name."""
    more = f" and {len(hunk.heading) - 4} more" if len(hunk.heading) > 4 else ""
    about = ", ".join(hunk.heading[:4]) + more
    return " · ".join(filter(None, (hunk.place, about))) or f"line {hunk.new or hunk.old}"


def flow_counts(change: Change) -> str:
    """`1 newly exposed, 2 newly allowed`; `no change` where there is none."""
    said = [one for one in change.flows if not one.implied]
    exposed = sum(one.exposed for one in said)
    rest = [one for one in said if not one.exposed and not one.inherited]
    counts = [(exposed, "newly exposed")]
    counts += [(sum(one.turn is turn for one in rest), word) for turn, word in _COUNTED]
    counts += [(len(along(change)), "that come or go with a guest, network or host")]
    counts += [(len(as_before(change)), "as before at another address")]
    return ", ".join(f"{count} {word}" for count, word in counts if count) or "no change"


_COUNTED = ((Turn.ALLOWED, "newly allowed"), (Turn.BLOCKED, "newly blocked"), (Turn.REDECIDED, "decided otherwise"))


def turn(one: FlowChange) -> str:
    """One word for what happens."""
    if one.exposed:
        return "EXPOSED"
    if one.readdressed:
        return "as before"
    if _rerouted(one):
        return "rerouted"
    return {Turn.ALLOWED: "allowed", Turn.BLOCKED: "BLOCKED", Turn.REDECIDED: "decided otherwise"}[one.turn]


def sign(one: FlowChange) -> str:
    """The same in a character."""
    return "=" if one.readdressed else "~" if _rerouted(one) else _TURNS[one.turn]


def _rerouted(one: FlowChange) -> bool:
    """Whether it is nobody's verdict that changes: it takes, or took, another way."""
    return "elsewhere" in (one.before.verdict, one.after.verdict)


def ends(one: FlowChange) -> str:
    """Who reaches whom with what."""
    return f"{few(one.sources)} → {few(one.destinations)} {few(one.services)}" + (
        f" at {few(one.via)}" if one.via else ""
    )


def few(names: tuple[str, ...], most: int = 6) -> str:
    """The first of many names."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def turned(one: FlowChange) -> str:
    """What becomes of it before and after."""
    if one.readdressed:
        return f"{outcome(one.after)}, at another address than before"
    return f"{outcome(one.before)} → {outcome(one.after)}"


def outcome(one: Outcome) -> str:
    """What becomes of a packet, and who says so."""
    if one.verdict == "absent":
        return "not there"
    if one.verdict == "elsewhere":
        return "another way"
    words = [
        one.verdict,
        f"to {one.to} {one.port}".rstrip() if one.to else "",
        _SENDERS.get(one.source, ""),
        "up to a rate" * one.limited,
    ]
    more = f" and {plural(len(one.also), 'more forward')}" if one.also else ""
    return " ".join(filter(None, words)) + (f" by {one.by}{more}" if one.by else "")


_SENDERS = {"masquerade": "masqueraded", "snat": "from the uplink's address", "prefix": "from the outer prefix"}


def caused(one: Disruption) -> str:
    """The spec line that is the cause of an effect."""
    found = place(one.origin)
    return f"was {found}" if found and one.was else found


def where(one: FlowChange) -> str:
    """The spec lines that are the cause, for the end of a line."""
    old, new = place(one.before_cause), place(one.after_cause)
    return "".join(f"   {text}" for text in (f"was {old}" if old and old != new else "", new) if text)


def example(one: FlowChange) -> str:
    """`198.51.100.7:40000 → 203.0.113.10:443 tcp (in by eno1 of hv1)`."""
    it = one.example
    ingress = {"self/": "from itself", "other/": "in by another interface"}.get(it.ingress, f"in by {it.ingress}")
    port = f" {it.protocol}" + (f"/{it.port}" if it.port else "")
    return (
        f"{it.source}"
        + (f" port {it.source_port}" if it.source_port else "")
        + (f" → {it.destination}{port} ({ingress}, {it.host})")
    )


def gate_counts(change: Change) -> str:
    """`3 pass, 1 waived, 1 deny`."""
    if not change.gates:
        return "no gates are set"
    found = [(verdict, sum(one.verdict is verdict for one in change.gates)) for verdict in Verdict]
    return ", ".join(f"{count} {verdict.value}" for verdict, count in found if count)


def again(change: Change) -> str:
    """The command that compares the same once more; a branch may be elsewhere by then, a commit is not."""
    before, after = (_COMMIT.search(label) for label in (change.before, change.after))
    if before and after:
        return f"netloom plan {before[1]}..{after[1]} --exact"
    sides = (before[1] if before else change.before, after[1] if after else change.after)
    return f"netloom plan {shlex.join(sides)}"


def survivors(change: Change) -> list[tuple[tuple[str, ...], Survivor]]:
    """What outlives its rule, with the hosts of which the same is to say."""
    found: dict[Survivor, list[str]] = {}
    for one in change.survivors:
        found.setdefault(replace(one, host=""), []).append(one.host)
    return [(tuple(hosts), one) for one, hosts in found.items()]


def by_intent(change: Change) -> list[FlowChange]:
    """What changes since an entry does, and whatever opens to the outside."""
    return [one for one in change.flows if not one.implied and (one.exposed or not one.inherited)]


def along(change: Change) -> list[FlowChange]:
    """What comes and goes with a guest, network or host."""
    return [one for one in _inherited(change) if not one.readdressed]


def as_before(change: Change) -> list[FlowChange]:
    """What stays but for its address, told once and by the new one."""
    kept = (one for one in _inherited(change) if one.readdressed and one.turn is not Turn.BLOCKED)
    return [*{(ends(one), outcome(one.after)): one for one in kept}.values()]


def _inherited(change: Change) -> list[FlowChange]:
    return [one for one in change.flows if not one.implied and one.inherited and not one.exposed]


def still_open(change: Change) -> list[FlowChange]:
    """What a removed entry does not close; what a host says to itself no entry does."""
    removed = {one.name for one in change.objects if one.action is Action.REMOVE}
    kept = (one for one in change.flows if one.before.by in removed and one.after.verdict == "allow")
    return [one for one in kept if one.sources != one.destinations]


def undecided(change: Change) -> int:
    """How many flows change that no entry decides, and not by their addresses alone."""
    return sum(one.implied and not one.readdressed for one in change.flows)


def told(change: Change) -> list[FlowChange]:
    """All flows that are told one by one, in the order in which they matter."""
    return [*by_intent(change), *along(change), *as_before(change)]
