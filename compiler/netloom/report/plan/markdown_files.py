"""The differences of rendered files in a comment: a fold each, with less around a change than a terminal gets."""

from collections.abc import Iterator

from netloom.diff.model import Action, Change, FileChange, Hunk
from netloom.report.plan import words
from netloom.report.plan.escape import fence, html

_BYTES = 9_000
"""All folds together: who wants every line of every file has it from the page and from the rendered tree."""
_LINES = 60
_AROUND = 1


def file_blocks(change: Change) -> list[str]:
    """A fold for each file, those that hosts load first; what is beyond the bound is listed in one."""
    ordered = sorted(change.files, key=lambda one: (one.target == "nixos", one.path.startswith("guests/"), one.path))
    found: list[str] = []
    rest: list[FileChange] = []
    room = _BYTES
    for one in ordered:
        block = _fold(one)
        if rest or len(block.encode()) > room:
            rest.append(one)
        else:
            found.append(block)
            room -= len(block.encode())
    return found + ([_listed(rest)] if rest else [])


def _fold(one: FileChange) -> str:
    lines: list[str] = []
    for hunk in one.hunks:
        lines += [f"@@ {words.heading(hunk)} @@", *_near(hunk)]
    if len(lines) > _LINES:
        lines = [*lines[:_LINES], f"@@ {len(lines) - _LINES} more lines @@"]
    ticks = fence(lines)
    body = "\n".join(lines)
    return f"<details><summary>{_title(one)}</summary>\n\n{ticks}diff\n{body}\n{ticks}\n</details>\n"


def _near(hunk: Hunk) -> Iterator[str]:
    """The changed lines with one line of context."""
    changed = [number for number, line in enumerate(hunk.lines) if line.sign != " "]
    kept = {number + step for number in changed for step in range(-_AROUND, _AROUND + 1)}
    return (f"{line.sign}{line.text}" for number, line in enumerate(hunk.lines) if number in kept)


def _title(one: FileChange) -> str:
    kind = {Action.ADD: "new file", Action.REMOVE: "removed"}.get(one.action, "changed")
    name = html(one.path.split("/", 2)[2])
    return f"<b>{html(one.host)}</b> · <code>{name}</code> · {kind} · +{one.added} -{one.removed}"


def _listed(rest: list[FileChange]) -> str:
    shown = "".join(f"<li>{_title(one)}</li>\n" for one in rest[:40])
    more = f"<li>and {len(rest) - 40:,} more</li>\n" if len(rest) > 40 else ""
    count = words.plural(len(rest), "more file")
    return f"<details><summary>{count}</summary>\n<ul>\n{shown}{more}</ul>\n</details>\n"
