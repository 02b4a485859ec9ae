"""Forty edits of a benchmark site, as in a pull request: adds guests, removes or retargets forwards, widens rules."""

import re
from collections.abc import Callable
from pathlib import Path

EACH = 10
"""Number of edits per kind; there are four kinds."""
LEAST = 100
"""Minimum number of guests of a site that `edit_site` can edit."""


def edit_site(specs: Path, guests: int) -> None:
    """Edits the specs of a site in forty places, spread over all of its hosts.

    Args:
        specs: Folder that `sites.write_site` has filled.
        guests: Number of guests of the site, at least `LEAST`.
    """
    files = sorted((specs / "guests").iterdir())
    step = guests // (4 * EACH)
    for at in range(4 * EACH):
        number = at * step + at % len(files)
        file = files[number % len(files)]
        file.write_text(_KINDS[at % len(_KINDS)](file.read_text(), number, guests + at))


def _added(text: str, number: int, new: int) -> str:
    """Adds a guest with a forward, copied from existing ones."""
    guest = _entry(text, f"g{number:05}").replace(f"{number:05}", f"{new:05}")
    forward = _entry(text, f"f{number:05}").replace(f"{number:05}", f"{new:05}")
    forward = re.sub(r"tcp/\d+", f"tcp/{1000 + new % 10000}", forward)
    return text.replace("guests:\n", "guests:\n" + guest).replace("forwards:\n", "forwards:\n" + forward)


def _closed(text: str, number: int, new: int) -> str:
    """Removes a forward."""
    return text.replace(_entry(text, f"f{number:05}"), "")


def _moved(text: str, number: int, new: int) -> str:
    """Changes the target port of a forward."""
    old = _entry(text, f"f{number:05}")
    return text.replace(old, old.replace("8443", "9443"))


def _widened(text: str, number: int, new: int) -> str:
    """Adds a service to a rule."""
    old = _entry(text, f"r{number:05}")
    return text.replace(old, old.replace("[https,", "[https, ssh,"))


_KINDS: tuple[Callable[[str, int, int], str], ...] = (_added, _closed, _moved, _widened)


def _entry(text: str, name: str) -> str:
    """The lines of the entry with this name."""
    found = re.search(rf"^  {name}:\n(?:    .*\n)+", text, re.MULTILINE)
    assert found, name
    return found[0]
