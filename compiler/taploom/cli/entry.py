"""The entry point of the program. It decides every exit status of taploom.

Commands return their status. An exception has a cause outside of taploom (a wrong option, a closed pipe, a full disk)
and becomes a message of one line, or it is a bug in taploom and is reported as one. Only `TAPLOOM_DEBUG` shows a
traceback.
"""

import atexit
import gc
import os
import signal
import sys
from collections.abc import Sequence
from io import StringIO
from typing import NoReturn

import click

from taploom import __version__
from taploom.cli.exits import BUG, FINDINGS, INTERRUPTED, USAGE, BugError
from taploom.cli.group import LazyGroup
from taploom.report.diagnostics.runner import inert
from taploom.report.diagnostics.visible import visible

DEBUG = "TAPLOOM_DEBUG"


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, "-V", "--version", prog_name="taploom", message="%(prog)s %(version)s")
def taploom() -> None:
    """Compile versioned specs of hypervisors and guests into files that hosts load.

    Exit status: 0 fine, 1 findings, 2 changes (with --detailed-exitcode), 3 stale, 64 usage, 70 a bug in taploom.
    """


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and leave with its exit status."""
    gc.disable()  # a plan has no reference cycles: collection took a third of a large render and freed nothing
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # `taploom … | head` ends without a message
    _open_streams()
    _drop_relative_path()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    ended: list[int] = []
    atexit.register(_exit_now, ended)  # atexit calls the functions in reverse order, so this one runs last
    ended.append(_flushed(run(arguments)))
    sys.exit(ended[0])


def _open_streams() -> None:
    """Open /dev/null in place of each standard stream that the caller has closed, as by `>&-`."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode, encoding="utf-8"))


def _drop_relative_path() -> None:
    """Drop relative entries of PATH: they would find programs in the folder that taploom is called in."""
    path = os.environ.get("PATH", os.defpath).split(os.pathsep)
    os.environ["PATH"] = os.pathsep.join(each for each in path if each.startswith("/"))


def _exit_now(ended: Sequence[int]) -> None:
    """Exit at once: the interpreter would first free a large plan, object by object."""
    if ended:
        os._exit(ended[0])


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    try:
        status = taploom.main(args=arguments, prog_name="taploom", standalone_mode=False)
    except click.ClickException as error:
        return _refused(error)
    except BugError:
        return BUG
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except OSError as error:
        return _environment(error)
    except Exception as error:  # noqa: BLE001 - the one place where a bug becomes a message
        return _bug(error)
    return status if isinstance(status, int) else 0


def _refused(error: click.ClickException) -> int:
    """Report an error in the arguments. Its message may contain untrusted names, such as file names."""
    buffer = StringIO()
    error.show(buffer)
    _say("\n".join(map(visible, buffer.getvalue().rstrip("\n").split("\n"))))
    return USAGE if isinstance(error, click.UsageError) else FINDINGS


def _say(text: str) -> None:
    click.echo(inert(text), err=True)


def _environment(error: OSError) -> int:
    """Report an error of the operating system. `taploom.delivery` turns such errors into diagnostics itself."""
    if os.environ.get(DEBUG):
        _traceback(error)
    about = f"{error.filename}: " if error.filename else ""
    _say(visible(f"taploom: {about}{error.strerror or error}"))
    return FINDINGS


def _bug(error: Exception) -> int:
    if os.environ.get(DEBUG):
        _traceback(error)
    words = str(error).splitlines()[:1] or [""]
    _say(visible(f"taploom: internal error: {type(error).__name__}: {words[0][:200]}"))
    click.echo("This is a bug in taploom, not in your specs; nothing is known to be wrong with them.", err=True)
    click.echo(f"Please report it with the output of the same command with {DEBUG}=1 set,", err=True)
    click.echo(
        f"the specs as far as you can share them, and: taploom {__version__}, Python {sys.version.split()[0]}.",
        err=True,
    )
    return BUG


def _traceback(error: BaseException) -> None:
    import traceback

    traceback.print_exception(error)


def _flushed(status: int) -> int:
    try:
        sys.stdout.flush()
    except OSError as error:
        click.echo(f"taploom: cannot write the output: {error.strerror}", err=True)
        return status or FINDINGS
    return status
