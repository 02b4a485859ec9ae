"""Reads the facts of one host from a file, or of several hosts from a folder with `HOST.json` for each."""

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from taploom.base.diagnostic import Diagnostic
from taploom.base.frozen import dataclass
from taploom.drift.facts.model import Facts
from taploom.drift.facts.read import MOST_BYTES, read_facts, read_file


@dataclass(frozen=True, slots=True)
class Collected:
    """The readable facts by host, and the faults of unreadable files."""

    facts: Mapping[str, Facts]
    refused: tuple[Diagnostic, ...]


def facts_of(host: str, path: str) -> Collected:
    """The facts of one host, from a file or, for `-`, from standard input."""
    found = read_facts(path, sys.stdin.buffer.read(MOST_BYTES + 1)) if path == "-" else read_file(Path(path))
    return _collected([(host, found)])


def facts_of_all(folder: Path, hosts: Iterable[str]) -> Collected:
    """The facts of the given hosts; a host without a file in the folder is left out."""
    paths = ((host, folder / f"{host}.json") for host in hosts)
    return _collected([(host, read_file(path)) for host, path in paths if path.exists()])


def _collected(found: list[tuple[str, Facts | tuple[Diagnostic, ...]]]) -> Collected:
    return Collected(
        {host: one for host, one in found if isinstance(one, Facts)},
        tuple(each for _, one in found if isinstance(one, tuple) for each in one),
    )
