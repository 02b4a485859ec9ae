"""The current time. Every command gets it from `now`, so that `SOURCE_DATE_EPOCH` replaces it everywhere."""

import os
import time

import click

_VARIABLE = "SOURCE_DATE_EPOCH"
_END = 1 << 33
"""Upper limit of a time (year 2242). Any real `expires` is earlier; milliseconds given by mistake are later."""


def now() -> int:
    """Seconds since the epoch, or `SOURCE_DATE_EPOCH` if set (reproducible-builds.org/specs/source-date-epoch).

    Raises:
        click.UsageError: the variable is no number of seconds.
    """
    text = os.environ.get(_VARIABLE)
    if not text:
        return int(time.time())
    if not (text.isascii() and text.isdigit() and len(text) < 12 and int(text) < _END):
        raise click.UsageError(f"{_VARIABLE} is {text[:40]!r}; it has to be in seconds since 1970, such as 1798761600.")
    return int(text)
