"""Prints a change as one self-contained HTML page, without scripts and without external fonts or pictures.

Tables and folds are plain HTML, so the page can be read on paper, offline and by a screen reader. If escaping ever
fails for a name, the Content-Security-Policy of the page still forbids scripts and external resources.
"""

from collections.abc import Iterable, Iterator

from taploom.diff.classes import MEANINGS
from taploom.diff.model import Change
from taploom.report.plan import flow_words, words
from taploom.report.plan.escape import html
from taploom.report.plan.html_parts import applying, changes, decisions, disruption, file, flows, gates
from taploom.report.plan.html_style import STYLE

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def change_html(change: Change, picture: str = "") -> str:
    """The whole page as HTML.

    Args:
        change: the change to show.
        picture: diagram of the difference as SVG, or "".
    """
    body = "\n".join(_body(change, picture))
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Network plan: {words.counts(change)}</title>\n<style>{STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _body(change: Change, picture: str) -> Iterator[str]:
    if not change.has_changes:
        yield "<h1>Network plan: no changes</h1>"
        yield f"<p>{html(change.before)} → {html(change.after)}</p>"
        return
    yield f"<h1>Network plan: {words.counts(change)}</h1>"
    yield f"<p>{html(change.before)} → {html(change.after)}. Flows: {flow_words.flow_counts(change)}. "
    yield f"Worst disruption: <b>{change.worst.name}</b> ({MEANINGS[change.worst]}). "
    yield f"Undoing it: at most <b>{change.undo.name}</b>. Gates: {words.gate_counts(change)}.</p>"
    yield from (f"<p><b>Note:</b> {html(note)}.</p>" for note in change.notes)
    yield from decisions(change)
    if picture:
        yield f'<h2>Topology</h2>\n<div class="picture" role="img" aria-label="What changes">{picture}</div>'
    yield from _section("Reachability", ("", "From", "To", "Services", "Before", "After", "Example"), flows(change))
    yield from _section("What applying does", ("Class", "Host", "Object", "Effect", "Cause"), disruption(change))
    yield from _section("Changes", ("", "Object", "What", "Spec"), changes(change))
    yield from _section("Gates", ("", "Gate", "Result"), gates(change))
    yield f"<h2>Files</h2>\n<p>{words.plural(len(change.files), 'file')}</p>"
    yield from (file(one) for one in change.files)
    yield from applying(change)
    legend = " · ".join(f"{grade.name} {text}" for grade, text in MEANINGS.items())
    yield f'<p class="foot">{html(legend)}.<br>{html(words.NOT_ANALYSED)}</p>'


def _section(title: str, columns: Iterable[str], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    listed = list(rows)
    if listed:
        yield f'<h2>{title}</h2>\n<div class="wide"><table>'
        yield f"<thead><tr>{''.join(f'<th>{name}</th>' for name in columns)}</tr></thead>"
        yield "<tbody>"
        yield from (f"<tr>{''.join(f'<td>{html(cell)}</td>' for cell in row)}</tr>" for row in listed)
        yield "</tbody>\n</table></div>"
