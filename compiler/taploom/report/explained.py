"""Prints the answers of `taploom explain` about objects and lines, as text and as JSON."""

import json
from collections.abc import Iterator
from itertools import groupby

from taploom.plan.origin import Meta, Origin
from taploom.report.diagnostics.findings import SourceLine
from taploom.report.diagnostics.visible import excerpt, visible
from taploom.report.objects import CausedLine, ObjectDescription, object_name
from taploom.report.places import RenderedLine

FORMAT = "taploom-explanation/1"
_SHOWN = 12


def object_text(described: ObjectDescription, line: SourceLine) -> str:
    """The text about an object: its facts, the place of its entry in the spec, and the lines that it causes."""
    parts = [described.name, *_meta(described.meta), ""]
    width = max((len(label) for label, _ in described.facts), default=0)
    parts += [f"  {label:<{width}}  {visible(text)}" for label, text in described.facts]
    parts += [*([""] if described.facts else []), *_origin_lines(described.origin, line), "", *_causes(described.lines)]
    return "".join(f"{part}\n" for part in parts)


def line_text(place: RenderedLine, line: SourceLine) -> str:
    """The text about a rendered line: the entry of the spec that causes it."""
    head = [f"{place.artifact.path}:{place.number}", f"  {_code(place.line.text)}"]
    installed = [f"installed as {place.artifact.install}"] if place.artifact.install else []
    if place.line.origin is None:
        why = ["No entry of the specs causes this line: every file of this kind has it."]
    else:
        name = object_name(place.line.origin.entry)
        why = [*_origin_lines(place.line.origin, line), *([f"more: taploom explain {name}"] if name else [])]
    return "".join(f"{part}\n" for part in (*head, *installed, "", *why))


def spec_text(file: str, number: int, lines: tuple[CausedLine, ...], line: SourceLine) -> str:
    """The text about a line of a spec: the entries that begin there or the entry around it, and the rendered lines."""
    origins = {caused.origin.entry: caused.origin for caused in lines}
    own = [entry for entry in sorted(origins) if (span := origins[entry].span) and span.line == number]
    texts = [text for entry in own or sorted(origins)[:1] for text in _origin_lines(origins[entry], line)]
    head = [f"{file}:{number}", *([] if own else [f"  {_code(line(file, number) or '')}"]), ""]
    return "".join(f"{part}\n" for part in (*head, *texts, *([""] if texts else []), *_causes(lines)))


def object_json(described: ObjectDescription) -> str:
    """An object as `taploom-explanation/1`."""
    meta = described.meta
    body = {
        "format": FORMAT,
        "object": described.name,
        "description": meta.description,
        "owner": meta.owner,
        "tags": list(meta.tags),
        "link": meta.link,
        "facts": [{"label": label, "text": text} for label, text in described.facts],
        "origin": _origin(described.origin),
        "lines": [_row(caused) for caused in described.lines],
    }
    return json.dumps(body, indent=2) + "\n"


def line_json(place: RenderedLine) -> str:
    """A rendered line as `taploom-explanation/1`."""
    origin = place.line.origin
    body = {
        "format": FORMAT,
        "path": place.artifact.path,
        "line": place.number,
        "text": place.line.text,
        "install": place.artifact.install,
        "object": object_name(origin.entry) if origin else "",
        "origin": _origin(origin) if origin else None,
    }
    return json.dumps(body, indent=2) + "\n"


def spec_json(file: str, number: int, lines: tuple[CausedLine, ...]) -> str:
    """The rendered lines that a line of a spec causes, as `taploom-explanation/1`."""
    body = {"format": FORMAT, "path": file, "line": number, "lines": [_row(caused) for caused in lines]}
    return json.dumps(body, indent=2) + "\n"


def _origin(origin: Origin) -> dict[str, object]:
    place = {"file": origin.span.file, "line": origin.span.line, "column": origin.span.column} if origin.span else None
    return {"entry": origin.entry, "by": origin.by, "place": place}


def _row(caused: CausedLine) -> dict[str, object]:
    return {"path": caused.path, "line": caused.number, "text": caused.text, "entry": caused.origin.entry}


def _meta(meta: Meta) -> Iterator[str]:
    if meta.description:
        yield f"  {visible(meta.description)}"
    words = (("owner", meta.owner), ("tags", ", ".join(meta.tags)), ("link", meta.link))
    yield from (f"  {label}: {visible(text)}" for label, text in words if text)


def _origin_lines(origin: Origin, line: SourceLine) -> Iterator[str]:
    if origin.span is None:
        yield f"from {origin.entry} (pass {origin.by}): implied by other entries; no line of the specs states it"
        return
    yield f"from {visible(str(origin.span))}: {origin.entry} (pass {origin.by})"
    source = line(origin.span.file, origin.span.line)
    if source is not None:
        yield f"  {origin.span.line} | {excerpt(source, origin.span.column - 1, origin.span.column)[0]}"


def _causes(lines: tuple[CausedLine, ...]) -> Iterator[str]:
    if not lines:
        yield "It causes no line of its own."
        return
    yield "It causes:"
    for path, group in groupby(lines, key=lambda caused: caused.path):
        here = list(group)
        yield f"  {path}"
        yield from (f"    {caused.number:>5}  {_code(caused.text)}" for caused in here[:_SHOWN])
        if len(here) > _SHOWN:
            yield f"           and {len(here) - _SHOWN} more lines here (--format json lists all)"


def _code(text: str) -> str:
    """A line in printable characters; tabs, which are only indentation in rendered files, become spaces."""
    return visible(text.expandtabs(4))
