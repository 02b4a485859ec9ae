"""Which files of a folder are specs.

Everything is decided by `stat` before a byte is read, so that a pipe never blocks, a device is never opened, and a
gigabyte costs nothing.
"""

import errno
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from netloom.base.diagnostic import Diagnostic, Report
from netloom.base.frozen import dataclass
from netloom.base.rule import Rule
from netloom.base.span import start_of
from netloom.source import rules
from netloom.source.characters import printable_path

MIB = 1 << 20
FILE_BYTES = 8 * MIB
"""The most that one spec may have: ten times a site of 10,000 guests on one line each."""

TOTAL_BYTES = 64 * MIB
"""The most that all specs may have."""

ENTRIES = 100_000
"""How many directory entries are looked at: a bound for `--specs /`."""


_PERMIT = "mend its permissions, or move it out of the folder of specs"


@dataclass(frozen=True, slots=True)
class Found:
    """A spec that may be read.

    Attributes:
        path: as the user would name it, for spans.
        real: where it is, links resolved.
        size: in bytes.
    """

    path: str
    real: str
    size: int


_BEGIN = ", or begin a site with `netloom init`"


def listed(folder: Path, report: Report) -> tuple[Found, ...]:
    """The specs of a folder and of the folders in it, sorted by path; hidden ones are left out."""
    if not folder.is_dir():
        what, more = ("is not a folder", "") if folder.exists() else ("does not exist", _BEGIN)
        shown = printable_path(str(folder))
        report.add(Diagnostic(rules.NO_SPECS, f"`{shown}` {what}", None, f"name the folder with `--specs DIR`{more}"))
        return ()
    root = os.path.realpath(folder)
    entries = sorted(_walked(str(folder), report), key=lambda entry: (entry.is_symlink(), entry.path))
    found: dict[str, Found] = {}
    for entry in entries:
        spec = _spec(entry, root, report)
        if spec is not None:
            found.setdefault(spec.real, spec)
    if not found and not report.failed:
        shown = printable_path(str(folder))
        report.add(Diagnostic(rules.NO_SPECS, f"`{shown}` holds no `.yaml` file", None, "begin with `netloom init`"))
    return _within_total(sorted(found.values(), key=lambda spec: spec.path), report)


def _walked(folder: str, report: Report) -> Iterator["os.DirEntry[str]"]:
    """All entries that are no plain folder, and are not hidden."""
    waiting, seen = [folder], 0
    while waiting:
        current = waiting.pop()
        try:
            with os.scandir(current) as entries:
                inside = [entry for entry in entries if not entry.name.startswith(".")]
        except OSError as error:
            _refuse(report, rules.UNREADABLE, current, f"the folder cannot be read: {_reason(error)}", _PERMIT)
            continue
        seen += len(inside)
        if seen > ENTRIES:
            message = f"the folder holds more than {ENTRIES:,} files"
            _refuse(report, rules.TOO_LARGE, folder, message, "name a folder that holds specs alone")
            return
        for entry in inside:
            if entry.is_dir(follow_symlinks=False) and not entry.name.endswith(".yaml"):
                waiting.append(entry.path)
            else:
                yield entry


def _spec(entry: "os.DirEntry[str]", root: str, report: Report) -> Found | None:
    """What an entry is, if it is a spec; says why where it looks like one and is not."""
    is_spec = entry.name.endswith(".yaml")
    if not is_spec and entry.name.lower().endswith((".yaml", ".yml")):
        help_ = f"rename it to `{printable_path(Path(entry.name).stem)}.yaml`"
        _refuse(report, rules.EXTENSION, entry.path, "only `.yaml` files are read", help_)
        return None
    real = _resolved(entry, root, report, is_spec=is_spec)
    if real is None or not is_spec:
        return None
    if printable_path(entry.path) != entry.path:
        _refuse(
            report, rules.FILE_NAME, entry.path, "the name of the file has characters that cannot be shown", "rename it"
        )
        return None
    return _regular(entry.path, real, report)


def _resolved(entry: "os.DirEntry[str]", root: str, report: Report, *, is_spec: bool) -> str | None:
    """Where an entry is once links are followed, if that is a file in the folder."""
    try:
        real = os.path.realpath(entry.path, strict=True)
    except OSError as error:
        if is_spec or error.errno == errno.ELOOP:
            where = "round in a circle" if error.errno == errno.ELOOP else "nowhere"
            _refuse(report, rules.LINK, entry.path, f"the link leads {where}", "remove it")
        return None
    if entry.is_symlink() and entry.is_dir():
        message = "the link leads to a folder, and only links to files are followed"
        _refuse(report, rules.LINK, entry.path, message, "put the files here, or remove the link")
        return None
    if is_spec and os.path.commonpath((root, real)) != root:
        message = "the link leads out of the folder of specs"
        _refuse(report, rules.LINK, entry.path, message, "put the file itself here")
        return None
    return real


def _regular(path: str, real: str, report: Report) -> Found | None:
    try:
        status = Path(real).stat()
    except OSError as error:
        _refuse(report, rules.UNREADABLE, path, f"the file cannot be read: {_reason(error)}", _PERMIT)
        return None
    if not stat.S_ISREG(status.st_mode):
        what = "a folder" if stat.S_ISDIR(status.st_mode) else "a pipe, a socket or a device"
        _refuse(report, rules.UNREADABLE, path, f"this is {what}, not a file", "move it out of the folder of specs")
        return None
    return Found(path, real, status.st_size) if _fits(path, status.st_size, report) else None


def readable(sizes: Mapping[str, int], report: Report) -> tuple[str, ...]:
    """Which specs of another revision are small enough to be read, sorted by path; as of a folder.

    Args:
        sizes: in bytes, by path.
        report: takes what is wrong with the others.
    """
    fitting = [Found(path, path, size) for path, size in sorted(sizes.items()) if _fits(path, size, report)]
    return tuple(spec.path for spec in _within_total(fitting, report))


def _fits(path: str, size: int, report: Report) -> bool:
    if size > FILE_BYTES:
        message = f"the file has {size / MIB:,.1f} MiB, and the most is {FILE_BYTES // MIB}"
        _refuse(report, rules.TOO_LARGE, path, message, "split it, or move it out of the folder of specs")
    return size <= FILE_BYTES


def _within_total(found: list[Found], report: Report) -> tuple[Found, ...]:
    total = sum(spec.size for spec in found)
    if total <= TOTAL_BYTES:
        return tuple(found)
    largest = max(found, key=lambda spec: (spec.size, spec.path))
    message = f"the specs have {total / MIB:,.1f} MiB together, and the most is {TOTAL_BYTES // MIB}"
    _refuse(report, rules.TOO_LARGE, largest.path, message, "move what is no spec out of the folder")
    return ()


def _refuse(report: Report, rule: Rule, path: str, message: str, help_: str) -> None:
    report.add(Diagnostic(rule, message, start_of(printable_path(path)), help_))


def _reason(error: OSError) -> str:
    return (error.strerror or "unknown reason").lower()
