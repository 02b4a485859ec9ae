"""The tables and lists of the HTML page of a change."""

from collections.abc import Iterable, Iterator

from taploom.diff.model import Change, FileChange
from taploom.diff.verdicts import FlowChange
from taploom.report.plan import flow_words, words
from taploom.report.plan.applying import commands, undoing
from taploom.report.plan.effect_json import cause
from taploom.report.plan.escape import html
from taploom.report.plan.review_decisions import CODE, PLACE, STRONG
from taploom.report.plan.review_decisions import decisions as sentences


def decisions(change: Change) -> Iterator[str]:
    """The decisions that a change requires of its reviewer, as a numbered list."""
    tags = {STRONG: ("<b>", "</b>"), CODE: ("<code>", "</code>"), PLACE: ("<code>", "</code>")}
    found = sentences(change)
    if found:
        yield "<h2>Decide these</h2>\n<ol>"
        for sentence in found:
            runs = ((tags.get(style, ("", "")), html(text)) for style, text in sentence)
            yield f"<li>{''.join(f'{tag}{text}{end}' for (tag, end), text in runs)}</li>"
        yield "</ol>"


def applying(change: Change) -> Iterator[str]:
    """The commands that apply a change to each host, and how to undo it."""
    lines = commands(change)
    if lines:
        yield "<h2>Apply and undo</h2>\n<pre>" + "\n".join(map(html, lines)) + "</pre>"
        yield f"<p>To undo it, {html(undoing(change))}.</p>"


def flows(change: Change) -> Iterator[tuple[str, ...]]:
    """A row for each flow of `flow_words.told`."""
    return map(_flow, flow_words.told(change))


def _flow(one: FlowChange) -> tuple[str, ...]:
    via = f" at {words.few(one.via)}" if one.via else ""
    return (
        flow_words.verdict_word(one)
        + (" (added or removed with an object)" if one.inherited and not one.readdressed else ""),
        words.few(one.sources),
        words.few(one.destinations) + via,
        words.few(one.services),
        "the same at another address or bridge" if one.readdressed else flow_words.outcome(one.before),
        flow_words.outcome(one.after),
        flow_words.example(one) + flow_words.where(one),
    )


def disruption(change: Change) -> Iterator[tuple[str, ...]]:
    """A row for each disruption, the worst first."""
    return ((one.grade.name, one.host, one.device, one.effect.value, cause(one)) for one in change.disruption)


def changes(change: Change) -> Iterator[tuple[str, ...]]:
    """A row for each changed object."""
    for one in change.objects:
        name = f"{one.was} → {one.name}" if one.was else one.name
        added = one.before is None or one.after is None
        what = words.summary_of(one) if added else "; ".join(map(words.field, one.fields))
        yield words.SIGNS[one.action], name, what, words.place(one.after) or words.place(one.before)


def gates(change: Change) -> Iterator[tuple[str, ...]]:
    """A row for the verdict of each gate."""
    return ((one.verdict.value, one.gate, one.message + f" ({one.reason})" * bool(one.reason)) for one in change.gates)


def file(one: FileChange) -> str:
    """The differences of one file, as a fold."""
    lines = [line for hunk in one.hunks for line in _hunk(words.heading(hunk), ((x.sign, x.text) for x in hunk.lines))]
    title = f"{html(one.path)} ({one.action.value}, +{one.added} -{one.removed})"
    return f"<details><summary>{title}</summary>\n<pre>{chr(10).join(lines)}</pre>\n</details>"


def _hunk(heading: str, lines: Iterable[tuple[str, str]]) -> Iterator[str]:
    yield f"<b>@@ {html(heading)} @@</b>"
    tags = {"+": "ins", "-": "del"}
    for sign, text in lines:
        shown = sign + "\t".join(html(part) for part in text.split("\t"))
        yield f"<{tags[sign]}>{shown}</{tags[sign]}>" if sign in tags else shown
