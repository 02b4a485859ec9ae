"""From DOT to SVG: by the `dot` command, else by the pygraphviz wheel, which brings Graphviz along, else not at all.

Starting `dot` costs more than drawing a small picture, so many pictures go through one process. Not those with several
boxes: Graphviz sorts boxes by where their names lie in memory, which other pictures before have left in any order, and
the same pages would have other bytes on the next day.
"""

import os
import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import chain
from typing import Any

from taploom.base.diagnostic import Diagnostic
from taploom.report.rules import UNDRAWN

_BATCH = 200


def undrawn() -> tuple[Diagnostic, ...]:
    """A finding where nothing here can draw."""
    if shutil.which("dot") or _wheel():
        return ()
    message = "there is no Graphviz, so the pages have tables and no diagrams"
    return (Diagnostic(UNDRAWN, message, None, help="install graphviz or pygraphviz"),)


def drawn(dots: Sequence[str]) -> list[str] | None:
    """SVG of each picture, or None where nothing here can draw."""
    if not dots:
        return []
    if shutil.which("dot"):
        return list(_by_command(dots))
    return _by_wheel(dots)


def _by_command(dots: Sequence[str]) -> Iterator[str]:
    """Batches as they always are, so that the bytes are, on all processors; a thread each waits for its process."""
    many = [dot for dot in dots if not _several_boxes(dot)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        together = chain.from_iterable(pool.map(_piped, (many[at : at + _BATCH] for at in range(0, len(many), _BATCH))))
        for dot in dots:
            yield _piped([dot])[0] if _several_boxes(dot) else next(together)


def _several_boxes(dot: str) -> bool:
    return dot.count("\nsubgraph ") > 1


def _piped(dots: Sequence[str]) -> list[str]:
    import graphviz

    text = graphviz.pipe_string("dot", "svg", "\n".join(dots), encoding="utf-8", quiet=True)
    found = [f"{part}</svg>" for part in text.split("</svg>")[:-1]]
    assert len(found) == len(dots), "Graphviz drew fewer pictures than it was given"
    return [part[part.index("<svg") :] for part in found]


def _wheel() -> Any:
    try:
        import pygraphviz
    except ImportError:
        return None
    return pygraphviz


def _by_wheel(dots: Sequence[str]) -> list[str] | None:
    pygraphviz = _wheel()
    if pygraphviz is None:
        return None
    with _quiet():
        found = [pygraphviz.AGraph(string=dot).draw(format="svg", prog="dot").decode() for dot in dots]
    return [text[text.index("<svg") :] for text in found]


@contextmanager
def _quiet() -> Iterator[None]:
    """Let the library's warnings go.

    It writes them past Python to this process's standard error, a line for each cell whose words are wider in the
    machine's fonts than in the site's. What fails is an exception.
    """
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
