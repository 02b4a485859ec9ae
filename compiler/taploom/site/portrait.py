"""A picture that stands alone: SVG with its own light and dark colours, that asks for nothing from anywhere."""

from taploom.site.colors import media
from taploom.site.dot import Graph
from taploom.site.draw import drawn
from taploom.site.palette import Paint
from taploom.site.printing import printed
from taploom.site.svg import alone


def portrait(graph: Graph, paint: Paint) -> str | None:
    """The SVG, or None where nothing here can draw."""
    found = drawn([printed(graph)])
    return alone(found[0], media(paint)) if found else None
