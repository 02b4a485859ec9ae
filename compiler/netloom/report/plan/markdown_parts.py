"""The sections of the comment, each as a list of blocks that can be left out one by one."""

import shlex
from collections.abc import Iterator

from netloom.diff.classes import MEANINGS, Class
from netloom.diff.model import Action, Change, ObjectChange
from netloom.diff.verdicts import FlowChange
from netloom.plan.origin import Origin
from netloom.report.plan import words
from netloom.report.plan.effect_json import cause
from netloom.report.plan.escape import code, prose


def decisions(change: Change) -> list[str]:
    """What a reviewer has to say yes to, numbered."""
    return [f"{number}. {text}\n" for number, text in enumerate(_decisions(change), 1)]


def _decisions(change: Change) -> Iterator[str]:
    for one in change.failed_gates:
        yield f"**Policy `{one.gate}` fails:** {prose(one.message)}"
    for flow in change.flows:
        if flow.exposed:
            yield (
                f"**Exposes {_ends(flow.destinations)} {_ends(flow.services)}** to {_ends(flow.sources)}"
                + (f" at {_ends(flow.via)}" if flow.via else "")
                + f". Declared by {code(flow.after.by)}{_at(flow.after_cause)}. → *Intended?*"
            )
    removed = {one.name for one in change.objects if one.action is Action.REMOVE}
    for flow in change.flows:
        if flow.before.by in removed and flow.after.verdict == "allow":
            yield (
                f"**Removing {code(flow.before.by)} does not close everything:** {_ends(flow.sources)} can still "
                f"reach {_ends(flow.destinations)} {_ends(flow.services)} through {code(flow.after.by)}"
                f"{_at(flow.after_cause)}. → *Intended?*"
            )
    for survivor in change.survivors:
        first = f" To end them: {code(shlex.join(survivor.commands[0]))}" if survivor.commands else ""
        rest = len(survivor.commands) - 1 + survivor.more
        yield (
            f"**Open connections survive** on {code(survivor.host)}: {prose(survivor.flow)}, "
            f"allowed until now by {code(survivor.by)}.{first}" + (f" and {rest} more like it" if rest > 0 else "")
        )
    for effect in change.disruption:
        if effect.grade is Class.D6:
            yield f"**{code(effect.host)} {prose(effect.effect.value)}:** {prose(cause(effect))}"
    for renamed in change.objects:
        if renamed.likely:
            yield f"{code(renamed.name)} looks like {code(renamed.likely)} by a new name: `moved-from` would say so."


def flows(change: Change) -> list[str]:
    """Rows of what changes by intent, exposures first."""
    return [_row(one) for one in change.flows if not one.implied and not one.inherited]


def _row(one: FlowChange) -> str:
    via = f" at {_ends(one.via)}" if one.via else ""
    cells = (
        f"**{words.turn(one).upper()}**" if one.exposed else words.turn(one),
        _ends(one.sources),
        _ends(one.destinations) + via,
        _ends(one.services),
        prose(words.outcome(one.before)),
        prose(words.outcome(one.after)),
        _place(one.before_cause, one.after_cause),
    )
    return f"| {' | '.join(cells)} |\n"


def more_flows(change: Change) -> list[str]:
    """What is inherited, and one packet for each of the others."""
    inherited = [one for one in change.flows if one.inherited and not one.implied]
    found = [
        f"- {words.TURNS[one.turn]} {_ends(one.sources)} → {_ends(one.destinations)} {_ends(one.services)}: "
        f"{prose(words.outcome(one.before))} → {prose(words.outcome(one.after))}\n"
        for one in inherited
    ]
    found += [
        f"- for example {code(words.example(one))}: {prose(words.outcome(one.before))} → "
        f"{prose(words.outcome(one.after))}\n"
        for one in change.flows
        if not one.implied and not one.inherited
    ]
    implied = sum(one.implied for one in change.flows)
    return found + ([f"- and {words.plural(implied, 'flow')} that no entry decides (DHCP, ND …)\n"] if implied else [])


def disruption(change: Change) -> list[str]:
    """Rows of effects, the worst first, and the hosts that notice nothing."""
    return [
        f"| {code(one.device)} | {code(one.host)} | **{one.grade.name}** | {prose(one.effect.value)} "
        f"| {prose(cause(one))} | {_place(None, one.origin)} |\n"
        for one in change.disruption
    ]


def changes(change: Change) -> list[str]:
    """A row for each object, and for each field of those that changed."""
    return [row for one in change.objects for row in _rows(one)]


def _rows(one: ObjectChange) -> Iterator[str]:
    sign, where = code(words.SIGNS[one.action]), _place(one.before, one.after)
    name = f"{code(one.was)} → {code(one.name)}" if one.was else code(one.name)
    if one.action in (Action.ADD, Action.REMOVE):
        yield f"| {sign} | {name} | {prose(words.summary_of(one))} | {where} |\n"
        return
    for field in one.fields:
        yield f"| {sign} | {name} | {prose(words.field(field))} | {where} |\n"
    if not one.fields:
        yield f"| {sign} | {name} | nothing but the name | {where} |\n"


def gates(change: Change) -> list[str]:
    """Rows of what the gates say."""
    told = ((one, one.message + (f": {one.reason}" if one.reason else "")) for one in change.gates)
    return [f"| {one.verdict.value} | {code(one.gate)} | {prose(text)} |\n" for one, text in told]


def foot(change: Change, link: str) -> str:
    """The legend and how to see it again."""
    legend = " · ".join(f"{grade.name} {text}" for grade, text in MEANINGS.items())
    whole = f" [The whole plan]({link})." if link else ""
    command = code(f"netloom plan {change.before} {change.after}")
    return (
        f"\n<sub>{legend}.<br>Not analysed: guests' own firewalls, other tables of nftables, routing beyond the "
        f"uplinks. Compared as by {command}.{whole}</sub>"
    )


def _ends(names: tuple[str, ...]) -> str:
    shown = ", ".join(code(name) for name in names[:6])
    return shown + (f" and {len(names) - 6} more" if len(names) > 6 else "")


def _place(before: Origin | None, after: Origin | None) -> str:
    place = words.place(after)
    return code(place) if place else (f"was {code(old)}" if (old := words.place(before)) else "")


def _at(origin: Origin | None) -> str:
    place = words.place(origin)
    return f" ({code(place)})" if place else ""
