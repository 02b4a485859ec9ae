"""Matrices of who reaches whom, as text, CSV, JSON and Markdown."""

import csv
import io
import json
from collections.abc import Callable, Mapping
from types import MappingProxyType

from taploom.base.address import FAMILIES
from taploom.base.frozen import dataclass
from taploom.flows.reach.matrix import Matrix, Passage
from taploom.report.packets import ports, protocols

FORMAT = "taploom-reach-matrix/1"
NOTHING = "-"


def _text(matrix: Matrix) -> str:
    """A line for each pair, below its sender."""
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
        "proto": protocols(passage.protocols),
        "port": ports(passage.family, passage.protocols, passage.ports),
        "decided_by": passage.by,
        "certain": passage.certain,
        "routed": passage.routed,
    }


@dataclass(frozen=True, slots=True)
class PassageWords:
    """Traffic that passes, in words.

    Attributes:
        traffic: protocols and ports, as `tcp/80, 443`.
        by: stable name of the entry that lets it pass.
        family: the only family in which it passes, or "" for both.
        certain: whether it passes whatever addresses the network outside hands out.
        routed: whether a route leads to everybody in the column.
    """

    traffic: str
    by: str
    family: str
    certain: bool
    routed: bool


def passages(cell: tuple[Passage, ...]) -> list[PassageWords]:
    """The traffic that passes in a cell; traffic that is the same in both families is there once."""
    found: dict[tuple[str, str, bool, bool], list[str]] = {}
    for passage in cell:
        port = ports(passage.family, passage.protocols, passage.ports)
        traffic = protocols(passage.protocols) + (f"/{port}" if port else "")
        traffic = traffic.replace("icmpv6/128", "ping").replace("icmp/8", "ping")
        families = found.setdefault((traffic, passage.by, passage.certain, passage.routed), [])
        if passage.family.key not in families:
            families.append(passage.family.key)
    return [
        PassageWords(traffic, by, families[0] if len(families) < len(FAMILIES) else "", certain, routed)
        for (traffic, by, certain, routed), families in found.items()
    ]


def _words(cell: tuple[Passage, ...]) -> list[str]:
    some, near = " (only from, or to, some addresses that may be learned)", " (only where a route of the host leads)"
    return [
        f"{told.traffic} by {told.by}"
        + some * (not told.certain)
        + near * (not told.routed)
        + f" ({told.family})" * bool(told.family)
        for told in passages(cell)
    ]


MATRIX_FORMATS: Mapping[str, Callable[[Matrix], str]] = MappingProxyType(
    {"text": _text, "csv": _csv, "json": _json, "md": _markdown}
)
"""Printers by name of the format."""
