"""Reads the status and the counts of each host from `taploom-drift/1`. A document with an unexpected shape is refused.

Messages, places and values in the document come from hosts and are not read. The module reads only statuses (`Word`),
numbers and names of hosts, and refuses names that are invalid in a spec.
"""

import json
from collections.abc import Callable, Mapping
from typing import TypeVar

from taploom.base.frozen import dataclass
from taploom.base.names import is_name
from taploom.drift.json_types import UnreadError, mapping, number, sequence, short, text
from taploom.drift.model import Word
from taploom.report.drift.json import FORMAT

T = TypeVar("T")

_SERIAL = (1 << 64) - 1


class NoDriftError(ValueError):
    """The text is no output of `taploom drift --format json`; the message names the invalid place."""


@dataclass(frozen=True, slots=True)
class HostTally:
    """The status of a host, and the counts of its differences.

    Attributes:
        host: name of the host.
        word: status of the host, the gravest among its rows; None for a host without facts.
        serial: serial of the bundle that the host took up; 0 for none.
        differences: number of rows.
        exposures: number of consequences that let in packets from outside of the site.
    """

    host: str
    word: Word | None
    serial: int = 0
    differences: int = 0
    exposures: int = 0


def read_drift(raw: str) -> tuple[HostTally, ...]:
    """All hosts of the document; hosts without facts come last.

    Raises:
        NoDriftError: the document has an unexpected shape, or contains a host twice.
    """
    try:
        data = mapping(json.loads(raw))
        if data.get("format") != FORMAT:
            raise UnreadError(f"format {short(data.get('format'))}")
        hosts = [_at(f"hosts[{i}]", _host, one) for i, one in enumerate(_at("hosts", sequence, data.get("hosts")))]
        names = _at("missing", sequence, data.get("missing"))
        hosts += [HostTally(_at(f"missing[{i}]", _name, one), None) for i, one in enumerate(names)]
        _check_once(hosts)
    except UnreadError as error:
        raise NoDriftError(f"this is no output of `taploom drift --format json`: {error}") from None
    except (ValueError, RecursionError):
        raise NoDriftError("this is no output of `taploom drift --format json`: it is not JSON") from None
    return tuple(hosts)


def _host(value: object) -> HostTally:
    host = mapping(value)
    name = _at("host", _name, host.get("host"))
    word = _at("word", _word, host.get("word"))
    serial = _at("serial", lambda found: number(found, _SERIAL), host.get("serial"))
    rows = [_at(f"rows[{i}]", mapping, row) for i, row in enumerate(_at("rows", sequence, host.get("rows")))]
    words = [_at(f"rows[{i}].word", _word_of_row, row.get("word")) for i, row in enumerate(rows)]
    if word is not max(words, key=list(Word).index, default=Word.CURRENT):
        raise UnreadError(f"word {short(word.value)} is not the gravest of its rows")
    exposures = sum(_exposures(one) for one in (host, *rows))
    return HostTally(name, word, serial, len(rows), exposures)


def _exposures(of: Mapping[str, object]) -> int:
    found = [mapping(one).get("exposed") for one in _at("consequences", sequence, of.get("consequences"))]
    for one in found:
        if not isinstance(one, bool):
            raise UnreadError(f"exposed {short(one)}")
    return found.count(True)


def _name(value: object) -> str:
    name = text(value)
    if not is_name(name):
        raise UnreadError(short(name))
    return name


def _word(value: object) -> Word:
    try:
        return Word(text(value))
    except ValueError:
        raise UnreadError(short(value)) from None


def _word_of_row(value: object) -> Word:
    word = _word(value)
    if word is Word.CURRENT:
        raise UnreadError(short(value))
    return word


def _check_once(hosts: list[HostTally]) -> None:
    seen: set[str] = set()
    for one in hosts:
        if one.host in seen:
            raise UnreadError(f"host {short(one.host)} appears twice")
        seen.add(one.host)


def _at(place: str, read: Callable[[object], T], value: object) -> T:
    """The result of `read` for a value. The place is added to its error."""
    try:
        return read(value)
    except UnreadError as error:
        raise UnreadError(f"{place} {error}") from None
