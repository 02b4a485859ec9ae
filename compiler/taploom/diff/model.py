"""A change as data: the only input of renderers.

Before and after are values, never texts for display; each part knows the entries of the spec that cause it. Pages,
comments, terminals and programs all get the same object, so that they cannot contradict each other.
"""

import enum
from collections.abc import Mapping

from taploom.base.frozen import dataclass
from taploom.diff.classes import Class
from taploom.diff.effects import Disruption, Survivor
from taploom.diff.verdicts import FlowChange, VerdictChange
from taploom.plan.origin import Origin

FieldValue = None | bool | int | str | tuple["FieldValue", ...] | Mapping[str, "FieldValue"]
"""A value of a field, of a type that JSON has; sets are sorted tuples."""


class ChangeAction(enum.Enum):
    """The kind of change of an object or file."""

    ADD = "add"
    CHANGE = "change"
    RENAME = "rename"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of an object; None on the side that lacks it."""

    name: str
    before: FieldValue
    after: FieldValue


@dataclass(frozen=True, slots=True)
class ObjectChange:
    """The change of one object of the spec.

    Attributes:
        name: `kind/name`, with the name after the change if the object still exists.
        host: host that the object is on, or "" if it belongs to no single host.
        was: `kind/name` before a rename, else "".
        likely: for an added object, the removed object that may have been renamed to it; else "".
        fields: the fields that differ; all fields of an added or removed object.
        before: the object's entry in the base, or None.
        after: the object's entry in the head, or None.
        owner: the owner that the spec names, or "".
    """

    action: ChangeAction
    name: str
    host: str
    was: str
    likely: str
    fields: tuple[FieldChange, ...]
    before: Origin | None
    after: Origin | None
    owner: str

    @property
    def kind(self) -> str:
        """The part of the name before the slash."""
        return self.name.partition("/")[0]


@dataclass(frozen=True, slots=True)
class FileLine:
    """One line of a hunk: `+`, `-` or a blank for context."""

    sign: str
    text: str


@dataclass(frozen=True, slots=True)
class Hunk:
    """A part of a file that differs.

    Attributes:
        heading: the objects that cause the difference, such as `forward/http`.
        place: the set, chain or section of the file in which the part begins, or "".
        old: number of its first line in the base, counted from 1; 0 if the base has no such file.
        new: number of its first line in the head, likewise.
        lines: the lines that differ, with equal lines around them.
    """

    heading: tuple[str, ...]
    place: str
    old: int
    new: int
    lines: tuple[FileLine, ...]


@dataclass(frozen=True, slots=True)
class FileChange:
    """The change of one rendered file.

    Attributes:
        path: its path in the rendered tree.
        host: the host or guest that the file is for.
        target: folder of its backend, such as `networkd`.
        cause: the entry that causes the first line that differs; the host's own entry only if there is no other.
        was: True if `cause` is an entry of the base.
    """

    action: ChangeAction
    path: str
    host: str
    target: str
    hunks: tuple[Hunk, ...]
    cause: Origin | None
    was: bool

    @property
    def added(self) -> int:
        """Number of lines added."""
        return sum(line.sign == "+" for hunk in self.hunks for line in hunk.lines)

    @property
    def removed(self) -> int:
        """Number of lines removed."""
        return sum(line.sign == "-" for hunk in self.hunks for line in hunk.lines)


class GateVerdict(enum.Enum):
    """The verdict of a gate."""

    PASS = "pass"
    WAIVED = "waived"
    DENY = "deny"


@dataclass(frozen=True, slots=True)
class GateResult:
    """The result of one gate for a change.

    Attributes:
        gate: its key in the specs.
        object: `kind/name` of the object that the result is for, or "" for the change as a whole.
        message: a sentence.
        reason: the reason of the waiver, or "".
    """

    gate: str
    object: str
    verdict: GateVerdict
    message: str
    reason: str


@dataclass(frozen=True, slots=True)
class Change:
    """The comparison of two plans in full.

    Attributes:
        before: label of the base.
        after: label of the head.
        sound: True if the head compiles; if it does not, no files are compared, since none can be rendered.
        notes: sentences about how far the comparison can be trusted.
        hosts: all hosts of the head.
        objects: sorted by name.
        flows: exposures first, then direct changes before implied and inherited ones.
        disruption: the worst first.
        undo: the class of disruption if the base is restored; the removal of guests that the change adds does not
            count.
        survivors: connections that outlive the entry that let them in.
        gates: results of the gates of both sides, failures first.
        files: sorted by path.
    """

    before: str
    after: str
    sound: bool
    notes: tuple[str, ...]
    hosts: tuple[str, ...]
    objects: tuple[ObjectChange, ...]
    flows: tuple[FlowChange, ...]
    disruption: tuple[Disruption, ...]
    undo: Class
    survivors: tuple[Survivor, ...]
    gates: tuple[GateResult, ...]
    files: tuple[FileChange, ...]

    @property
    def has_changes(self) -> bool:
        """Whether anything differs other than comments and order."""
        return bool(self.objects or self.flows or self.files)

    @property
    def worst(self) -> Class:
        """The class of the change as a whole."""
        return max((one.grade for one in self.disruption), default=Class.D0)

    @property
    def failed_gates(self) -> tuple[GateResult, ...]:
        """The results that deny the change and are not waived."""
        return tuple(one for one in self.gates if one.verdict is GateVerdict.DENY)

    def count(self, *actions: ChangeAction) -> int:
        """Number of objects with one of these actions."""
        return sum(one.action in actions for one in self.objects)

    def flows_by(self, change: VerdictChange) -> tuple[FlowChange, ...]:
        """The flows with this kind of change."""
        return tuple(flow for flow in self.flows if flow.change is change)
