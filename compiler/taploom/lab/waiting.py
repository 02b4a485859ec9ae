"""Waits until a condition holds in a lab.

Everything in a lab is asynchronous (a lease, a neighbour discovery, a process), so every step polls until a condition
holds. All steps use one function, so each error contains the condition and the last value.
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
    """The error for a failure of the lab itself (a tool, a timeout), and not for the verdict of a probe."""


def wait_for(look: Callable[[], Seen], what: str, timeout: float = 10.0) -> Seen:
    """Polls until `look` returns a true value, and returns this value.

    Args:
        look: The function that is called every `INTERVAL` seconds, and at least once.
        what: Name of the condition, for the message.
        timeout: Seconds after which the wait fails.

    Raises:
        LabError: `look` returned no true value in time; the message contains the last value.
    """
    deadline = time.monotonic() + timeout
    while not (seen := look()):
        if time.monotonic() > deadline:
            raise LabError(f"waited {timeout:g} s in vain for {what}; last seen: {seen!r}")
        time.sleep(INTERVAL)
    return seen
