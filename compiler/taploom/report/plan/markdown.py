"""Prints a change as a comment on a pull request: decisions first, details folded, and never longer than forges allow.

Each part is a list of blocks (a row, or a fold with its fence). If the comment gets too long, whole blocks are omitted,
so that each open fence and fold is closed, and the comment states the number of omitted blocks.
"""

import hashlib
from collections.abc import Iterable, Iterator

from taploom.base.frozen import dataclass
from taploom.diff.classes import MEANINGS
from taploom.diff.model import Change
from taploom.report.plan import flow_words, words
from taploom.report.plan.escape import code, prose
from taploom.report.plan.json import change_json
from taploom.report.plan.links import NO_LINKS, Links
from taploom.report.plan.markdown_files import file_blocks
from taploom.report.plan.markdown_parts import applying, changes, decisions, disruption, flows, foot, gates, more_flows
from taploom.report.plan.mermaid import topology

LIMIT = 65_000
"""Maximum size of a comment in bytes; GitHub allows 65,536 characters."""

MARK = "taploom:plan v1"

_FLOW = ("", "From", "To", "Services", "Before", "After", "Spec")
_EFFECT = ("Object", "Host", "Class", "Effect", "Cause", "Spec")


@dataclass(frozen=True, slots=True)
class ReportSection:
    """One section of the comment.

    Attributes:
        head: text before the blocks; omitted if no block is left.
        blocks: rows or folds; the last ones may be omitted.
        tail: text after the blocks; omitted if no block is left.
        noun: noun for a block in the note about omitted blocks.
    """

    head: str
    blocks: list[str]
    tail: str
    noun: str


def change_markdown(
    change: Change, *, key: str = "default", limit: int = LIMIT, link: str = "", links: Links = NO_LINKS
) -> str:
    """The whole comment, with a line end.

    Args:
        change: the change to show.
        key: key that distinguishes the comments of several sites in one repository.
        limit: maximum size of the comment in bytes.
        link: URL of the whole plan, or "".
        links: URLs of lines of the specs.
    """
    head = f"{_mark(change, key)}\n{_summary(change)}\n"
    if not change.has_changes:
        return head
    parts = [ReportSection(*part) for part in _parts(change, links)]
    tail = f"{foot(change, link)}\n"
    room = limit - len(head.encode()) - len(tail.encode()) - 400
    body, left_out = _fitted(parts, room)
    cut = _left_out(left_out, link) if left_out else ""
    return f"{head}{body}{cut}{tail}"


def _parts(change: Change, links: Links) -> Iterator[tuple[str, list[str], str, str]]:
    yield "\n### Decide these\n\n", decisions(change, links), "", "decision"
    yield _table("Reachability", _FLOW, flows(change, links), "flow")
    yield _fold(_fold_title(change), more_flows(change), "example")
    yield _table("What applying does to running traffic", _EFFECT, disruption(change, links), "effect")
    yield _table("Changes", ("", "Object", "Change", "Spec"), changes(change, links), "object")
    yield _table("Gates", ("", "Gate", "Result"), gates(change), "gate")
    yield "\n### Topology\n\n", topology(change), "", "diagram"
    yield "\n### Generated files\n\n", file_blocks(change), "", "file"
    yield "\n### Apply and undo\n\n", applying(change), "", "command list"


def _table(title: str, columns: tuple[str, ...], rows: list[str], noun: str) -> tuple[str, list[str], str, str]:
    head = "|".join(f" {name} " if name else " " for name in columns)
    return f"\n### {title}\n\n|{head}|\n|{'---|' * len(columns)}\n", rows, "", noun


def _fold(title: str, blocks: list[str], noun: str) -> tuple[str, list[str], str, str]:
    return f"\n<details><summary>{title}</summary>\n\n", blocks, "\n</details>\n", noun


def _fold_title(change: Change) -> str:
    kinds = ["of objects that are added or removed"] if flow_words.along(change) else []
    kinds += ["that stay, at another address"] if flow_words.as_before(change) else []
    examples = bool(flow_words.by_intent(change))
    if not kinds:
        return "An example packet for each row" if examples else "Flows that no entry decides"
    return f"Flows {' or '.join(kinds)}" + ", and examples" * examples


def _fitted(parts: Iterable[ReportSection], room: int) -> tuple[str, list[tuple[int, str]]]:
    """The text of the blocks that fit, earlier parts first, and the number of omitted blocks of each part."""
    text: list[str] = []
    left_out: list[tuple[int, str]] = []
    for part in parts:
        if not part.blocks:
            continue
        size = len(part.head.encode()) + len(part.tail.encode())
        kept: list[str] = []
        for block in part.blocks:
            if size + len(block.encode()) > room:
                break
            size += len(block.encode())
            kept.append(block)
        if len(kept) < len(part.blocks):
            left_out.append((len(part.blocks) - len(kept), part.noun))
        if kept:
            text += [part.head, *kept, part.tail]
            room -= size
    return "".join(text), left_out


def _left_out(found: list[tuple[int, str]], link: str) -> str:
    counts = ", ".join(words.plural(count, noun) for count, noun in found)
    where = f" [The whole plan]({link})." if link else " `taploom plan --format json` has all of it."
    return f"\n> **Cut to the size of a comment:** {counts} left out.{where}\n"


def _mark(change: Change, key: str) -> str:
    """The hidden line by which a later run finds the comment to update it."""
    digest = hashlib.sha256(change_json(change).encode()).hexdigest()
    safe = "".join(char for char in key if char.isalnum() or char in "-_./")
    return f"<!-- {MARK} key={safe} plan=sha256:{digest} -->"


def _summary(change: Change) -> str:
    """The heading, which is visible while the comment is collapsed, and the table below the heading."""
    if not change.has_changes:
        return f"## Network plan: no changes\n\n{code(change.before)} → {code(change.after)}" + _notes(change)
    exposed = sum(one.exposed for one in change.flows)
    verdict = "needs review" if exposed or change.worst >= 4 or change.failed_gates else "routine"
    verdict = verdict if change.sound else "does not compile"
    exposures = f"{words.plural(exposed, 'new exposure')}, " if exposed else ""
    touched = sorted({one.host for one in change.files if one.path.startswith("hosts/")})
    quiet = [host for host in change.hosts if host not in touched]
    lines = [
        f"## Network plan: **{verdict}** - {exposures}worst disruption {change.worst.name} ({MEANINGS[change.worst]})",
        "",
        f"**Plan: {words.counts(change)}**"
        + (f" on {', '.join(map(code, touched)) or 'no host'}" if change.sound else "")
        + (f" · {', '.join(map(code, quiet[:8]))}: no changes" if quiet and change.sound else "")
        + f" · flows: **{flow_words.flow_counts(change)}**",
        "",
        "| | |",
        "|---|---|",
        f"| Compared | {code(change.before)} → {code(change.after)} |",
        f"| Files | {_files(change)} |",
        f"| Gates | {words.gate_counts(change)} |",
        f"| Undo | at most {change.undo.name} ({MEANINGS[change.undo]}) |",
    ]
    return "\n".join(lines) + _notes(change)


def _files(change: Change) -> str:
    if not change.sound:
        return "nothing can be rendered"
    return words.plural(len(change.files), "rendered file") + (" differs" if len(change.files) == 1 else " differ")


def _notes(change: Change) -> str:
    return "".join(f"\n\n> **Note:** {prose(note)}." for note in change.notes)
