"""Prints a change for a terminal: first the summary, then the decisions, then the details."""

import shlex
from collections.abc import Iterator

from taploom.diff.classes import MEANINGS
from taploom.diff.model import Change, ChangeAction, FileChange, Hunk, ObjectChange
from taploom.diff.verdicts import FlowChange
from taploom.report.diagnostics.visible import visible
from taploom.report.plan import flow_words, words
from taploom.report.plan.effect_json import cause
from taploom.report.plan.review_decisions import decisions

_COLORS = {"+": "\033[32m", "-": "\033[31m", "~": "\033[33m", "→": "\033[36m", "#": "\033[1m"}
_PLAIN = "\033[0m"


def change_text(change: Change, *, color: bool = False, files: bool = True) -> str:
    """The whole text.

    Args:
        change: the change to show.
        color: whether to use terminal colours.
        files: whether to show the differences of rendered files in full.
    """
    if not change.has_changes:
        return "".join(f"{line}\n" for line in ("No changes.", *_notes(change)))
    blocks = [
        _head(change),
        _decisions(change),
        _objects(change),
        _flows(change),
        _disruption(change),
        _survivors(change),
        _files(change, full=files),
    ]
    lines = [line for block in map(list, blocks) if block for line in [*block, ""]]
    return "".join(f"{_painted(line, color)}\n" for line in lines[:-1])


def _painted(line: str, color: bool) -> str:
    shown = visible(line.removeprefix("\0"))
    sign = "#" if line.startswith("\0") else line.lstrip()[:1]
    return f"{_COLORS[sign]}{shown}{_PLAIN}" if color and sign in _COLORS else shown


def _title(text: str) -> str:
    return f"\0{text}"


def _notes(change: Change) -> Iterator[str]:
    return (f"Note: {note}." for note in change.notes)


def _head(change: Change) -> Iterator[str]:
    yield _title(f"Plan: {words.counts(change)} ({change.before} → {change.after})")
    touched = {one.host for one in change.files if one.path.startswith("hosts/")}
    quiet = [host for host in change.hosts if host not in touched]
    yield f"Hosts: {', '.join(sorted(touched)) or 'none'}" + (f"; no changes on {', '.join(quiet)}" if quiet else "")
    yield from (
        f"Gate: {one.verdict.value} {one.gate}: {one.message}" + f" ({one.reason})" * bool(one.reason)
        for one in change.gates
    )
    yield from _notes(change)


def _decisions(change: Change) -> Iterator[str]:
    """The decisions as a numbered list, except surviving connections, which `_survivors` prints with all commands."""
    found = decisions(change, survivors=False)
    if found:
        yield _title("Decide these")
        for number, sentence in enumerate(found, 1):
            yield f"  {number}. {''.join(text for _, text in sentence)}"


def _objects(change: Change) -> Iterator[str]:
    yield _title("Objects")
    for one in change.objects:
        yield from _object(one)


def _object(one: ObjectChange) -> Iterator[str]:
    was = "was " if one.action is ChangeAction.REMOVE else ""
    where = words.place(one.before if one.action is ChangeAction.REMOVE else one.after)
    name = f"{one.was} → {one.name}" if one.was else one.name
    yield f"  {words.SIGNS[one.action]} {name}" + (f"   {was}{where}" if where else "")
    if one.action in (ChangeAction.ADD, ChangeAction.REMOVE):
        yield from [f"      {summary}"] if (summary := words.summary_of(one)) else ()
    else:
        yield from (f"      {words.field(field)}" for field in one.fields)


def _flows(change: Change) -> Iterator[str]:
    if not change.flows:
        return
    yield _title(f"Flows: {flow_words.flow_counts(change)}")
    for one in flow_words.shown(change):
        yield from _flow(one)
    if untold := flow_words.untold(change):
        yield f"    and {untold}"


def _flow(one: FlowChange) -> Iterator[str]:
    head = f"  {flow_words.sign(one)} {flow_words.verdict_word(one)}: {flow_words.ends(one)}"
    outcomes = flow_words.turned(one) + flow_words.where(one)
    if one.readdressed:
        yield f"{head}: {outcomes}"
        return
    yield head
    yield f"      {outcomes}"
    yield f"      such as {flow_words.example(one)}"


def _disruption(change: Change) -> Iterator[str]:
    if not change.disruption:
        return
    yield _title(f"What applying it does: at worst {change.worst.name} ({MEANINGS[change.worst]})")
    for one in change.disruption:
        yield f"  {one.grade.name} {one.host} {one.device}: {one.effect.value}"
        yield f"      {cause(one)}" + (f"   {where}" if (where := words.caused(one)) else "")


def _survivors(change: Change) -> Iterator[str]:
    if not change.survivors:
        return
    yield _title("Connections that survive although they are no longer allowed, and commands to end them")
    for hosts, one in words.survivors(change):
        yield f"  {words.few(hosts)}: {one.flow} (was allowed by {one.by})"
        yield from (f"      {shlex.join(command)}" for command in one.commands)
        if one.more:
            yield f"      and {words.plural(one.more, 'more command')}"


def _files(change: Change, *, full: bool) -> Iterator[str]:
    yield _title(f"Files: {words.plural(len(change.files), 'file')}")
    for one in change.files:
        yield from _file(one, full=full)


def _file(one: FileChange, *, full: bool) -> Iterator[str]:
    yield f"  {words.SIGNS[one.action]} {one.path}   +{one.added} -{one.removed}"
    for hunk in one.hunks if full else ():
        yield from _hunk(hunk)


def _hunk(hunk: Hunk) -> Iterator[str]:
    yield f"    @@ {words.heading(hunk)} @@"
    yield from (f"    {line.sign}{line.text.expandtabs(4)}" for line in hunk.lines)
