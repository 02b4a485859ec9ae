"""The rendered files that differ, as unified differences whose headings name the object that is the cause."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from netloom.backends.artifact import Artifact, Line
from netloom.diff.lines import Block, changed_blocks
from netloom.diff.model import Action, FileChange, FileLine, Hunk
from netloom.plan.origin import object_of

CONTEXT = 3
"""Equal lines around a change."""
_OPENS = re.compile(r"^(\s*)((?:set|map|chain) [\w.-]+) \{$|^(\[\w+\])$")
_CLOSES = re.compile(r"^(\s*)\}$")


def compare_files(before: Iterable[Artifact], after: Iterable[Artifact]) -> tuple[FileChange, ...]:
    """The files of hosts and guests that differ, sorted by path; `plan.json` tells nothing that is not told better."""
    old, new = _by_path(before), _by_path(after)
    found = []
    for path in sorted(old.keys() | new.keys()):
        hunks = tuple(_hunks(_lines(old.get(path)), _lines(new.get(path))))
        if hunks or path not in old or path not in new:
            action = Action.ADD if path not in old else Action.REMOVE if path not in new else Action.CHANGE
            found.append(FileChange(action, path, *_place(path), hunks))
    return tuple(found)


def _by_path(artifacts: Iterable[Artifact]) -> Mapping[str, Artifact]:
    return {artifact.path: artifact for artifact in artifacts if "/" in artifact.path}


def _place(path: str) -> tuple[str, str]:
    """Owner and target of `hosts/H/TARGET/…`; NixOS modules of guests are a file of their own."""
    _, owner, rest = path.split("/", 2)
    return owner, rest.partition("/")[0] if "/" in rest else "nixos"


def _lines(artifact: Artifact | None) -> tuple[Line, ...]:
    return artifact.lines if artifact else ()


def _hunks(old: Sequence[Line], new: Sequence[Line]) -> Iterator[Hunk]:
    blocks = changed_blocks([line.text for line in old], [line.text for line in new])
    for group in _grouped(blocks):
        yield _hunk(old, new, group)


def _grouped(blocks: Iterable[Block]) -> Iterator[list[Block]]:
    """Blocks whose context would touch stand together."""
    group: list[Block] = []
    for block in blocks:
        if group and block[0] - group[-1][1] > 2 * CONTEXT:
            yield group
            group = []
        group.append(block)
    if group:
        yield group


def _hunk(old: Sequence[Line], new: Sequence[Line], group: Sequence[Block]) -> Hunk:
    first, start = max(group[0][0] - CONTEXT, 0), group[0][2] - min(CONTEXT, group[0][0])
    shown: list[FileLine] = []
    causes: dict[str, None] = {}
    at = first
    for i1, i2, j1, j2 in group:
        shown += [FileLine(" ", line.text) for line in old[at:i1]]
        for sign, lines in (("-", old[i1:i2]), ("+", new[j1:j2])):
            shown += [FileLine(sign, line.text) for line in lines]
            causes |= {object_of(line.origin.entry): None for line in lines if line.origin}
        at = i2
    shown += [FileLine(" ", line.text) for line in old[at : at + CONTEXT]]
    place = _place_of(new, group[0][2]) if new else _place_of(old, group[0][0])
    return Hunk(tuple(filter(None, causes)), place, first + 1 if old else 0, start + 1 if new else 0, tuple(shown))


def _place_of(lines: Sequence[Line], at: int) -> str:
    """The set, map or chain of a ruleset, or the section of a unit, that a line is in; "" behind the end of one."""
    closed: set[str] = set()
    for number in range(min(at, len(lines) - 1), -1, -1):
        text = lines[number].text
        found = _OPENS.match(text)
        if found:
            return found[3] or ("" if found[1] in closed else found[2])
        ended = _CLOSES.match(text) if number < at else None
        if ended:
            closed.add(ended[1])
    return ""
