"""The texts with which all renderers of a change describe flows, and the selection of flows that they show."""

from taploom.diff.model import Change, ChangeAction
from taploom.diff.verdicts import Disposition, FlowChange, VerdictChange, told_foreign
from taploom.report.plan.words import few, place, plural

_SIGNS = {VerdictChange.ALLOWED: "+", VerdictChange.BLOCKED: "-", VerdictChange.REDECIDED: "~"}
_SAME = 30
"""Maximum number of `as_before` flows that a text lists; a reviewer need not decide about these flows."""


def flow_counts(change: Change) -> str:
    """The numbers of changed flows as text, such as `1 newly exposed, 2 newly allowed`, or `no change`."""
    stated = [one for one in change.flows if not one.implied]
    exposed = sum(one.exposed for one in stated)
    rest = [one for one in stated if not one.exposed and not one.inherited]
    counts = [(exposed, "newly exposed")]
    counts += [(sum(one.change is kind for one in rest), word) for kind, word in _COUNTED]
    counts += [(len(along(change)), "added or removed with a guest, network or host")]
    counts += [(len(as_before(change)), "as before at another address or bridge")]
    return ", ".join(f"{count} {word}" for count, word in counts if count) or "no change"


_COUNTED = (
    (VerdictChange.ALLOWED, "newly allowed"),
    (VerdictChange.BLOCKED, "newly blocked"),
    (VerdictChange.REDECIDED, "allowed differently"),
)


def verdict_word(one: FlowChange) -> str:
    """The kind of a flow's change in one or two words."""
    if one.exposed:
        return "EXPOSED"
    if one.readdressed:
        return "as before"
    if _rerouted(one):
        return "rerouted"
    return {
        VerdictChange.ALLOWED: "allowed",
        VerdictChange.BLOCKED: "BLOCKED",
        VerdictChange.REDECIDED: "allowed differently",
    }[one.change]


def sign(one: FlowChange) -> str:
    """The kind of a flow's change as one character."""
    return "=" if one.readdressed else "~" if _rerouted(one) else _SIGNS[one.change]


def _rerouted(one: FlowChange) -> bool:
    """Whether the path of the packets changes and not the verdict on them: in one revision they take another route."""
    return "elsewhere" in (one.before.verdict, one.after.verdict)


def ends(one: FlowChange) -> str:
    """The senders, destinations and services of a flow as text."""
    return f"{few(one.sources)}{told_foreign(one)} → {few(one.destinations)} {few(one.services)}" + (
        f" at {few(one.via)}" if one.via else ""
    )


def turned(one: FlowChange) -> str:
    """The outcomes before and after a change as text."""
    if one.readdressed:
        return f"{outcome(one.after)}, at another address or bridge than before"
    return f"{outcome(one.before)} → {outcome(one.after)}"


def outcome(one: Disposition) -> str:
    """The verdict on a packet, its translation and the deciding entry, as text."""
    if one.verdict == "absent":
        return "absent"
    if one.verdict == "elsewhere":
        return "another route"
    words = [
        one.verdict,
        f"to {one.to} {one.port}".rstrip() if one.to else "",
        _SENDERS.get(one.source, ""),
        "up to a rate" * one.limited,
    ]
    more = f" and {plural(len(one.also), 'more forward')}" if one.also else ""
    return " ".join(filter(None, words)) + (f" by {one.by}{more}" if one.by else "")


_SENDERS = {"masquerade": "masqueraded", "snat": "from the uplink's address", "prefix": "from the outer prefix"}


def where(one: FlowChange) -> str:
    """The lines of the spec that cause the change, as the end of a line of text."""
    old, new = place(one.before_cause), place(one.after_cause)
    return "".join(f"   {text}" for text in (f"was {old}" if old and old != new else "", new) if text)


def example(one: FlowChange) -> str:
    """The example packet of a flow, such as `198.51.100.7 port 40000 → 203.0.113.10 tcp/443 (in by eno1, hv1)`."""
    it = one.example
    ingress = {"self/": "from itself", "other/": "in by another interface"}.get(it.ingress, f"in by {it.ingress}")
    port = f" {it.protocol}" + (f"/{it.port}" if it.port else "")
    return (
        f"{it.source}"
        + (f" port {it.source_port}" if it.source_port else "")
        + (f" → {it.destination}{port} ({ingress}, {it.host})")
    )


def by_intent(change: Change) -> list[FlowChange]:
    """The flows that change because an entry changes, and all exposed flows."""
    return [one for one in change.flows if not one.implied and (one.exposed or not one.inherited)]


def along(change: Change) -> list[FlowChange]:
    """The flows that are added or removed with a guest, network or host."""
    return [one for one in _inherited(change) if not one.readdressed]


def as_before(change: Change) -> list[FlowChange]:
    """The flows of which only the address changes, each once, with the new address."""
    kept = (one for one in _inherited(change) if one.readdressed and one.change is not VerdictChange.BLOCKED)
    return [*{(ends(one), outcome(one.after)): one for one in kept}.values()]


def _inherited(change: Change) -> list[FlowChange]:
    return [one for one in change.flows if not one.implied and one.inherited and not one.exposed]


def still_open(change: Change) -> list[FlowChange]:
    """The flows of a removed entry that stay allowed, except flows of a host to itself, which no entry decides."""
    removed = {one.name for one in change.objects if one.action is ChangeAction.REMOVE}
    kept = (one for one in change.flows if one.before.by in removed and one.after.verdict == "allow")
    return [one for one in kept if one.sources != one.destinations]


def told(change: Change) -> list[FlowChange]:
    """All flows that get a row in tables, the most important first."""
    return [*by_intent(change), *along(change), *as_before(change)]


def shown(change: Change) -> list[FlowChange]:
    """The flows that a text lists: all of `told`, but at most `_SAME` flows of `as_before`."""
    return [*by_intent(change), *along(change), *as_before(change)[:_SAME]]


def untold(change: Change) -> str:
    """The numbers of the flows that `shown` omits, as text; "" for none."""
    undecided = sum(one.implied and not one.readdressed for one in change.flows)
    alike = max(len(as_before(change)) - _SAME, 0)
    parts = [f"{alike:,} more as before at another address or bridge"] if alike else []
    parts += (
        [f"{plural(undecided, 'flow')} that no entry decides, such as DHCP and neighbour discovery"]
        if undecided
        else []
    )
    return "; ".join(parts)
