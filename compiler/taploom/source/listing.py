"""Finds the specs in a folder.

The module decides by `stat` before it reads a byte, so that a pipe never blocks, a device is never opened, and a huge
file costs no time.
"""

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from taploom.base.diagnostic import Diagnostic, Report
from taploom.base.frozen import dataclass
from taploom.source import codes
from taploom.source.characters import printable_path
from taploom.source.refused import A_FOLDER, HIDDEN_NAME, NESTED, SPECIAL, LinkTarget, followed, link_refused, refuse
from taploom.source.repository_folder import misplaced

MIB = 1 << 20
FILE_BYTES = 8 * MIB
"""Maximum size of one spec: ten times the size of a site with 10,000 guests on one line each."""

TOTAL_BYTES = 64 * MIB
"""Maximum size of all specs together."""

LOCK = "taploom.lock"
"""The name of the lock, which is in the folder of specs; `passes.lock` reads it and reports findings about it."""

ENTRIES = 100_000
"""Maximum number of directory entries to visit, which limits the time for `--specs /`."""


_PERMIT = "mend its permissions, or move it out of the folder of specs"


@dataclass(frozen=True, slots=True)
class ListedSpec:
    """A spec that may be read.

    Attributes:
        path: path as the user would type it, for spans.
        real: path with links resolved.
        size: size in bytes.
    """

    path: str
    real: str
    size: int


@dataclass(frozen=True, slots=True)
class Listing:
    """The content of a folder of specs.

    Attributes:
        specs: specs that may be read, sorted by path.
        empty: folders without any entry, such as submodules that are not checked out; sorted.
    """

    specs: tuple[ListedSpec, ...]
    empty: tuple[str, ...]


_NOTHING = Listing((), ())
_BEGIN = ", or begin a site with `taploom init`"


def listed(folder: Path, report: Report) -> Listing:
    """The specs in a folder at any depth, except hidden files and folders."""
    shown = printable_path(str(folder))
    if wrong := misplaced(folder):
        refuse(report, str(wrong[0]), wrong[1])
        return _NOTHING
    if not folder.is_dir():
        what, more = ("is not a folder", "") if folder.exists() else ("does not exist", _BEGIN)
        report.add(Diagnostic(codes.NO_SPECS, f"`{shown}` {what}", None, f"name the folder with `--specs DIR`{more}"))
        return _NOTHING
    lock = str(folder / LOCK)
    empty: list[str] = []
    walked = [entry for entry in _walked(str(folder), empty, report) if entry.path != lock]
    entries = sorted(walked, key=lambda entry: (entry.is_symlink(), entry.path))
    found: dict[str, ListedSpec] = {}
    for entry in entries:
        spec = _spec(entry, str(folder), report)
        if spec is not None:
            found.setdefault(spec.real, spec)
    if not found and not report.failed:
        report.add(Diagnostic(codes.NO_SPECS, f"`{shown}` holds no `.yaml` file", None, "begin with `taploom init`"))
    specs = _within_total(sorted(found.values(), key=lambda spec: spec.path), report)
    return Listing(specs, tuple(sorted(empty)))


def _walked(folder: str, empty: list[str], report: Report) -> Iterator["os.DirEntry[str]"]:
    """All visible files, links, and folders named `*.yaml` at any depth; adds empty folders to `empty`."""
    waiting, seen = [folder], 0
    while waiting:
        current = waiting.pop()
        try:
            with os.scandir(current) as entries:
                everything = list(entries)
        except OSError as error:
            refuse(report, current, (codes.UNREADABLE, f"the folder cannot be read: {_reason(error)}", _PERMIT))
            continue
        if current != folder and any(entry.name == ".git" for entry in everything):
            refuse(report, current, NESTED)
            continue
        if current != folder and not everything:
            empty.append(current)
        inside = [entry for entry in everything if not entry.name.startswith(".")]
        seen += len(inside)
        if seen > ENTRIES:
            message = f"the folder holds more than {ENTRIES:,} files"
            refuse(report, folder, (codes.TOO_LARGE, message, "name a folder that holds only specs"))
            return
        for entry in inside:
            if entry.is_dir(follow_symlinks=False) and not entry.name.endswith(".yaml"):
                waiting.append(entry.path)
            else:
                yield entry


