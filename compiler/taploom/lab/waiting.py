"""Waits until a condition holds in a lab.

Everything in a lab is asynchronous (a lease, a neighbour discovery, a process), so every lab step polls until a
condition holds. One function does it, so that each error names the condition and the last value that was seen.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Seen = TypeVar("Seen")

INTERVAL = 0.05
"""Seconds between two polls."""


class LabError(RuntimeError):
    """The lab itself failed (a tool, a timeout); never the verdict of a probe."""


def wait_for(look: Callable[[], Seen], what: str, timeout: float = 10.0) -> Seen:
    """Polls until `look` returns a true value, and returns this value.

    Args:
        look: Called every `INTERVAL` seconds, and at least once.
        what: What is waited for, for the message.
        timeout: Seconds until it gives up.

    Raises:
        LabError: `look` returned no true value in time; the message holds the last value.
    """
    deadline = time.monotonic() + timeout
    while not (seen := look()):
        if time.monotonic() > deadline:
            raise LabError(f"waited {timeout:g} s in vain for {what}; last seen: {seen!r}")
        time.sleep(INTERVAL)
    return seen
