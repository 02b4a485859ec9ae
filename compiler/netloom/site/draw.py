"""From DOT to SVG: by the `dot` command, else by the pygraphviz wheel, which brings Graphviz along, else not at all.

Starting `dot` costs more than drawing a small picture, so many pictures go through one process.
"""

import shutil
from collections.abc import Iterator, Sequence

_BATCH = 200


def drawn(dots: Sequence[str]) -> list[str] | None:
    """SVG of each picture, or None where nothing here can draw."""
    if not dots:
        return []
    if shutil.which("dot"):
        return list(_by_command(dots))
    return _by_wheel(dots)


def _by_command(dots: Sequence[str]) -> Iterator[str]:
    import graphviz

    for start in range(0, len(dots), _BATCH):
        batch = dots[start : start + _BATCH]
        text = graphviz.pipe_string("dot", "svg", "\n".join(batch), encoding="utf-8", quiet=True)
        found = [f"{part}</svg>" for part in text.split("</svg>")[:-1]]
        assert len(found) == len(batch), "Graphviz drew fewer pictures than it was given"
        yield from (part[part.index("<svg") :] for part in found)


def _by_wheel(dots: Sequence[str]) -> list[str] | None:
    try:
        import pygraphviz
    except ImportError:
        return None
    found = []
    for dot in dots:
        text = pygraphviz.AGraph(string=dot).draw(format="svg", prog="dot").decode()
        found.append(text[text.index("<svg") :])
    return found
