"""Loads the specs of a folder or a revision, each with its text and its tree."""

import codecs
import gc
import os
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Map
from contextlib import contextmanager
from pathlib import Path

from taploom.base.diagnostic import Diagnostic, Report
from taploom.base.frozen import dataclass
from taploom.base.span import Span, start_of
from taploom.source import codes
from taploom.source.builder import NODES
from taploom.source.characters import position, printable_path
from taploom.source.listing import FILE_BYTES, ListedSpec, listed, readable
from taploom.source.reader import read_counted
from taploom.source.refused import A_FOLDER, BESIDE, SPECIAL, refuse
from taploom.source.tree import Mapping

_OTHER_ENCODINGS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One spec.

    Attributes:
        path: path of the file as the user would type it; the spans of the tree contain it.
        text: decoded text, without a byte order mark.
        root: tree of the text; None if the file is not YAML or not a mapping.
    """

    path: str
    text: str
    root: Mapping | None


@dataclass(frozen=True, slots=True)
class SourceSet:
    """All specs of a site.

    Attributes:
        files: specs that could be decoded, sorted by path.
        folder: path of the folder from the user, for findings about the whole site.
        empty: folders without any entry.
    """

    files: tuple[SourceFile, ...]
    folder: str
    empty: tuple[str, ...] = ()


_LOSING = (codes.UNREADABLE, codes.LINK, codes.TOO_LARGE, codes.ENCODING, codes.FILE_NAME, codes.DOCUMENTS)
"""Rules whose findings mean that a file of the site, or a part of one, was not read."""


def incomplete(source: SourceSet, report: Report) -> bool:
    """Whether a part of the site could not be read, so that the set of defined names is unknown.

    Args:
        source: the specs of the site.
        report: the findings from reading them.
    """
    return any(file.root is None for file in source.files) or any(d.rule in _LOSING for d in report.diagnostics)


def load(folder: Path, report: Report) -> SourceSet:
    """Read every spec in a folder, at any depth.

    Args:
        folder: path from the user, with which the paths in spans begin.
        report: collector of findings about files and their YAML.

    Returns:
        The specs that could be decoded. They include invalid YAML, since diagnostics show snippets of it.
    """
    with _no_collector():
        found = listed(folder, report)
        texts = ((spec.path, _text(spec, report)) for spec in found.specs)
        return SourceSet(_read_all(texts, report), printable_path(str(folder)), found.empty)


def load_blobs(blobs: Map[str, bytes], folder: str, report: Report, sizes: Map[str, int] | None = None) -> SourceSet:
    """Read specs that are in memory, such as those of another revision.

    Args:
        blobs: content by path; spans will contain these paths. Files whose names do not end in `.yaml` are ignored.
        folder: path of the folder from the user.
        report: collector of findings about files and their YAML.
        sizes: size in bytes by path, also of files that are too large for `blobs`; None to use the sizes of `blobs`.
    """
    known = {path: len(raw) for path, raw in blobs.items()} if sizes is None else sizes
    specs = readable({path: size for path, size in known.items() if path.endswith(".yaml")}, report)
    with _no_collector():
        texts = ((printable_path(path), decoded(blobs[path], printable_path(path), report)) for path in specs)
        return SourceSet(_read_all(texts, report), printable_path(folder))


@contextmanager
def _no_collector() -> Iterator[None]:
    """Turn off the garbage collector, which would walk the growing tree repeatedly although a tree has no cycles."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _read_all(texts: Iterable[tuple[str, str | None]], report: Report) -> tuple[SourceFile, ...]:
    files: list[SourceFile] = []
    left = NODES
    for path, text in texts:
        if text is None:
            continue
        root, count = read_counted(text, path, report, left)
        files.append(SourceFile(path, text, root))
        left -= count
        if left < 0:
            break
    return tuple(files)


def _text(spec: ListedSpec, report: Report) -> str | None:
    try:
        raw = _bytes(spec.real)
    except OSError as error:
        message = f"the file cannot be read: {(error.strerror or 'unknown reason').lower()}"
        report.add(Diagnostic(codes.UNREADABLE, message, start_of(spec.path), "mend its permissions"))
        return None
    return decoded(raw, spec.path, report)


def decoded(raw: bytes, path: str, report: Report) -> str | None:
    """The text of a spec; None, with a finding in the report, if it cannot be decoded."""
    if len(raw) > FILE_BYTES:
        report.add(Diagnostic(codes.TOO_LARGE, "the file is larger than 8 MiB", start_of(path)))
        return None
    for mark, name in _OTHER_ENCODINGS:
        if raw.startswith(mark):
            report.add(_not_utf8(start_of(path), f"the file is {name}, not UTF-8"))
            return None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        report.add(_bad_byte(raw.removeprefix(codecs.BOM_UTF8), error, path))
        return None


def _bytes(path: str) -> bytes:
    """The content of a file up to the size limit; a file that has grown since the listing is cut off."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        return file.read(FILE_BYTES)


def _bad_byte(raw: bytes, error: UnicodeDecodeError, path: str) -> Diagnostic:
    before = raw[: error.start].decode("utf-8", "replace")
    line, column = position(before, len(before))
    byte = raw[error.start]
    latin = bytes([byte]).decode("latin-1")
    guess = f", which is `{latin}` in Latin-1" if latin.isprintable() else ""
    return _not_utf8(Span(path, line, column, line, column + 1), f"the byte 0x{byte:02X} is not UTF-8{guess}")


def _not_utf8(span: Span, message: str) -> Diagnostic:
    return Diagnostic(codes.ENCODING, message, span, "save the file as UTF-8")


def read_text(path: Path, report: Report) -> str:
    """The text of a file that is not a spec, such as the lock; "" if it is missing, or refused with a finding."""
    if path.is_symlink():  # refused, since diagnostics would show lines of the link's target
        refuse(report, str(path), BESIDE)
    if path.is_symlink() or not path.exists():
        return ""
    shown = printable_path(str(path))
    if not path.is_file():
        refuse(report, str(path), A_FOLDER if path.is_dir() else SPECIAL)
        return ""
    if path.stat().st_size >= FILE_BYTES:
        message = "the file has 8 MiB or more, which taploom does not read"
        refuse(report, str(path), (codes.UNREADABLE, message, "name a file of less than 8 MiB"))
        return ""
    return _text(ListedSpec(shown, str(path), path.stat().st_size), report) or ""
