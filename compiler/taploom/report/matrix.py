"""Prints reachability matrices as text, CSV, JSON and Markdown."""

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
    """The matrix as text: a line for each destination, below its sender."""
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
    """Allowed traffic of one cell as text.

    Attributes:
        traffic: protocols and ports, as `tcp/80, 443`.
        by: stable name of the entry that allows the traffic.
        family: the only family in which the traffic is allowed, or "" for both.
        certain: whether the traffic is allowed for all values of learned addresses.
        routed: whether routes lead to all addresses of the column.
    """

    traffic: str
    by: str
    family: str
    certain: bool
    routed: bool


def passages(cell: tuple[Passage, ...]) -> list[PassageWords]:
    """The allowed traffic of a cell; traffic that is allowed in both families appears once."""
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
    some, near = " (only for some values of a learned address)", " (only to destinations to which the host has a route)"
    return [
        f"{one.traffic} by {one.by}"
        + some * (not one.certain)
        + near * (not one.routed)
        + f" ({one.family})" * bool(one.family)
        for one in passages(cell)
    ]


MATRIX_FORMATS: Mapping[str, Callable[[Matrix], str]] = MappingProxyType(
    {"text": _text, "csv": _csv, "json": _json, "md": _markdown}
)
"""The functions that print a matrix, by name of the format."""
