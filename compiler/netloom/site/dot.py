"""A diagram in Graphviz's language: a typed tree, and the one printer that escapes.

Texts come from specs that strangers may have written, so nothing outside of this file puts text into DOT. Colours are
those of the light scheme; `palette` knows the dark one of each.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

SANS, MONO = "Helvetica,Arial,sans-serif", "Courier New,monospace"

_STRANDS = 8
"""Unseen lines from a rail to each of its nodes: so many crossings outweigh those of the lines that are seen."""


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
        port: the name by which edges attach to it, or "".
        fill: background, or "".
        span: how many columns it takes.
        width: least width in points; 0 for that of the text.
        height: least height in points.
    """

    text: Text
    align: str = "LEFT"
    port: str = ""
    fill: str = ""
    span: int = 1
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """A card: a rounded frame with rows of cells; `border` 0 is none."""

    rows: tuple[tuple[Cell, ...], ...]
    color: str
    fill: str = ""
    border: int = 1
    spacing: int = 2
    padding: int = 3
    dashed: bool = False


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
    """A line from left to right; an arrow where something flows one way only."""

    tail: End
    head: End
    color: str
    tooltip: str = ""
    width: float = 1.8
    weight: int = 1
    dashed: bool = False
    arrow: bool = False
    free: bool = False  # does not decide what stands left of what


@dataclass(frozen=True, slots=True)
class Cluster:
    """A box around nodes; `columns` as in `Graph`.

    Attributes:
        rail: nodes whose order in their column counts; it hangs on the first column's last node. Graphviz 2.43 does
            not keep the order of a column within a cluster, but it avoids crossings: so unseen lines from an unseen
            card, one row for each of these nodes, would cross in any other order.
    """

    name: str
    label: Table
    fill: str
    line: str
    nodes: tuple[Node, ...]
    columns: tuple[tuple[str, ...], ...] = ()
    rail: tuple[str, ...] = ()
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


def printed(graph: Graph) -> str:
    """The graph as DOT."""
    return "\n".join([f"digraph {_quoted(graph.name)} {{", *_body(graph), "}"]) + "\n"


def _body(graph: Graph) -> Iterator[str]:
    across, along = graph.spacing
    attributes = {
        "rankdir": "LR", "bgcolor": "transparent", "fontname": SANS, "nodesep": f"{across}", "ranksep": f"{along}",
        "splines": "true", "pad": "0.06", "newrank": "true", "outputorder": "edgesfirst", **graph.options,
    }  # fmt: skip
    yield f"graph {_attributes(attributes)}"
    yield "node " + _attributes({"shape": "plain", "fontname": SANS, "margin": "0"})
    yield "edge " + _attributes({"fontname": SANS, "fontsize": "9", "arrowhead": "none", "arrowsize": "0.7"})
    for cluster in graph.clusters:
        yield from _cluster(cluster)
    yield from map(_node, graph.nodes)
    for column in graph.columns:
        yield _column(column)
    for left, right in graph.ordered:
        yield f"{_quoted(left)} -> {_quoted(right)} " + _attributes({"style": "invis"})
    yield from map(_edge, graph.edges)


def _cluster(cluster: Cluster) -> Iterator[str]:
    yield f"subgraph {_quoted(f'cluster_{cluster.name}')} {{"
    attributes = {
        "id": cluster.name, "class": "box", "URL": cluster.url, "tooltip": cluster.tooltip, "labeljust": "l",
        "style": "rounded,filled", "fillcolor": cluster.fill, "color": cluster.line, "margin": str(cluster.margin),
    }  # fmt: skip
    yield f"graph {_attributes(attributes, cluster.label)}"
    yield from map(_node, cluster.nodes)
    yield from map(_column, cluster.columns)
    if len(cluster.rail) > 1:
        yield from _rail(cluster)
    yield "}"


