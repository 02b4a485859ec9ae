"""Finds the origin of a line of a rendered file, and the rendered lines that a line of a spec causes."""

from collections.abc import Iterator

from taploom.backends.artifact import Artifact, Line
from taploom.base.frozen import dataclass
from taploom.base.span import Span
from taploom.plan.origin import Origin
from taploom.report.objects import CausedLine
from taploom.source.tree import Mapping, YamlNode

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class RenderedLine:
    """A line of a rendered file; `number` counts from 1."""

    artifact: Artifact
    number: int
    line: Line


def rendered_line(artifacts: tuple[Artifact, ...], path: str, number: int) -> RenderedLine | str:
    """Find a line of a rendered file.

    Args:
        artifacts: the rendered files.
        path: path as the user writes it: relative to the rendered tree, with the tree's folder, or as installed on a
            host.
        number: number of the line, from 1.

    Returns:
        The line, or a message that states why it was not found; "" if no rendered file has this path.
    """
    plain = "/".join(part for part in path.split("/") if part not in ("", "."))
    artifact = max(
        (one for one in artifacts if f"/{plain}".endswith(f"/{one.path}")), key=lambda one: len(one.path), default=None
    )
    installed = [one for one in artifacts if one.install and one.install == path]
    if artifact is None and len(installed) > 1:
        more = " …" if len(installed) > _SHOWN else ""
        return f"{path} is on several machines: name one of {', '.join(one.path for one in installed[:_SHOWN])}{more}"
    artifact = artifact or next(iter(installed), None)
    if artifact is None:
        return ""
    if not 1 <= number <= len(artifact.lines):
        return f"{artifact.path} has {len(artifact.lines)} lines"
    return RenderedLine(artifact, number, artifact.lines[number - 1])


def caused_by(artifacts: tuple[Artifact, ...], file: str, number: int) -> tuple[CausedLine, ...]:
    """The rendered lines caused by the innermost entries that contain a line of a spec."""
    found = [line for line in _with_spans(artifacts) if _covers(line.origin.span, file, number)]
    height = min((_height(line.origin) for line in found), default=0)
    return tuple(line for line in found if _height(line.origin) == height)


def entry_at(root: Mapping, number: int) -> tuple[str, ...]:
    """The innermost entry of a spec that contains a line, as the path of its keys; () above the first entry."""
    path: list[str] = []
    node: YamlNode = root
    line = 0
    while isinstance(node, Mapping) and line < number:
        begun = [entry for entry in node.pairs.values() if entry.key.span.line <= number]
        line = max((entry.key.span.line for entry in begun), default=number)
        last = [entry for entry in begun if entry.key.span.line == line]
        if len(last) != 1:  # for several entries on one line, the result is the entry around them
            break
        path.append(last[0].key.text)
        node = last[0].value
    return tuple(path)


def around(artifacts: tuple[Artifact, ...], path: tuple[str, ...]) -> tuple[CausedLine, ...]:
    """The rendered lines caused by the entry at a path of keys, or by the nearest enclosing entry that causes any."""
    lines = tuple(_with_spans(artifacts))
    for length in range(len(path), 0 if path[:1] == ("site",) else 1, -1):
        entry = ".".join((*path[:length], ""))
        found = tuple(line for line in lines if f"{line.origin.entry}.".startswith(entry))
        if found:
            return found
    return ()


def _with_spans(artifacts: tuple[Artifact, ...]) -> Iterator[CausedLine]:
    for artifact in artifacts:
        for number, line in enumerate(artifact.lines, 1):
            if line.origin is not None and line.origin.span is not None:
                yield CausedLine(artifact.path, number, line.text, line.origin)


def _covers(span: Span | None, file: str, number: int) -> bool:
    return span is not None and span.file == file and span.line <= number <= span.end_line


def _height(origin: Origin) -> int:
    return origin.span.end_line - origin.span.line if origin.span else 0
