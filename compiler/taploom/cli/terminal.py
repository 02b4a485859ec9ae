"""Output of the commands: results on stdout; messages, findings in colour and the progress of long steps on stderr."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

import click

from taploom.base.diagnostic import Diagnostic
from taploom.report.diagnostics.findings import Findings, SourceLine, no_source, tally
from taploom.report.diagnostics.runner import inert

_PATIENCE = 1.0
_CLEAR = "\r\033[K"


def wants_color(stream: TextIO) -> bool:
    """Whether a stream is a terminal whose user has not asked for plain text (no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM", "dumb") != "dumb"


def say(text: str) -> None:
    """Print a message for the user on stderr."""
    click.echo(inert(text), err=True, color=wants_color(sys.stderr))


def tell(text: str, form: str = "text") -> None:
    """Print the result of a command on stdout.

    Args:
        text: whole lines.
        form: its format, by its name in `--format`.
    """
    sys.stdout.write(inert(text, form))  # click.echo would write UTF-8 to a terminal that understands only ASCII
    sys.stdout.flush()


def show(diagnostics: tuple[Diagnostic, ...], line: SourceLine = no_source) -> None:
    """Print findings in full, and then their number, on stderr; print nothing if there are none."""
    if diagnostics:
        from taploom.report.diagnostics.full import full

        say(full(Findings(diagnostics, line, wants_color(sys.stderr))))
        say(tally(diagnostics))


@contextmanager
def progress(text: str) -> Iterator[None]:
    """Print a text on a terminal if the context takes longer than `_PATIENCE`.

    An alarm of this process prints it (children do not inherit alarms: fork(2)). A thread cannot be used, since a
    process with threads is not forked (`base.parallel`).
    """
    if not sys.stderr.isatty():
        yield
        return
    shown = False

    def speak(*_: object) -> None:
        nonlocal shown
        shown = True
        line = f"{text} …".encode(sys.stderr.encoding, "backslashreplace")
        os.write(sys.stderr.fileno(), line)  # past the stream's buffer: the interrupted code may be using it

    before = signal.signal(signal.SIGALRM, speak)
    signal.setitimer(signal.ITIMER_REAL, _PATIENCE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if shown:
            sys.stderr.write(_CLEAR if os.environ.get("TERM", "dumb") != "dumb" else "\n")
            sys.stderr.flush()


@contextmanager
def steps() -> Iterator[Callable[[str], None]]:
    """Show on a terminal which of many steps is under way; each step overwrites the one before."""
    shown = sys.stderr.isatty() and os.environ.get("TERM", "dumb") != "dumb"

    def step(text: str) -> None:
        if shown:
            sys.stderr.write(f"{_CLEAR}{text} …")
            sys.stderr.flush()

    try:
        yield step
    finally:
        if shown:
            sys.stderr.write(_CLEAR)
            sys.stderr.flush()