def _rail(cluster: Cluster) -> Iterator[str]:
    rows = "".join(f'<TR><TD PORT="r{number}" HEIGHT="1"></TD></TR>' for number in range(len(cluster.rail)))
    table = f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0">{rows}</TABLE>'
    name = _quoted(f"rail-{cluster.name}")
    yield f"{name} [style=invis, label=<{table}>]; {{rank=same; {_quoted(cluster.columns[0][-1])}; {name}}}"
    for number, node in enumerate(cluster.rail):
        yield from [f"{name}:r{number}:e -> {_quoted(node)}:w [style=invis, weight=0]"] * _STRANDS


def _node(node: Node) -> str:
    if node.label is None:
        return f"{_quoted(node.name)} " + _attributes(
            {"shape": "none", "style": "invis", "label": "", "width": "0.1", "height": "0.12"}
        )
    attributes = {"id": node.name, "class": f"card {node.kind}", "URL": node.url, "tooltip": node.tooltip}
    return f"{_quoted(node.name)} {_attributes(attributes, node.label)}"


def _column(names: tuple[str, ...]) -> str:
    chain = " -> ".join(map(_quoted, names))
    return f"{{rank=same; {chain}{' [style=invis]' if len(names) > 1 else ''}}}"


def _edge(edge: Edge) -> str:
    attributes = {
        "class": f"line at-{edge.tail.node} at-{edge.head.node}", "color": edge.color, "penwidth": f"{edge.width}",
        "weight": str(edge.weight), "style": "dashed" if edge.dashed else "solid", "tooltip": edge.tooltip,
        "arrowhead": "normal" if edge.arrow else "", "constraint": "false" if edge.free else "",
    }  # fmt: skip
    return f"{_end(edge.tail)} -> {_end(edge.head)} {_attributes(attributes)}"


def _end(end: End) -> str:
    return ":".join(_quoted(part) for part in (end.node, end.port, end.side) if part)


def _attributes(values: Mapping[str, str], label: Table | None = None) -> str:
    shown = [f"{key}={_quoted(value)}" for key, value in values.items() if value or key == "label"]
    if label is not None:
        shown.append(f"label=<{_table(label)}>")
    return f"[{', '.join(shown)}]"


def _table(table: Table) -> str:
    style = "ROUNDED,DASHED" if table.dashed else "ROUNDED"
    attributes = {
        "BORDER": table.border, "COLOR": table.color if table.border else "", "STYLE": style if table.border else "",
        "CELLBORDER": 0, "CELLSPACING": table.spacing, "CELLPADDING": table.padding, "BGCOLOR": table.fill,
    }  # fmt: skip
    rows = "".join(f"<TR>{''.join(map(_cell, row))}</TR>" for row in table.rows)
    return f"<TABLE{_tags(attributes)}>{rows}</TABLE>"


def _cell(cell: Cell) -> str:
    attributes = {
        "ALIGN": cell.align, "PORT": cell.port, "BGCOLOR": cell.fill, "COLSPAN": cell.span if cell.span > 1 else "",
        "WIDTH": cell.width or "", "HEIGHT": cell.height or "",
    }  # fmt: skip
    return f"<TD{_tags(attributes)}>{_text(cell.text)}</TD>"


def _text(text: Text) -> str:
    words = _escaped(text.text) or " "
    words = f"<S>{words}</S>" if text.struck else words
    words = f"<B>{words}</B>" if text.bold else words
    attributes = {"POINT-SIZE": text.size, "COLOR": text.color, "FACE": MONO if text.mono else ""}
    return f"<FONT{_tags(attributes)}>{words}</FONT>"


def _tags(values: Mapping[str, object]) -> str:
    return "".join(f' {key}="{_escaped(str(value))}"' for key, value in values.items() if value != "")


def _escaped(text: str) -> str:
    """Text inside of an HTML-like label or of its attributes; Graphviz reads its own escapes once there."""
    return "".join(_entities(text, "&#92;" * 2))


def _quoted(text: str) -> str:
    """A quoted string; of a tooltip Graphviz reads the escapes twice, and nothing else has a backslash."""
    return '"' + "".join(_entities(text, "&#92;" * 4)) + '"'


def _entities(text: str, backslash: str) -> Iterable[str]:
    for letter in text:
        if letter in '&<>"':
            yield f"&#{ord(letter)};"
        elif letter == "\\":
            yield backslash
        else:
            yield letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}"