def _spec(entry: "os.DirEntry[str]", folder: str, report: Report) -> ListedSpec | None:
    """The spec of a directory entry; None, with a finding, if it only looks like a spec; None if it is another file."""
    is_spec = entry.name.endswith(".yaml")
    if not is_spec and misnamed(entry.path, report):
        return None
    real = _resolved(entry, folder, report, is_spec=is_spec)
    if real is None or not is_spec:
        return None
    if printable_path(entry.path) != entry.path:
        refuse(report, entry.path, HIDDEN_NAME)
        return None
    return _regular(entry.path, real, report)


def _resolved(entry: "os.DirEntry[str]", folder: str, report: Report, *, is_spec: bool) -> str | None:
    """The path of an entry with links resolved; None if it is not in the folder; reports refused links."""
    if not entry.is_symlink():
        return entry.path
    found = followed(os.path.relpath(entry.path, folder), lambda path: _target(Path(folder, path)))
    real = Path(folder, found) if isinstance(found, str) else Path(entry.path)
    end = LinkTarget.FOLDER if real.is_dir() else LinkTarget.FILE if real.exists() else LinkTarget.NOTHING
    why = link_refused(found, end, is_spec=is_spec)
    if why is not None:
        refuse(report, entry.path, why)
    return str(real) if why is None and isinstance(found, str) else None


def _target(path: Path) -> str | None:
    try:
        return str(path.readlink())
    except OSError:
        return None


def _regular(path: str, real: str, report: Report) -> ListedSpec | None:
    try:
        status = Path(real).stat()
    except OSError as error:
        refuse(report, path, (codes.UNREADABLE, f"the file cannot be read: {_reason(error)}", _PERMIT))
        return None
    if not stat.S_ISREG(status.st_mode):
        refuse(report, path, A_FOLDER if stat.S_ISDIR(status.st_mode) else SPECIAL)
        return None
    return ListedSpec(path, real, status.st_size) if _fits(path, status.st_size, report) else None


def misnamed(path: str, report: Report) -> bool:
    """Whether a path that is not a spec looks like one; if so, reports it."""
    if not path.lower().endswith((".yaml", ".yml")):
        return False
    help_ = f"rename it to `{printable_path(Path(path).stem)}.yaml`"
    refuse(report, path, (codes.EXTENSION, "only `.yaml` files are read", help_))
    return True


def readable(sizes: Mapping[str, int], report: Report) -> tuple[str, ...]:
    """The specs of another revision that are small enough to be read, sorted by path; the limits of a folder apply.

    Args:
        sizes: size in bytes by path.
        report: collector of findings about specs that are too large.
    """
    fitting = [ListedSpec(path, path, size) for path, size in sorted(sizes.items()) if _fits(path, size, report)]
    return tuple(spec.path for spec in _within_total(fitting, report))


def _fits(path: str, size: int, report: Report) -> bool:
    if size > FILE_BYTES:
        message = f"the file has {size / MIB:,.1f} MiB, and the maximum is {FILE_BYTES // MIB}"
        refuse(report, path, (codes.TOO_LARGE, message, "split it, or move it out of the folder of specs"))
    return size <= FILE_BYTES


def _within_total(found: list[ListedSpec], report: Report) -> tuple[ListedSpec, ...]:
    total = sum(spec.size for spec in found)
    if total <= TOTAL_BYTES:
        return tuple(found)
    largest = max(found, key=lambda spec: (spec.size, spec.path))
    message = f"the specs have {total / MIB:,.1f} MiB together, and the maximum is {TOTAL_BYTES // MIB}"
    refuse(report, largest.path, (codes.TOO_LARGE, message, "move files that are not specs out of the folder"))
    return ()


def _reason(error: OSError) -> str:
    return (error.strerror or "unknown reason").lower()
