"""A change as one page that needs nothing else: no script, no font, no picture from anywhere.

Tables and folds are HTML's own, so it can be read on paper, without a network and by a screen reader. A policy in the
page itself forbids everything that is not in it, should a name ever get past the escaping.
"""

from collections.abc import Iterable, Iterator

from netloom.diff.classes import MEANINGS
from netloom.diff.model import Change, FileChange
from netloom.diff.verdicts import FlowChange
from netloom.report.plan import words
from netloom.report.plan.effect_json import cause
from netloom.report.plan.escape import html

_STYLE = """
:root { color-scheme: light dark; --add: #1a7f37; --del: #cf222e; --line: #8886; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin: 0 0 1.5rem; }
th, td { border: 1px solid var(--line); padding: .3rem .6rem; text-align: left; vertical-align: top;
  overflow-wrap: anywhere; }
pre { overflow-x: auto; border: 1px solid var(--line); padding: .6rem; tab-size: 4; }
ins { color: var(--add); text-decoration: none; } del { color: var(--del); text-decoration: none; }
.exposed { border-left: .4rem solid var(--del); } summary { cursor: pointer; padding: .2rem 0; }
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def change_html(change: Change) -> str:
    """The whole page."""
    body = "\n".join(_body(change))
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Network plan: {words.counts(change)}</title>\n<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _body(change: Change) -> Iterator[str]:
    if not change.has_changes:
        yield "<h1>Network plan: no changes</h1>"
        yield f"<p>{html(change.before)} → {html(change.after)}</p>"
        return
    yield f"<h1>Network plan: {words.counts(change)}</h1>"
    yield f"<p>{html(change.before)} → {html(change.after)}. Flows: {words.flow_counts(change)}. "
    yield f"Worst disruption: <b>{change.worst.name}</b> ({MEANINGS[change.worst]}). "
    yield f"Policy: {words.gate_counts(change)}.</p>"
    yield from (f"<p><b>Note:</b> {html(note)}.</p>" for note in change.notes)
    yield from _section("Reachability", ("", "From", "To", "Services", "Before", "After", "Example"), _flows(change))
    yield from _section("What applying does", ("Class", "Host", "Object", "Effect", "Cause"), _disruption(change))
    yield from _section("Changes", ("", "Object", "What", "Spec"), _changes(change))
    yield from _section("Policy", ("", "Gate", "Result"), _gates(change))
    yield f"<h2>Files</h2>\n<p>{words.plural(len(change.files), 'file')}</p>"
    yield from (_file(one) for one in change.files)


def _section(title: str, columns: Iterable[str], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    listed = list(rows)
    if listed:
        yield f"<h2>{title}</h2>\n<table>\n<thead><tr>{''.join(f'<th>{name}</th>' for name in columns)}</tr></thead>"
        yield "<tbody>"
        yield from (f"<tr>{''.join(f'<td>{html(cell)}</td>' for cell in row)}</tr>" for row in listed)
        yield "</tbody>\n</table>"


def _flows(change: Change) -> Iterator[tuple[str, ...]]:
    return (_flow(one) for one in change.flows if not one.implied)


def _flow(one: FlowChange) -> tuple[str, ...]:
    via = f" at {words.few(one.via)}" if one.via else ""
    return (
        words.turn(one) + (" (comes or goes with it)" if one.inherited else ""),
        words.few(one.sources),
        words.few(one.destinations) + via,
        words.few(one.services),
        words.outcome(one.before),
        words.outcome(one.after),
        words.example(one) + words.where(one),
    )


def _disruption(change: Change) -> Iterator[tuple[str, ...]]:
    return ((one.grade.name, one.host, one.device, one.effect.value, cause(one)) for one in change.disruption)


def _changes(change: Change) -> Iterator[tuple[str, ...]]:
    for one in change.objects:
        name = f"{one.was} → {one.name}" if one.was else one.name
        added = one.before is None or one.after is None
        what = words.summary_of(one) if added else "; ".join(map(words.field, one.fields))
        yield words.SIGNS[one.action], name, what, words.place(one.after) or words.place(one.before)


def _gates(change: Change) -> Iterator[tuple[str, ...]]:
    return ((one.verdict.value, one.gate, one.message + f" ({one.reason})" * bool(one.reason)) for one in change.gates)


def _file(one: FileChange) -> str:
    lines = [line for hunk in one.hunks for line in _hunk(words.heading(hunk), ((x.sign, x.text) for x in hunk.lines))]
    title = f"{html(one.path)} ({one.action.value}, +{one.added} -{one.removed})"
    return f"<details><summary>{title}</summary>\n<pre>{chr(10).join(lines)}</pre>\n</details>"


def _hunk(heading: str, lines: Iterable[tuple[str, str]]) -> Iterator[str]:
    yield f"<b>@@ {html(heading)} @@</b>"
    tags = {"+": "ins", "-": "del"}
    for sign, text in lines:
        shown = sign + "\t".join(html(part) for part in text.split("\t"))
        yield f"<{tags[sign]}>{shown}</{tags[sign]}>" if sign in tags else shown
