"""Forty edits of a measured site, as a pull request makes them: guests come, go and move ports, rules change."""

import re
from collections.abc import Callable
from pathlib import Path

EACH = 10
"""How many guests of each kind are edited; there are four kinds."""
LEAST = 100
"""Guests that a site needs to be edited so."""


def edit_site(specs: Path, guests: int) -> None:
    """Edit the specs of a written site, spread over all of its hosts.

    Args:
        specs: folder that `sites.write_site` has filled.
        guests: how many it has, at least `LEAST`.
    """
    files = sorted((specs / "guests").iterdir())
    step = guests // (4 * EACH)
    for at in range(4 * EACH):
        number = at * step + at % len(files)
        file = files[number % len(files)]
        file.write_text(_KINDS[at % len(_KINDS)](file.read_text(), number, guests + at))


def _added(text: str, number: int, new: int) -> str:
    """One more guest with a forward, beside one that is there."""
    guest = _entry(text, f"g{number:05}").replace(f"{number:05}", f"{new:05}")
    forward = _entry(text, f"f{number:05}").replace(f"{number:05}", f"{new:05}")
    forward = re.sub(r"tcp/\d+", f"tcp/{1000 + new % 10000}", forward)
    return text.replace("guests:\n", "guests:\n" + guest).replace("forwards:\n", "forwards:\n" + forward)


def _closed(text: str, number: int, new: int) -> str:
    """A forward that is no more."""
    return text.replace(_entry(text, f"f{number:05}"), "")


def _moved(text: str, number: int, new: int) -> str:
    """A forward that leads to another port."""
    old = _entry(text, f"f{number:05}")
    return text.replace(old, old.replace("8443", "9443"))


def _widened(text: str, number: int, new: int) -> str:
    """A rule that allows one service more."""
    old = _entry(text, f"r{number:05}")
    return text.replace(old, old.replace("[https,", "[https, ssh,"))


_KINDS: tuple[Callable[[str, int, int], str], ...] = (_added, _closed, _moved, _widened)


def _entry(text: str, name: str) -> str:
    """The lines of an entry."""
    found = re.search(rf"^  {name}:\n(?:    .*\n)+", text, re.MULTILINE)
    assert found, name
    return found[0]
