"""Prints a diagram in DOT, the language of Graphviz, with all texts escaped.

Texts come from specs, which may be untrusted, so no other module puts text into DOT.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from taploom.diagrams.dot import CardRow, CardTable, Cell, Cluster, Edge, EdgeEnd, Graph, GraphNode, StyledText

SANS, MONO = "Inter, Helvetica, Arial, sans-serif", "JetBrains Mono, Courier New, monospace"
_SPECIAL = re.compile(r'[&<>"\\]')
_TIGHT = 2
"""Padding of cells in DOT; with the full `PADDING`, Graphviz would warn of texts that fit in the fonts of the site."""
ASIDE = {"LEFT": "left", "RIGHT": "right", "CENTER": "center"}
"""Suffixes of font names, which tell `svg` the alignment: Graphviz places texts by assumed widths, `svg` by cells."""


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
    yield "}"


def _node(node: GraphNode) -> str:
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


def _end(end: EdgeEnd) -> str:
    return ":".join(_quoted(part) for part in (end.node, end.port, end.side) if part)


def _attributes(values: Mapping[str, str], label: CardTable | None = None) -> str:
    shown = [f"{key}={_quoted(value)}" for key, value in values.items() if value or key == "label"]
    if label is not None:
        shown.append(f"label=<{_table(label)}>")
    return f"[{', '.join(shown)}]"


def _table(table: CardTable) -> str:
    style = "ROUNDED,DASHED" if table.dashed else "ROUNDED"
    attributes = {
        "BORDER": table.border, "COLOR": table.color if table.border else "", "STYLE": style if table.border else "",
        "CELLBORDER": 0, "CELLSPACING": table.spacing, "CELLPADDING": _TIGHT, "BGCOLOR": table.fill,
    }  # fmt: skip
    rows = "".join(_row(row) for row in table.rows)
    return f"<TABLE{_tags(attributes)}>{rows}</TABLE>"


def _row(row: CardRow) -> str:
    return f"<TR>{''.join(_cell(cell, row.high) for cell in row.cells)}</TR>"


def _cell(cell: Cell, high: int) -> str:
    """A cell of a fixed size. It always has a background, if only a transparent one, by which `svg` finds the cell."""
    attributes = {
        "ALIGN": cell.align, "PORT": cell.port, "BGCOLOR": cell.fill or "transparent",
        "COLSPAN": cell.span if cell.span > 1 else "", "FIXEDSIZE": "TRUE", "WIDTH": cell.wide, "HEIGHT": high,
        "HREF": cell.url, "TITLE": cell.tooltip,
    }  # fmt: skip
    return f"<TD{_tags(attributes)}>{_text(cell.text, ASIDE[cell.align])}</TD>"


def _text(text: StyledText, aside: str) -> str:
    if not text.text:
        return ""
    words = f"<S>{_escaped(text.text)}</S>" if text.struck else _escaped(text.text)
    words = f"<B>{words}</B>" if text.bold else words
    face = f"{MONO if text.mono else SANS}, {aside}"
    return f"<FONT{_tags({'POINT-SIZE': text.size, 'COLOR': text.color, 'FACE': face})}>{words}</FONT>"


def _tags(values: Mapping[str, object]) -> str:
    return "".join(f' {key}="{_escaped(str(value))}"' for key, value in values.items() if value != "")


def _escaped(text: str) -> str:
    """Text inside of an HTML-like label or of its attributes, where Graphviz resolves escapes once."""
    return "".join(_entities(text, "&#92;" * 2))


def _quoted(text: str) -> str:
    """A quoted string; Graphviz resolves the escapes of tooltips twice, and no other string has a backslash."""
    return '"' + "".join(_entities(text, "&#92;" * 4)) + '"'


def _entities(text: str, backslash: str) -> Iterable[str]:
    return text if text.isprintable() and not _SPECIAL.search(text) else _replaced(text, backslash)


def _replaced(text: str, backslash: str) -> Iterable[str]:
    for letter in text:
        if letter in '&<>"':
            yield f"&#{ord(letter)};"
        elif letter == "\\":
            yield backslash
        else:
            yield letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}"
