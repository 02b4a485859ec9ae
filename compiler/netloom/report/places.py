"""From a line of a rendered file back to the spec, and from a line of a spec to what it causes."""

from collections.abc import Iterator

from netloom.backends.artifact import Artifact, Line
from netloom.base.frozen import dataclass
from netloom.base.span import Span
from netloom.plan.origin import Origin
from netloom.report.objects import Caused


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a rendered file."""

    artifact: Artifact
    number: int
    line: Line


def rendered_line(artifacts: tuple[Artifact, ...], path: str, number: int) -> Place | str:
    """Find a line.

    Args:
        artifacts: the rendered files.
        path: as the user names it: in the tree, or the tree's folder before it.
        number: line, counted from 1.

    Returns:
        The line, or what is wrong with the question; "" where no rendered file has this path.
    """
    plain = "/".join(part for part in path.split("/") if part not in ("", "."))
    artifact = max(
        (one for one in artifacts if f"/{plain}".endswith(f"/{one.path}")), key=lambda one: len(one.path), default=None
    )
    if artifact is None:
        return ""
    if not 1 <= number <= len(artifact.lines):
        return f"{artifact.path} has {len(artifact.lines)} lines"
    return Place(artifact, number, artifact.lines[number - 1])


def caused_by(artifacts: tuple[Artifact, ...], file: str, number: int) -> tuple[Caused, ...]:
    """The rendered lines whose entries begin in, or are the innermost around, a line of a spec."""
    found = [line for line in _with_spans(artifacts) if _covers(line.origin.span, file, number)]
    height = min((_height(line.origin) for line in found), default=0)
    return tuple(line for line in found if _height(line.origin) == height)


def _with_spans(artifacts: tuple[Artifact, ...]) -> Iterator[Caused]:
    for artifact in artifacts:
        for number, line in enumerate(artifact.lines, 1):
            if line.origin is not None and line.origin.span is not None:
                yield Caused(artifact.path, number, line.text, line.origin)


def _covers(span: Span | None, file: str, number: int) -> bool:
    return span is not None and span.file == file and span.line <= number <= span.end_line


def _height(origin: Origin) -> int:
    return origin.span.end_line - origin.span.line if origin.span else 0
