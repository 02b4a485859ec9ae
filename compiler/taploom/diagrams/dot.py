"""A diagram as a typed tree: cards of cells, boxes around them, lines between them.

Sizes follow from the words, not from the fonts of a machine, so that cards can be lined up before anything is drawn.
Colours are those of the light scheme; `palette` knows the dark one of each. `printing` makes DOT of it.
"""

import math
from collections.abc import Mapping
from dataclasses import field
from enum import Enum

from taploom.base.frozen import dataclass
from taploom.diagrams.metrics import text_width

PADDING = 5
"""Points between a cell's edge and its text."""
SPINE, NIC = "spine", "nic"
"""Kinds of a card and of a line: the bar that gathers lines, and what joins a network's port and a guest's NIC."""
_LEADING = 1.65
"""Least height of a cell, as a part of its text's size."""


@dataclass(frozen=True, slots=True)
class Text:
    """Words in one style; `size` is in points."""

    text: str
    size: float
    color: str
    bold: bool = False
    mono: bool = False
    struck: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table.

    Attributes:
        text: its words; with none and with a fill it is a bar as high and wide as it says.
        align: `LEFT`, `RIGHT` or `CENTER`.
        port: the name by which edges attach to it, or "".
        fill: background, or "".
        span: how many columns it takes.
        width: width in points; 0 for that of the text.
        height: height in points; 0 for that of the text.
        url: as in `Node`, where the cell leads elsewhere than its card.
        badge: whether it tells a fact of its own in a title, which a mark of the card must not hide.
    """

    text: Text
    align: str = "LEFT"
    port: str = ""
    fill: str = ""
    span: int = 1
    width: int = 0
    height: int = 0
    url: str = ""
    tooltip: str = ""
    badge: bool = False

    @property
    def wide(self) -> int:
        """Width in points."""
        text = self.text
        return self.width or math.ceil(text_width(text.text, text.size, bold=text.bold, mono=text.mono)) + 2 * PADDING

    @property
    def high(self) -> int:
        """Height in points."""
        return self.height or round(self.text.size * _LEADING)


class About(Enum):
    """What a row of a card is about."""

    WORDS = "words"
    ADDRESS = "address"
    WAY = "way out"
    DEVICE = "device"
    FORWARD = "port forward"
    TALLY = "number of what other rows or cards show"
    PORT = "port of a bridge"
    NIC = "NIC of a guest"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a card.

    Attributes:
        cells: from left to right.
        about: what it tells.
        name: of which one, such as the family of an address, the network of a NIC or the ports of a forward; "" where a
            card has but one, or several without a name, such as the ways by which networks leave.
    """

    cells: tuple[Cell, ...]
    about: About = About.WORDS
    name: str = ""

    @property
    def key(self) -> tuple[About, str]:
        """The fact that it tells: rows of one key, of two pictures, tell the same one."""
        return self.about, self.name

    @property
    def high(self) -> int:
        """Height in points."""
        return max(cell.high for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Table:
    """A card: a rounded frame with rows of cells, the first of them its title; `border` 0 is none."""

    rows: tuple[Row, ...]
    color: str
    fill: str = ""
    border: int = 1
    spacing: int = 2
    dashed: bool = False

    @property
    def high(self) -> int:
        """Height in points."""
        inner = sum(row.high for row in self.rows)
        return inner + self.spacing * (len(self.rows) + 1) + 2 * self.border

    def middle(self, port: str) -> float:
        """How far below the card's top the middle of a port is, in points."""
        at = float(self.border + self.spacing)
        for row in self.rows:
            if any(cell.port == port for cell in row.cells):
                return at + row.high / 2
            at += row.high + self.spacing
        raise KeyError(port)


@dataclass(frozen=True, slots=True)
class Node:
    """A card in the picture.

    Attributes:
        name: identity within the graph.
        label: what it shows; None for a gap that only takes room.
        kind: class for scripts and styles.
        url: page that it leads to, below the root of the site and with a slash at its end, or "".
    """

    name: str
    label: Table | None
    kind: str = ""
    url: str = ""
    tooltip: str = ""


@dataclass(frozen=True, slots=True)
class End:
    """Where an edge ends: a node, one of its ports, a side (`e`, `w`) of that."""

    node: str
    port: str = ""
    side: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """A line from left to right; an arrow where something flows one way only; `kind` is `NIC`, `SPINE` or ""."""

    tail: End
    head: End
    color: str
    tooltip: str = ""
    width: float = 1.8
    weight: int = 1
    dashed: bool = False
    arrow: bool = False
    free: bool = False  # does not decide what stands left of what
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A box around nodes; `columns` as in `Graph`."""

    name: str
    label: Table
    fill: str
    line: str
    nodes: tuple[Node, ...]
    columns: tuple[tuple[str, ...], ...] = ()
    url: str = ""
    tooltip: str = ""
    margin: int = 14


@dataclass(frozen=True, slots=True)
class Graph:
    """A picture.

    Attributes:
        columns: names of nodes that stand below each other, top to bottom.
        ordered: pairs of columns' nodes that stand left and right though no line joins them.
    """

    name: str
    nodes: tuple[Node, ...]
    clusters: tuple[Cluster, ...] = ()
    columns: tuple[tuple[str, ...], ...] = ()
    ordered: tuple[tuple[str, str], ...] = ()
    edges: tuple[Edge, ...] = ()
    spacing: tuple[float, float] = (0.13, 0.6)
    options: Mapping[str, str] = field(default_factory=dict)
