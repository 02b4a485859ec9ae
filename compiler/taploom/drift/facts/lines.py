"""Readers of the parts that are lines of text: checksums, modes, kernel settings, states of units, the bundle."""

import base64
import binascii
from collections.abc import Iterable, Iterator, Mapping

from taploom.drift.facts.model import FileFacts, Taken
from taploom.drift.json_types import UnreadError, sequence, short, text

_ENCODED = "base64:"
_PROC = "/proc/sys/"
_HEX = frozenset("0123456789abcdef")
_SHA256 = 64


def decoded(value: object) -> tuple[str, ...]:
    """The lines of a part; lines that the script encoded in base64 are decoded.

    Raises:
        UnreadError: the part is not a list of strings, or a line is not base64.
    """
    return tuple(_line(text(line)) for line in sequence(value))


def _line(line: str) -> str:
    if not line.startswith(_ENCODED):
        return line
    try:
        return base64.b64decode(line.removeprefix(_ENCODED), validate=True).decode(errors="replace")
    except binascii.Error:
        raise UnreadError(short(line)) from None


def sums(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The path and checksum in each line of `sha256sum`, which escapes paths that contain a line end (sha256sum(1)).

    Raises:
        UnreadError: a line has another form.
    """
    for line in lines:
        digest, _, path = line.removeprefix("\\").partition("  ")
        if len(digest) != _SHA256 or not _HEX.issuperset(digest) or not path:
            raise UnreadError(short(line))
        yield (_unescaped(path) if line.startswith("\\") else path), digest


def _unescaped(path: str) -> str:
    parts = path.split("\\\\")
    return "\\".join(part.replace("\\n", "\n").replace("\\r", "\r") for part in parts)


def files(checksums: Iterable[str], modes: Iterable[str]) -> Mapping[str, FileFacts]:
    """Files by path; a mode that cannot be read becomes None."""
    known = {path: (mode, linked) for line in modes for path, mode, linked in _mode(line)}
    return {path: FileFacts(digest, *known.get(path, (None, False))) for path, digest in sums(checksums)}


def _mode(line: str) -> Iterator[tuple[str, int, bool]]:
    """Path, mode, and whether the file is a link, from a line such as `644:regular file:/etc/x`."""
    bits, _, rest = line.partition(":")
    kind, _, path = rest.partition(":")
    if bits and set(bits) <= set("01234567") and len(bits) <= 4 and path:
        yield path, int(bits, 8), kind == "symbolic link"


def settings(lines: Iterable[str]) -> Mapping[str, str]:
    """Values of kernel settings by key; a line such as `==> /proc/sys/net/… <==` names the key of the next line."""
    found: dict[str, str] = {}
    key = ""
    for line in lines:
        if line.startswith("==> ") and line.endswith(" <=="):
            key = line[4:-4].removeprefix(_PROC)
        elif line and key:
            found.setdefault(key, line)
    return found


def units(lines: Iterable[str]) -> Mapping[str, Mapping[str, str]]:
    """States of units by name, from blocks of `KEY=VALUE` with an empty line between them (systemctl(1), show)."""
    found: dict[str, Mapping[str, str]] = {}
    block: dict[str, str] = {}
    for line in (*lines, ""):
        key, equals, value = line.partition("=")
        if equals:
            block[key] = value
        elif block:
            found[block.get("Id", "")] = block
            block = {}
    return found


def taken(activation: tuple[str, ...], checksums: tuple[str, ...]) -> Taken | None:
    """The bundle that the host took up; None if it took up none.

    Raises:
        UnreadError: the bundle's checksums or its serial cannot be read.
    """
    if not activation:
        return None
    words = {line.partition(" ")[0]: line.partition(" ")[2] for line in activation}
    serial = words.get("serial", "0")
    if not (serial.isascii() and serial.isdigit() and len(serial) < 20):
        raise UnreadError(f"serial {short(serial)}")
    installed = {f"/{path.removeprefix('./')}": digest for path, digest in sums(checksums) if path.startswith("etc/")}
    return Taken(words.get("host", ""), words.get("plan", ""), int(serial), installed)
