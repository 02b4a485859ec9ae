"""A picture that stands alone: SVG with its own light and dark colours, that asks for nothing from anywhere."""

from taploom.diagrams.colors import media
from taploom.diagrams.dot import Graph
from taploom.diagrams.draw import drawn
from taploom.diagrams.palette import Paint
from taploom.diagrams.printing import printed
from taploom.diagrams.svg import alone


def portrait(graph: Graph, paint: Paint) -> str | None:
    """The SVG, or None where nothing here can draw."""
    found = drawn([printed(graph)])
    return alone(found[0], media(paint)) if found else None
