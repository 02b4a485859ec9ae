"""The pages of the last changes: the effect of each revision of the specs on the plan."""

from collections.abc import Iterator

from taploom.diagrams.dot import Graph
from taploom.diff.classes import MEANINGS
from taploom.diff.model import Change, ChangeAction, ObjectChange
from taploom.diff.verdicts import FlowChange
from taploom.report.plan import flow_words, words
from taploom.report.plan.effect_json import cause
from taploom.site.links import page_of, subject
from taploom.site.markup.block import Blocks, Figure, Paragraph, facts, paragraph, section, table
from taploom.site.markup.inline import Code, Inline, Link, Strong, code, prose
from taploom.site.page import Page
from taploom.site.revision import History, Revision
from taploom.site.view import SiteView

FOLDER = "changes"
_SHORT = 7
"""Minimum length of a commit's name in the path of its page; it is longer if two names begin alike."""
_SAID = {
    ChangeAction.ADD: "added",
    ChangeAction.CHANGE: "changed",
    ChangeAction.RENAME: "renamed",
    ChangeAction.REMOVE: "removed",
}


def pages(view: SiteView) -> Iterator[Page]:
    """The list of revisions, and a page for each."""
    history = view.history
    rows = ((one.commit.date[:10], _link(one, history), one.commit.author, *_summary(one)) for one in history.revisions)
    head = ("Date", "Change", "Author", "Objects", "Reachability", "Worst disruption")
    command = Link("reference/commands.md#plan", Code(("taploom plan",)))
    body = (
        Paragraph(
            (
                "The changes by the last revisions of the specs, the newest first. ",
                command,
                " compares any two revisions.",
            )
        ),
        *table(head, rows),
        *paragraph(prose(history.missing)),
    )
    yield Page(f"{FOLDER}/index.md", "Last changes", body, listed=True)
    for revision in history.revisions:
        yield _page(view, revision, _short(revision, history))


def changed(history: History) -> Inline:
    """The subject and date of the last change of the specs, for the overview; empty if there is no history."""
    return tuple(("Last change: ", _link(one, history), f", {one.commit.date[:10]}") for one in history.revisions[:1])


def _short(revision: Revision, history: History) -> str:
    """A prefix of the commit's name that no other commit with a page shares."""
    names = [one.commit.name for one in history.revisions]
    enough = (n for n in range(_SHORT, len(revision.commit.name)) if len({name[:n] for name in names}) == len(names))
    return revision.commit.name[: next(enough, None)]


def _link(revision: Revision, history: History) -> Link:
    name = _short(revision, history)
    return Link(f"{FOLDER}/{name}.md", revision.commit.subject or name)


def _summary(revision: Revision) -> tuple[Inline, Inline, Inline]:
    change = revision.change
    if revision.unread:
        return (Strong("cannot be read"), "", "")
    if change is None:
        return ("first revision", "", "")
    if not change.has_changes:
        return ("no changes", "", "")
    exposed = sum(one.exposed for one in change.flows)
    flows = len(flow_words.by_intent(change)) + len(flow_words.along(change))
    reach = words.plural(flows, "flow") if flows else ""
    exposures = Strong(words.plural(exposed, "new exposure"))
    return words.counts(change), exposures if exposed else reach, f"{change.worst.name}, {MEANINGS[change.worst]}"


def _page(view: SiteView, revision: Revision, short: str) -> Page:
    commit, change = revision.commit, revision.change
    about: list[tuple[str, Inline]] = [
        ("commit", code(commit.name)),
        ("date", code(commit.date)),
        ("author", commit.author),
        ("compared by", code(f"taploom plan --exact {commit.parent[:12]} {commit.name[:12]}") if change else ""),
    ]
    figures = (_figure(revision.picture[0], change),) if revision.picture and change else ()
    body = (
        *facts(about),
        *_errors(revision),
        *(_change(view, change, figures) if change else (_no_change(revision),)),
    )
    return Page(f"{FOLDER}/{short}.md", commit.subject or short, body, wide=bool(figures))


def _errors(revision: Revision) -> Blocks:
    if revision.sound or revision.unread:
        return ()
    said = Strong("The specs of this revision have errors:"), " only the parts without errors are compared."
    return (Paragraph(said),)


def _no_change(revision: Revision) -> Paragraph:
    if revision.unread:
        return Paragraph((Strong("The change of this revision is unknown:"), f" {revision.unread}"))
    return Paragraph("This is the first revision, so there is no earlier one to compare it with.")


def _figure(graph: Graph, change: Change) -> Figure:
    """The picture of a change; its text names every object, as the table below it does."""
    named = (
        f"{said.capitalize()}: {', '.join(one.name for one in change.objects if one.action is action)}."
        for action, said in _SAID.items()
        if change.count(action)
    )
    return Figure(graph, f"What changes from {change.before} to {change.after}", " ".join(named))


def _change(view: SiteView, change: Change, figures: tuple[Figure, ...]) -> Blocks:
    if not change.has_changes:
        return (Paragraph("The plan is the same as before: only comments, order or formatting of the specs changed."),)
    flow_head = ("Becomes", "From", "To", "Services", "Before", "After")
    return (
        Paragraph(f"{words.counts(change)}; flows: {flow_words.flow_counts(change)}."),
        *figures,
        *section("Reachability", table(flow_head, map(_flow, flow_words.told(change)))),
        *section("Running traffic", table(("Class", "Host", "What", "Effect", "Because"), _effects(view, change))),
        *section("Objects", table(("Change", "Object", "What"), (_object(view, one) for one in change.objects))),
        *section("Files", table(("Change", "File", "Lines"), _files(change))),
    )


def _flow(one: FlowChange) -> tuple[Inline, ...]:
    via = f" at {words.few(one.via)}" if one.via else ""
    turn = flow_words.verdict_word(one)
    return (
        Strong(turn) if one.exposed else turn,
        words.few(one.sources),
        words.few(one.destinations) + via,
        words.few(one.services),
        "the same at another address" if one.readdressed else flow_words.outcome(one.before),
        flow_words.outcome(one.after),
    )


def _effects(view: SiteView, change: Change) -> Iterator[tuple[Inline, ...]]:
    for one in change.disruption:
        host = _now(view, f"host/{one.host}", one.host)
        yield one.grade.name, host, code(one.device), one.effect.value, cause(one)


def _object(view: SiteView, one: ObjectChange) -> tuple[Inline, ...]:
    name = f"{one.was} → " if one.was else "", _now(view, one.name, one.name)
    whole = one.action in (ChangeAction.ADD, ChangeAction.REMOVE)
    what = words.summary_of(one) if whole else "; ".join(map(words.field, one.fields))
    return _sign(one.action), name, what


def _sign(action: ChangeAction) -> Inline:
    return code(words.SIGNS[action]), f" {_SAID[action]}"


def _files(change: Change) -> Iterator[tuple[Inline, ...]]:
    for one in change.files:
        yield _sign(one.action), code(one.path), f"+{one.added} \N{MINUS SIGN}{one.removed}"


def _now(view: SiteView, name: str, shown: str) -> Inline:
    """A link to the object if the plan still has it, else its name."""
    kind, _, rest = name.partition("/")
    return subject(name) if page_of(kind, rest) and rest in view.named[kind] else shown
