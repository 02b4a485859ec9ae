"""A picture that stands alone: SVG with its own light and dark colours that loads no other file."""

from taploom.diagrams.colors import media
from taploom.diagrams.dot import Graph
from taploom.diagrams.draw import drawn
from taploom.diagrams.palette import Paint
from taploom.diagrams.printing import printed
from taploom.diagrams.svg import alone


def portrait(graph: Graph, paint: Paint) -> str | None:
    """The SVG; None if neither `dot` nor pygraphviz is installed."""
    pictures = drawn([printed(graph)])
    return alone(pictures[0], media(paint)) if pictures else None
