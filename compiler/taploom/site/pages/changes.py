"""The last changes: what each of the last revisions of the specs did to the plan, as a reviewer saw it."""

from collections.abc import Iterator

from taploom.diagrams.dot import Graph
from taploom.diff.classes import MEANINGS
from taploom.diff.model import Action, Change, ObjectChange
from taploom.diff.verdicts import FlowChange
from taploom.report.plan import flow_words, words
from taploom.report.plan.effect_json import cause
from taploom.site.links import page_of, subject
from taploom.site.markdown import code, escaped, listed, prose, section, sections, table
from taploom.site.page import Figure, Page
from taploom.site.revision import History, Revision
from taploom.site.view import View

FOLDER = "changes"
_SHORT = 7
"""Characters of a commit's name that are enough for one page, unless somebody has made two that begin alike."""
_SAID = {Action.ADD: "added", Action.CHANGE: "changed", Action.RENAME: "renamed", Action.REMOVE: "removed"}


def pages(view: View) -> Iterator[Page]:
    """The list of revisions, and each of them."""
    history = view.history
    rows = (
        (escaped(one.commit.date[:10]), _link(one, history), escaped(one.commit.author), *_told(one))
        for one in history.revisions
    )
    head = ("Date", "Change", "Author", "Objects", "Reachability", "Worst disruption")
    body = sections(
        "What the last revisions of the specs did to the plan, the newest first. "
        "[`taploom plan`](@/reference/commands.md#plan) compares any two.",
        table(head, rows),
        prose(history.missing),
    )
    yield Page(f"{FOLDER}/index.md", "Last changes", body, listed=True)
    for revision in history.revisions:
        yield _page(view, revision, _short(revision, history))


def changed(history: History) -> list[str]:
    """When the specs were last changed and what it was, for the overview; nothing where nobody knows."""
    return [f"Last change: {_link(one, history)}, {escaped(one.commit.date[:10])}" for one in history.revisions[:1]]


def _short(revision: Revision, history: History) -> str:
    """As much of the commit's name as no other page begins with."""
    names = [one.commit.name for one in history.revisions]
    enough = (n for n in range(_SHORT, len(revision.commit.name)) if len({name[:n] for name in names}) == len(names))
    return revision.commit.name[: next(enough, None)]


def _link(revision: Revision, history: History) -> str:
    name = _short(revision, history)
    return f"[{escaped(revision.commit.subject or name)}](@/{FOLDER}/{name}.md)"


def _told(revision: Revision) -> tuple[str, str, str]:
    change = revision.change
    if revision.unread:
        return ("**cannot be read**", "", "")
    if change is None:
        return ("the beginning", "", "")
    if not change.has_changes:
        return ("no changes", "", "")
    exposed = sum(one.exposed for one in change.flows)
    flows = len(flow_words.by_intent(change)) + len(flow_words.along(change))
    reach = f"**{words.plural(exposed, 'new exposure')}**" if exposed else words.plural(flows, "flow") if flows else ""
    return escaped(words.counts(change)), reach, f"{change.worst.name}, {escaped(MEANINGS[change.worst])}"


def _page(view: View, revision: Revision, short: str) -> Page:
    commit, change = revision.commit, revision.change
    about = [
        ("commit", code(commit.name)),
        ("date", code(commit.date)),
        ("author", escaped(commit.author)),
        ("compared by", code(f"taploom plan --exact {commit.parent[:12]} {commit.name[:12]}") if change else ""),
    ]
    figures = (_figure(revision.picture[0], change),) if revision.picture and change else ()
    body = sections(
        listed(about),
        ""
        if revision.sound or revision.unread
        else "**The specs of this revision have errors:** they are compared as far as they are sound.",
        _change(view, change, figures) if change else _no_change(revision),
    )
    return Page(f"{FOLDER}/{short}.md", commit.subject or short, body, figures=figures, wide=bool(figures))


def _no_change(revision: Revision) -> str:
    unread = f"**What this revision does cannot be told:** {escaped(revision.unread)}"
    return unread if revision.unread else "Nothing before it to compare with."


def _figure(graph: Graph, change: Change) -> Figure:
    """The picture of a change; its words name every object, as the table below it does."""
    named = (
        f"{said.capitalize()}: {', '.join(one.name for one in change.objects if one.action is action)}."
        for action, said in _SAID.items()
        if change.count(action)
    )
    return Figure(graph, f"What changes from {change.before} to {change.after}", " ".join(named))


def _change(view: View, change: Change, figures: tuple[Figure, ...]) -> str:
    if not change.has_changes:
        return "The plan is the same as before: only comments, order or form of the specs changed."
    flow_head = ("Becomes", "From", "To", "Services", "Before", "After")
    return sections(
        f"{escaped(words.counts(change))}; flows: {escaped(flow_words.flow_counts(change))}.",
        *(one.mark for one in figures),
        section("Reachability", table(flow_head, map(_flow, flow_words.told(change)))),
        section("Running traffic", table(("Class", "Host", "What", "Effect", "Because"), _effects(view, change))),
        section("Objects", table(("Change", "Object", "What"), (_object(view, one) for one in change.objects))),
        section("Files", table(("Change", "File", "Lines"), _files(change))),
    )


def _flow(one: FlowChange) -> tuple[str, ...]:
    via = f" at {escaped(words.few(one.via))}" if one.via else ""
    turn = escaped(flow_words.turn(one))
    return (
        f"**{turn}**" if one.exposed else turn,
        escaped(words.few(one.sources)),
        escaped(words.few(one.destinations)) + via,
        escaped(words.few(one.services)),
        "the same at another address" if one.readdressed else escaped(flow_words.outcome(one.before)),
        escaped(flow_words.outcome(one.after)),
    )


def _effects(view: View, change: Change) -> Iterator[tuple[str, ...]]:
    for one in change.disruption:
        host = _now(view, f"host/{one.host}", one.host)
        yield one.grade.name, host, code(one.device), escaped(one.effect.value), escaped(cause(one))


def _object(view: View, one: ObjectChange) -> tuple[str, str, str]:
    name = f"{escaped(one.was)} → " * bool(one.was) + _now(view, one.name, one.name)
    whole = one.action in (Action.ADD, Action.REMOVE)
    what = words.summary_of(one) if whole else "; ".join(map(words.field, one.fields))
    return _sign(one.action), name, escaped(what)


def _sign(action: Action) -> str:
    return f"{code(words.SIGNS[action])} {_SAID[action]}"


def _files(change: Change) -> Iterator[tuple[str, ...]]:
    for one in change.files:
        yield _sign(one.action), code(one.path), f"+{one.added} &minus;{one.removed}"


def _now(view: View, name: str, shown: str) -> str:
    """A link to what is still there, else its name."""
    kind, _, rest = name.partition("/")
    return subject(name) if page_of(kind, rest) and rest in view.named[kind] else escaped(shown)
