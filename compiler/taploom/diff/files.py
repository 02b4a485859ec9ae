"""The rendered files that differ, as unified differences whose headings name the object that is the cause."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

from taploom.backends.artifact import Artifact, Line
from taploom.backends.targets import artifacts_of
from taploom.base.frozen import dataclass
from taploom.base.parallel import spread
from taploom.diff.lines import LineBlock, changed_blocks
from taploom.diff.model import ChangeAction, FileChange, FileLine, Hunk
from taploom.plan.guest import Guest
from taploom.plan.host import Host
from taploom.plan.interfaces import inside
from taploom.plan.origin import Origin, object_of
from taploom.plan.site import Plan

WORTH_A_PROCESS = 200
"""Number of bridge ports whose files take longer to print than a process takes to start."""
CONTEXT = 3
"""Number of equal lines around a change."""
_OPENS = re.compile(r"^(\s*)((?:set|map|chain) [\w.-]+) \{$|^(\[\w+\])$")
_CLOSES = re.compile(r"^(\s*)\}$")


@dataclass(frozen=True, slots=True)
class _Machine:
    """A host or guest that differs between the sides; None on the side where it does not exist."""

    before: Host | Guest | None
    after: Host | Guest | None

    @property
    def weight(self) -> int:
        """Estimate of the printing work: the number of bridge ports on both sides."""
        hosts = [side for side in (self.before, self.after) if isinstance(side, Host)]
        return 1 + sum(len(each.ports) for host in hosts for each in inside(host))


def _machines_apart(before: Plan, after: Plan) -> Iterator[_Machine]:
    """The hosts and guests whose files can differ; equal machines have equal files."""
    for old, new in ((before.hosts, after.hosts), (before.guests, after.guests)):
        one, other = _by_name(old), _by_name(new)
        found = (_Machine(one.get(name), other.get(name)) for name in sorted(one.keys() | other.keys()))
        yield from (machine for machine in found if machine.before != machine.after)


def _by_name(machines: Iterable[Host | Guest]) -> Mapping[str, Host | Guest]:
    return {machine.name: machine for machine in machines}


def files_apart(before: Plan, after: Plan) -> tuple[FileChange, ...]:
    """The files of two plans that differ, sorted by path; several processes print the files of a large site."""

    def work(machine: _Machine) -> tuple[FileChange, ...]:
        old, new = (artifacts_of(side) if side else () for side in (machine.before, machine.after))
        return compare_files(old, new)

    weights = ((machine, machine.weight) for machine in _machines_apart(before, after))
    return tuple(sorted(chain.from_iterable(spread(work, weights, WORTH_A_PROCESS)), key=lambda change: change.path))


def compare_files(before: Iterable[Artifact], after: Iterable[Artifact]) -> tuple[FileChange, ...]:
    """The files that differ, sorted by path."""
    old, new = ({artifact.path: artifact for artifact in artifacts} for artifacts in (before, after))
    found = []
    for path in sorted(old.keys() | new.keys()):
        lines = (_lines(old.get(path)), _lines(new.get(path)))
        blocks = changed_blocks(*([line.text for line in side] for side in lines))
        if blocks or path not in old or path not in new:
            action = (
                ChangeAction.ADD if path not in old else ChangeAction.REMOVE if path not in new else ChangeAction.CHANGE
            )
            hunks = tuple(_hunk(*lines, group) for group in _grouped(blocks))
            found.append(FileChange(action, path, *_place(path), hunks, *_cause(*lines, blocks)))
    return tuple(found)


def _place(path: str) -> tuple[str, str]:
    """Owner and target of `hosts/H/TARGET/…`; the NixOS module of a guest is in no folder of a target."""
    _, owner, rest = path.split("/", 2)
    return owner, rest.partition("/")[0] if "/" in rest else "nixos"


def _lines(artifact: Artifact | None) -> tuple[Line, ...]:
    return artifact.lines if artifact else ()


def _cause(old: Sequence[Line], new: Sequence[Line], blocks: Iterable[LineBlock]) -> tuple[Origin | None, bool]:
    changed = (
        (line, was)
        for i1, i2, j1, j2 in blocks
        for lines, was in ((new[j1:j2], False), (old[i1:i2], True))
        for line in lines
    )
    origins = [(line.origin, was) for line, was in changed if line.origin and line.text.strip()]
    outside = (pair for pair in origins if not pair[0].entry.startswith("hosts."))
    return next(outside, origins[0] if origins else (None, False))


def _grouped(blocks: Iterable[LineBlock]) -> Iterator[list[LineBlock]]:
    """Groups of blocks that are so close that their context lines touch."""
    group: list[LineBlock] = []
    for block in blocks:
        if group and block[0] - group[-1][1] > 2 * CONTEXT:
            yield group
            group = []
        group.append(block)
    if group:
        yield group


def _hunk(old: Sequence[Line], new: Sequence[Line], group: Sequence[LineBlock]) -> Hunk:
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
    """The set, map or chain of a ruleset, or the section of a unit, that contains a line; "" if there is none."""
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
