"""Refuses submodules of the working tree that are not checked out; only the index shows that they are submodules."""

from collections.abc import Sequence
from pathlib import Path

from taploom.base.diagnostic import Report
from taploom.diff.git import RevisionError, repository
from taploom.source.refused import NESTED, refuse


def refuse_absent(specs: Path, empty: Sequence[str], report: Report) -> None:
    """Refuse submodules that are not checked out; other modules refuse submodules that are checked out or in a commit.

    Args:
        specs: folder of the specs.
        empty: paths of empty folders below the folder of specs, as the user would name them.
        report: takes the refusals.
    """
    try:
        where, inside = repository(specs)
        index = where.ask("ls-files", "--stage", "-z", "--", inside or ".")
    except RevisionError:
        return  # git reads no repository here, so there are no submodules
    rows = (row.partition(b"\t") for row in index.split(b"\0"))
    linked = {path.decode("utf-8", "surrogateescape") for head, _, path in rows if head.startswith(b"160000 ")}
    for path in empty:
        below = str(Path(path).relative_to(specs))
        if (f"{inside}/{below}" if inside else below) in linked:
            refuse(report, path, NESTED)
