"""The units of systemd-networkd as data.

A unit is a list of sections, a section a list of assignments, both in the order in which they are printed: sections may
repeat (`[Route]`), keys may repeat (`Address=`), and networkd unites the repetitions. Values keep their type, since Nix
wants a number where a unit file has digits. Only the modules that lower a plan know what a key means.
"""

import enum
from collections.abc import Iterable
from typing import NamedTuple

from taploom.base.frozen import dataclass
from taploom.base.names import digest
from taploom.plan.origin import Origin

AssignmentValue = str | int | bool
_SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")


class UnitKind(enum.Enum):
    """The kinds of units; the value is the suffix of the file."""

    NETWORK = "network"
    NETDEV = "netdev"


class Assignment(NamedTuple):
    """One assignment, `Key=value`."""

    key: str
    value: AssignmentValue
    origin: Origin


class Section(NamedTuple):
    """One section, such as `[Match]`.

    Attributes:
        name: the name without the brackets.
        assignments: its assignments, never empty in a unit: `unit` leaves out sections without assignments.
    """

    name: str
    assignments: tuple[Assignment, ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit file of systemd-networkd.

    Attributes:
        stem: file name without its suffix, such as `06-taploom-br-dmz`; networkd tries the `[Match]`
            of units in the order of these names, and the first match wins.
        kind: the kind of the unit.
        sections: the sections in the order of the man page.
        origin: the entry of the spec that causes the unit as a whole.
    """

    stem: str
    kind: UnitKind
    sections: tuple[Section, ...]
    origin: Origin

    @property
    def name(self) -> str:
        """The name of the file, such as `06-taploom-br-dmz.network`."""
        return f"{self.stem}.{self.kind.value}"


def section(name: str, origin: Origin, *assignments: tuple[str, AssignmentValue | None]) -> Section:
    """A section whose assignments share an origin; an assignment of None is left out."""
    return Section(name, tuple(Assignment(key, value, origin) for key, value in assignments if value is not None))


def unit(stem: str, kind: UnitKind, origin: Origin, sections: Iterable[Section]) -> Unit:
    """A unit; sections without assignments are left out."""
    return Unit(stem, kind, tuple(s for s in sections if s.assignments), origin)


def stem(priority: int, name: str) -> str:
    """The file name of a unit about `name`, without suffix.

    The kernel takes nearly any character in the name of an interface; a file name keeps only characters that are safe
    in a shell and in the Nix store, and a part of the digest then distinguishes names that would become equal.

    Args:
        priority: a number below 10, so that the file sorts before those of cloud-init, netplan and others, which begin
            with 10 or more.
        name: an interface, or another name of the plan.
    """
    if _SAFE.issuperset(name):
        return f"{priority:02}-taploom-{name}"
    return f"{priority:02}-taploom-{''.join(c if c in _SAFE else '_' for c in name)}-{digest(name, 4)}"
