"""Reads a file of facts into typed objects. The file is untrusted, so each part has a limit and a type."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from taploom.base.address import Family
from taploom.base.diagnostic import Diagnostic
from taploom.drift.codes import UNREADABLE_FACTS
from taploom.drift.facts import lines, network
from taploom.drift.facts.model import Facts, RouteFacts
from taploom.drift.json_types import UnreadError, number, text
from taploom.drift.listing.tables import MalformedError, listed

FORMAT = "taploom-facts/1"
MOST_BYTES = 64 << 20
"""Maximum size of a file of facts in bytes; the facts of a host with ten thousand forwards have about ten megabytes."""
_LATEST = 1 << 40
_PARTS = ("files", "modes", "sysctls", "units", "listening", "activation", "sums")
T = TypeVar("T")


def read_facts(path: str, data: bytes) -> Facts | tuple[Diagnostic, ...]:
    """The facts in the text of a file, or all its faults.

    Args:
        path: path of the file, as the user stated it.
        data: content of the file.
    """
    if len(data) > MOST_BYTES:
        return (_refused(path, f"is larger than {MOST_BYTES >> 20} MiB"),)
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        return (_refused(path, f"is not JSON: {str(error)[:200]}"),)
    return _Reader(path, document).facts()


def read_file(path: Path) -> Facts | tuple[Diagnostic, ...]:
    """The facts in a file on disk, or all its faults."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        return (_refused(str(path), f"cannot be read: {error.strerror}"),)
    return read_facts(str(path), data)


def _refused(path: str, why: str) -> Diagnostic:
    return Diagnostic(UNREADABLE_FACTS, f"`{path}` {why}", None, "collect the facts anew: `taploom drift --collect`")


class _Reader:
    """A reader of one document, part by part, which collects the faults of all parts."""

    def __init__(self, path: str, document: object) -> None:
        self._path = path
        self._found: list[Diagnostic] = []
        self._document: Mapping[str, object] = document if isinstance(document, dict) else {}

    def facts(self) -> Facts | tuple[Diagnostic, ...]:
        """The facts, or all faults of the file."""
        if self._document.get("format") != FORMAT:
            return (_refused(self._path, f"is not in the format `{FORMAT}`"),)
        nothing: tuple[str, ...] = ()
        known = {part: self._part(part, lines.decoded, nothing) for part in _PARTS}
        families = ((Family.IPV4, "routes4"), (Family.IPV6, "routes6"))
        routes = [self._routes(part, family) for family, part in families]
        facts = Facts(
            self._part("host", text, ""),
            self._part("collected", lambda value: number(value, _LATEST), 0),
            self._of("activation", lambda: lines.taken(known["activation"], known["sums"])),
            self._of("files", lambda: lines.files(known["files"], known["modes"])) or {},
            lines.settings(known["sysctls"]),
            lines.units(known["units"]),
            known["listening"],
            self._maybe("ruleset", listed),
            self._maybe("links", network.links),
            self._maybe("addresses", network.addresses),
            None if None in routes else tuple(route for found in routes for route in found or ()),
            self._maybe("networkctl", network.networkd),
        )
        return tuple(self._found) or facts

    def _routes(self, part: str, family: Family) -> tuple[RouteFacts, ...] | None:
        return self._maybe(part, lambda value: tuple(network.routes(value, family)))

    def _part(self, part: str, read: Callable[[object], T], otherwise: T) -> T:
        found = self._of(part, lambda: read(self._document.get(part)))
        return otherwise if found is None else found

    def _maybe(self, part: str, read: Callable[[object], T]) -> T | None:
        """The value of a part; None if the part is null because the script could not collect it."""
        value = self._document.get(part)
        return None if value is None else self._of(part, lambda: read(value))

    def _of(self, part: str, read: Callable[[], T]) -> T | None:
        try:
            return read()
        except (UnreadError, MalformedError) as error:
            self._found.append(_refused(self._path, f"has a part `{part}` that cannot be read: {error}"))
            return None
