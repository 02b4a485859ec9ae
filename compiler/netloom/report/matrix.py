"""Matrices of who reaches whom, as text, CSV, JSON and Markdown."""

import csv
import io
import json
from collections.abc import Callable, Mapping
from types import MappingProxyType

from netloom.base.address import FAMILIES
from netloom.flows.matrix import Matrix, Passage
from netloom.flows.packet import ICMP, NAMES
from netloom.flows.spans import Spans

FORMAT = "netloom-reach-matrix/1"
NOTHING = "-"


def _text(matrix: Matrix) -> str:
    """A line for each pair of which something passes: most pairs of a site let nothing pass, and need no words."""
    lines = []
    for row, cells in zip(matrix.rows, matrix.cells, strict=True):
        lines.append(f"{row}")
        for column, cell in zip(matrix.columns, cells, strict=True):
            lines.append(f"  → {column}: {'; '.join(_words(cell)) or NOTHING}")
    return "".join(f"{line}\n" for line in lines)


def _csv(matrix: Matrix) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(["from", *matrix.columns])
    for row, cells in zip(matrix.rows, matrix.cells, strict=True):
        writer.writerow([row, *("; ".join(_words(cell)) or NOTHING for cell in cells)])
    return buffer.getvalue()


def _markdown(matrix: Matrix) -> str:
    lines = [f"| from \\ to | {' | '.join(matrix.columns)} |", f"|---|{'---|' * len(matrix.columns)}"]
    for row, cells in zip(matrix.rows, matrix.cells, strict=True):
        lines.append(f"| {row} | {' | '.join('<br>'.join(_words(cell)) or NOTHING for cell in cells)} |")
    return "".join(f"{line}\n" for line in lines)


def _json(matrix: Matrix) -> str:
    cells = [
        {"from": row, "to": column, "allowed": [_data(passage) for passage in cell]}
        for row, of_row in zip(matrix.rows, matrix.cells, strict=True)
        for column, cell in zip(matrix.columns, of_row, strict=True)
    ]
    return json.dumps({"format": FORMAT, "cells": cells}, indent=2, ensure_ascii=False) + "\n"


def _data(passage: Passage) -> dict[str, object]:
    return {
        "family": passage.family.key,
        "proto": _protocols(passage),
        "port": _ports(passage),
        "decided_by": passage.by,
    }


def _words(cell: tuple[Passage, ...]) -> list[str]:
    """What passes, one text for what is the same in both families."""
    found: dict[tuple[str, str], list[str]] = {}
    for passage in cell:
        ports = _ports(passage)
        traffic = _protocols(passage) + (f"/{ports}" if ports else "")
        traffic = traffic.replace("icmpv6/128", "ping").replace("icmp/8", "ping")
        families = found.setdefault((traffic, passage.by), [])
        if passage.family.key not in families:
            families.append(passage.family.key)
    return [
        f"{traffic} by {by}" + (f" ({families[0]})" if len(families) < len(FAMILIES) else "")
        for (traffic, by), families in found.items()
    ]


def _protocols(passage: Passage) -> str:
    spans = passage.protocols or ((0, 255),)
    if spans == ((0, 255),):
        return "any"
    numbers = [n for first, last in spans for n in range(first, last + 1)]
    if len(numbers) > 128:
        rest = sorted(set(range(256)) - set(numbers))
        return "any but " + ", ".join(NAMES.get(n, str(n)) for n in rest)
    return ", ".join(NAMES.get(n, str(n)) for n in numbers)


def _ports(passage: Passage) -> str | None:
    spans: Spans = passage.ports or ((0, 65535),)
    if passage.protocols == ((ICMP[passage.family],) * 2,):
        spans = tuple((first, min(last, 255)) for first, last in spans if first <= 255)
    if spans in (((0, 65535),), ((0, 255),)):
        return None
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in spans)


MATRIX_FORMATS: Mapping[str, Callable[[Matrix], str]] = MappingProxyType(
    {"text": _text, "csv": _csv, "json": _json, "md": _markdown}
)
"""Printers by name of the format."""
