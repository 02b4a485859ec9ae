"""A diagram as a typed tree: cards of cells, boxes around them, lines between them.

Sizes are computed from the texts and not from the fonts of a machine, so that cards can be lined up before anything is
drawn. Colours are those of the light scheme; `palette` has their dark counterparts. `printing` makes DOT of the tree.
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
"""Kinds of cards and lines: the bar that gathers lines, and the line between a network's port and a guest's NIC."""
_LEADING = 1.65
"""Minimum height of a cell, as a multiple of its font size."""


@dataclass(frozen=True, slots=True)
class StyledText:
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
        text: its words; a cell with a fill and without words is a bar.
        align: `LEFT`, `RIGHT` or `CENTER`.
        port: the name by which edges attach to it, or "".
        fill: background, or "".
        span: number of columns that it takes.
        width: width in points; 0 for the width of the text.
        height: height in points; 0 for the height of the text.
        url: as in `GraphNode`; set if the cell links to another page than its card.
        badge: whether it is a cell of a title row that must stay legible if the card gets a mark.
    """

    text: StyledText
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
    TALLY = "heading or number of port forwards"
    PORT = "port of a bridge"
    NIC = "NIC of a guest"


@dataclass(frozen=True, slots=True)
class CardRow:
    """A row of a card.

    Attributes:
        cells: the cells from left to right.
        about: the kind of fact that it shows.
        name: name of the fact among facts of its kind, such as the family of an address, the network of a NIC or the
            ports of a forward; "" if a card has only one such fact, or several without names, such as an uplink's rows
            of networks.
    """

    cells: tuple[Cell, ...]
    about: About = About.WORDS
    name: str = ""

    @property
    def key(self) -> tuple[About, str]:
        """Identity of the fact that it shows: rows of two pictures with equal keys show the same fact."""
        return self.about, self.name

    @property
    def high(self) -> int:
        """Height in points."""
        return max(cell.high for cell in self.cells)


@dataclass(frozen=True, slots=True)
class CardTable:
    """A card: a rounded frame with rows of cells, the first of which is its title; no frame if `border` is 0."""

    rows: tuple[CardRow, ...]
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
        """The distance from the card's top to the middle of a port, in points.

        Raises:
            KeyError: no cell has the port.
        """
        at = float(self.border + self.spacing)
        for row in self.rows:
            if any(cell.port == port for cell in row.cells):
                return at + row.high / 2
            at += row.high + self.spacing
        raise KeyError(port)


@dataclass(frozen=True, slots=True)
class GraphNode:
    """A card in the picture.

    Attributes:
        name: identity within the graph.
        label: the card itself; None for a gap that only takes room.
        kind: class for scripts and styles.
        url: page that it links to, below the root of the site and with a slash at its end, or "".
    """

    name: str
    label: CardTable | None
    kind: str = ""
    url: str = ""
    tooltip: str = ""


@dataclass(frozen=True, slots=True)
class EdgeEnd:
    """The end of an edge: a node, one of its ports, and a side (`e`, `w`) of the port."""

    node: str
    port: str = ""
    side: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """A line from left to right; with `arrow` if traffic goes one way only; `kind` is `NIC`, `SPINE` or ""."""

    tail: EdgeEnd
    head: EdgeEnd
    color: str
    tooltip: str = ""
    width: float = 1.8
    weight: int = 1
    dashed: bool = False
    arrow: bool = False
    free: bool = False  # the tail need not be to the left of the head
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A box around nodes; `columns` as in `Graph`."""

    name: str
    label: CardTable
    fill: str
    line: str
    nodes: tuple[GraphNode, ...]
    columns: tuple[tuple[str, ...], ...] = ()
    url: str = ""
    tooltip: str = ""
    margin: int = 14


@dataclass(frozen=True, slots=True)
class Graph:
    """A picture.

    Attributes:
        columns: names of nodes that stand below each other, top to bottom.
        ordered: pairs of nodes that no line joins; the first of a pair stands to the left of the second.
    """

    name: str
    nodes: tuple[GraphNode, ...]
    clusters: tuple[Cluster, ...] = ()
    columns: tuple[tuple[str, ...], ...] = ()
    ordered: tuple[tuple[str, str], ...] = ()
    edges: tuple[Edge, ...] = ()
    spacing: tuple[float, float] = (0.13, 0.6)
    options: Mapping[str, str] = field(default_factory=dict)
