"""The sections of the comment, each as a list of blocks that can be omitted one by one."""

from collections.abc import Iterator

from taploom.diff.classes import MEANINGS
from taploom.diff.model import Change, ChangeAction, ObjectChange
from taploom.diff.verdicts import FlowChange
from taploom.plan.origin import Origin
from taploom.report.diagnostics.visible import visible
from taploom.report.plan import flow_words, words
from taploom.report.plan.applying import commands, undoing
from taploom.report.plan.effect_json import cause
from taploom.report.plan.escape import code, fence, prose
from taploom.report.plan.links import Links
from taploom.report.plan.review_decisions import CODE, PLACE, PLAIN, STRONG, Sentence
from taploom.report.plan.review_decisions import decisions as sentences


def decisions(change: Change, links: Links) -> list[str]:
    """The decisions that a change requires of its reviewer, as a numbered list."""
    return [f"{number}. {_marked(one, links)}\n" for number, one in enumerate(sentences(change), 1)]


def _marked(sentence: Sentence, links: Links) -> str:
    styles = {
        STRONG: lambda text: f"**{prose(text.strip())}**",
        CODE: code,
        PLACE: lambda place: _linked(place, links.line(place)),
        PLAIN: prose,
    }
    shown = []
    for style, text in sentence:
        lead, tail = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
        shown.append(f"{lead}{styles[style](text)}{tail}" if style == STRONG else styles[style](text))
    return "".join(shown)


def applying(change: Change) -> list[str]:
    """The commands that apply a change to each host, and how to undo it."""
    lines = commands(change)
    if not lines:
        return []
    ticks = fence(lines)
    body = "\n".join(visible(line) for line in lines)
    return [f"{ticks}sh\n{body}\n{ticks}\nTo undo it, {prose(undoing(change))}.\n"]


def flows(change: Change, links: Links) -> list[str]:
    """A row for each flow of `flow_words.by_intent`."""
    return [_row(one, links) for one in flow_words.by_intent(change)]


def _row(one: FlowChange, links: Links) -> str:
    via = f" at {prose(words.few(one.via))}" if one.via else ""
    cells = (
        f"**{flow_words.verdict_word(one).upper()}**" if one.exposed else flow_words.verdict_word(one),
        _ends(one.sources),
        _ends(one.destinations) + via,
        _ends(one.services),
        prose(flow_words.outcome(one.before)),
        prose(flow_words.outcome(one.after)),
        _place(links, one.before_cause, one.after_cause),
    )
    return f"| {' | '.join(cells)} |\n"


def more_flows(change: Change) -> list[str]:
    """A line for each inherited flow, and a line with an example packet for each other flow."""
    shown, intended = flow_words.shown(change), flow_words.by_intent(change)
    found = [f"- {_flow(one)}: {prose(flow_words.turned(one))}\n" for one in shown[len(intended) :]]
    found += [f"- {_flow(one)}: for example {code(flow_words.example(one))}\n" for one in intended]
    rest = flow_words.untold(change)
    return [*dict.fromkeys(found), *([f"- and {prose(rest)}\n"] if rest else [])]


def _flow(one: FlowChange) -> str:
    return f"{code(flow_words.sign(one))} {_ends(one.sources)} → {_ends(one.destinations)} {_ends(one.services)}"


def disruption(change: Change, links: Links) -> list[str]:
    """A row for each disruption, the worst first, and a row for the hosts whose management access stays."""
    rows = [
        f"| {code(one.device)} | {code(one.host)} | **{one.grade.name}** | {prose(one.effect.value)} "
        f"| {prose(cause(one))} | {_place(links, *((one.origin, None) if one.was else (None, one.origin)))} |\n"
        for one in change.disruption
    ]
    kept = words.ways_in(change)
    return rows + ([f"| management | {_ends(kept)} | **D0** | {prose(words.WAY_IN_KEPT)} | | |\n"] if kept else [])


def changes(change: Change, links: Links) -> list[str]:
    """A row for each added or removed object, and for each changed field of the other objects."""
    return [row for one in change.objects for row in _rows(one, links)]


def _rows(one: ObjectChange, links: Links) -> Iterator[str]:
    sign, where = code(words.SIGNS[one.action]), _place(links, one.before, one.after)
    name = f"{code(one.was)} → {code(one.name)}" if one.was else code(one.name)
    if one.action in (ChangeAction.ADD, ChangeAction.REMOVE):
        yield f"| {sign} | {name} | {prose(words.summary_of(one))} | {where} |\n"
        return
    for field in one.fields:
        yield f"| {sign} | {name} | {prose(words.field(field))} | {where} |\n"
    if not one.fields:
        yield f"| {sign} | {name} | only the name changes | {where} |\n"


def gates(change: Change) -> list[str]:
    """A row for the verdict of each gate."""
    rows = ((one, one.message + (f": {one.reason}" if one.reason else "")) for one in change.gates)
    return [f"| {one.verdict.value} | {code(one.gate)} | {prose(text)} |\n" for one, text in rows]


def foot(change: Change, link: str) -> str:
    """The end of the comment: the legend, and the command that repeats the comparison."""
    legend = " · ".join(f"{grade.name} {text}" for grade, text in MEANINGS.items())
    whole = f" [The whole plan]({link})." if link else ""
    command = code(words.again(change))
    return f"\n<sub>{legend}.<br>{words.NOT_ANALYSED} To reproduce this comparison: {command}.{whole}</sub>"


def _ends(names: tuple[str, ...]) -> str:
    shown = ", ".join(code(name) for name in names[:6])
    return shown + (f" and {len(names) - 6} more" if len(names) > 6 else "")


def _place(links: Links, before: Origin | None, after: Origin | None) -> str:
    if place := words.place(after):
        return _linked(place, links.line(place))
    old = words.place(before)
    return f"was {_linked(old, links.line(old, was=True))}" if old else ""


def _linked(place: str, address: str) -> str:
    return f"[{code(place)}]({address})" if address else code(place)
