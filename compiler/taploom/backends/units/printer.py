"""Units in their native form, as systemd.syntax(7) describes it."""

from collections.abc import Iterable, Iterator

from taploom.backends.artifact import Artifact, Line
from taploom.backends.units.tree import Assignment, AssignmentValue, Unit

INSTALL_DIRECTORY = "/etc/systemd/network"


def artifacts(units: Iterable[Unit], folder: str) -> tuple[Artifact, ...]:
    """The units as files.

    Args:
        units: the units to print.
        folder: their folder in the rendered tree, such as `hosts/hv1/networkd`.
    """
    return tuple(
        Artifact(f"{folder}/{unit.name}", tuple(_lines(unit)), f"{INSTALL_DIRECTORY}/{unit.name}") for unit in units
    )


def text(value: AssignmentValue) -> str:
    """A value as it stands after the `=`.

    Raises:
        ValueError: networkd would read a different value than the one printed: a line break ends the assignment, a
            backslash at the end continues it, blanks around the value are dropped, and a percent sign begins a
            specifier in some keys and not in others. No name and no address that a plan may hold has any of these.
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    shown = str(value)
    if not shown.isprintable() or shown != shown.strip() or shown.endswith("\\") or "%" in shown:
        raise ValueError(f"a unit file cannot hold this value: {shown!r}")
    return shown


def _lines(unit: Unit) -> Iterator[Line]:
    for number, section in enumerate(unit.sections):
        if number:
            yield Line("")
        yield Line(f"[{section.name}]", section.assignments[0].origin)
        for assignment in section.assignments:
            yield _assignment(assignment)


def _assignment(assignment: Assignment) -> Line:
    return Line(f"{assignment.key}={text(assignment.value)}", assignment.origin)
