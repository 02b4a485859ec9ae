"""Draws SVG from DOT: by the `dot` command, else by the pygraphviz wheel, which includes Graphviz, else not at all.

Starting `dot` costs more than drawing a small picture, so many pictures go through one process. A picture with several
boxes gets a process of its own: Graphviz orders boxes by the memory addresses of their names, which depend on the
pictures before, so the bytes of the same picture would differ from run to run.
"""

import os
import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import chain
from typing import Any

from taploom.base.diagnostic import Diagnostic
from taploom.report.codes import UNDRAWN

_BATCH = 200


def undrawn() -> tuple[Diagnostic, ...]:
    """A finding if neither `dot` nor pygraphviz is installed."""
    if shutil.which("dot") or _wheel():
        return ()
    message = "there is no Graphviz, so the pages have tables and no diagrams"
    return (Diagnostic(UNDRAWN, message, None, help="install graphviz or pygraphviz"),)


def drawn(dots: Sequence[str]) -> list[str] | None:
    """SVG of each picture; None if neither `dot` nor pygraphviz is installed."""
    if not dots:
        return []
    if shutil.which("dot"):
        return list(_by_command(dots))
    return _by_wheel(dots)


def _by_command(dots: Sequence[str]) -> Iterator[str]:
    """Draws batches on all processors, with a thread for each process.

    The batches do not depend on the number of processors, so neither do the bytes.
    """
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
    """Discard the library's warnings.

    It writes them directly to the standard error of the process, a line for each cell whose words are wider in the
    machine's fonts than in the site's. Failures raise exceptions.
    """
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
