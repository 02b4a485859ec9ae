"""A picture that stands alone: SVG with its own light and dark colours, that asks for nothing from anywhere."""

from netloom.site.colors import media
from netloom.site.dot import Graph
from netloom.site.draw import drawn
from netloom.site.palette import Paint
from netloom.site.printing import printed
from netloom.site.svg import alone


def portrait(graph: Graph, paint: Paint) -> str | None:
    """The SVG, or None where nothing here can draw."""
    found = drawn([printed(graph)])
    return alone(found[0], media(paint)) if found else None
