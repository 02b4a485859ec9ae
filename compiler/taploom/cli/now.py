"""What time it is, for all that hangs on it: one place, so that all who ask for it can be told another."""

import os
import time

import click

_VARIABLE = "SOURCE_DATE_EPOCH"
_END = 1 << 33
"""The year 2242: later than any `expires` that people write, and no number that is a mistake in milliseconds."""


def now() -> int:
    """Seconds since the epoch, or what stands in for them (reproducible-builds.org/specs/source-date-epoch).

    Raises:
        click.UsageError: what stands in for them is no number of seconds.
    """
    told = os.environ.get(_VARIABLE)
    if not told:
        return int(time.time())
    if not (told.isascii() and told.isdigit() and len(told) < 12 and int(told) < _END):
        raise click.UsageError(f"{_VARIABLE} is {told[:40]!r}; it has to be in seconds since 1970, such as 1798761600.")
    return int(told)
