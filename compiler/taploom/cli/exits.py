"""The exit statuses of taploom; 64 and 70 have the same meaning as in sysexits.h."""

FINE = 0
FINDINGS = 1
CHANGES = 2
STALE = 3
USAGE = 64
BUG = 70
INTERRUPTED = 130


class BugError(Exception):
    """A bug in taploom that has been reported already; the command ends with `BUG`."""
