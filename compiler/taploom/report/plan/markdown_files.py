"""Prints the differences of rendered files in a comment: in folds, with fewer lines of context than on a terminal."""

from collections.abc import Iterator
from itertools import groupby

from taploom.diff.model import Change, ChangeAction, FileChange, Hunk
from taploom.report.plan import words
from taploom.report.plan.escape import fence, html

_BYTES = 9_000
"""Maximum size of all folds together in bytes; the HTML page has every line of every file."""
_LINES = 60
_AROUND = 1


def file_blocks(change: Change) -> list[str]:
    """A fold for each host and target, first for files that hosts load; a last fold lists the files over the limit."""
    ordered = sorted(change.files, key=lambda one: (one.target == "nixos", one.path.startswith("guests/"), one.path))
    found: list[str] = []
    rest: list[FileChange] = []
    room = _BYTES
    for _, group in groupby(ordered, key=lambda one: (one.path.startswith("guests/"), one.host, one.target)):
        files = list(group)
        block = _fold(files)
        if rest or len(block.encode()) > room:
            rest += files
        else:
            found.append(block)
            room -= len(block.encode())
    return found + ([_listed(rest)] if rest else [])


def _fold(files: list[FileChange]) -> str:
    lines = [line for one in files for hunk in one.hunks for line in (_heading(one, hunk, len(files)), *_near(hunk))]
    if len(lines) > _LINES:
        lines = [*lines[:_LINES], f"@@ {len(lines) - _LINES} more lines @@"]
    ticks = fence(lines)
    body = "\n".join(lines)
    title = _title(files[0]) if len(files) == 1 else _titles(files)
    return f"<details><summary>{title}</summary>\n\n{ticks}diff\n{body}\n{ticks}\n</details>\n"


def _heading(one: FileChange, hunk: Hunk, files: int) -> str:
    """The heading of a hunk, which names the file if the fold contains several files."""
    name = one.path.rpartition("/")[2]
    kind = {ChangeAction.ADD: "new file", ChangeAction.REMOVE: "removed"}.get(one.action, "")
    return f"@@ {' · '.join(filter(None, (name if files > 1 else '', kind, words.heading(hunk))))} @@"


def _titles(files: list[FileChange]) -> str:
    kinds = ((ChangeAction.ADD, "new"), (ChangeAction.CHANGE, "changed"), (ChangeAction.REMOVE, "removed"))
    counts = [f"{count} {word}" for kind, word in kinds if (count := sum(one.action is kind for one in files))]
    added, removed = sum(one.added for one in files), sum(one.removed for one in files)
    first = files[0]
    return f"<b>{html(first.host)}</b> · {html(first.target)} · {', '.join(counts)} · +{added} -{removed}"


def _near(hunk: Hunk) -> Iterator[str]:
    """The changed lines of a hunk with `_AROUND` lines of context."""
    changed = [number for number, line in enumerate(hunk.lines) if line.sign != " "]
    kept = {number + step for number in changed for step in range(-_AROUND, _AROUND + 1)}
    return (f"{line.sign}{line.text}" for number, line in enumerate(hunk.lines) if number in kept)


def _title(one: FileChange) -> str:
    kind = {ChangeAction.ADD: "new file", ChangeAction.REMOVE: "removed"}.get(one.action, "changed")
    name = html(one.path.split("/", 2)[2])
    return f"<b>{html(one.host)}</b> · <code>{name}</code> · {kind} · +{one.added} -{one.removed}"


def _listed(rest: list[FileChange]) -> str:
    shown = "".join(f"<li>{_title(one)}</li>\n" for one in rest[:40])
    more = f"<li>and {len(rest) - 40:,} more</li>\n" if len(rest) > 40 else ""
    count = words.plural(len(rest), "more file")
    return f"<details><summary>{count}</summary>\n<ul>\n{shown}{more}</ul>\n</details>\n"
