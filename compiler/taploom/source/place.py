"""Where a folder of specs is: in which repository, and whether a commit has at its path what the working tree has."""

import os
from pathlib import Path

from taploom.source.refused import AROUND, NESTED, Refusal


def top_of(folder: Path) -> Path | None:
    """The top of the working tree that a folder is in: the nearest one with a `.git`, which no tree of git can hold."""
    lexical = Path(os.path.normpath(folder.absolute()))
    return _above(lexical) or _above(Path(os.path.realpath(lexical)))


def own_of_another(folder: Path) -> Path | None:
    """The repository of a folder, from the top of the one that the current folder is in, if it lies within that.

    It is a submodule, or looks like one: a change chooses what it holds.
    """
    top, around = top_of(folder), _above(Path.cwd())
    within = around is not None and top is not None and around != top and top.is_relative_to(around)
    return top.relative_to(around) if within and top and around else None


def misplaced(folder: Path) -> tuple[Path, Refusal] | None:
    """What keeps a folder from being one of specs, with its path.

    A commit has no folder behind a link or in a submodule, so a working tree has none either. Outside of repositories
    links are the user's own.
    """
    if own_of_another(folder) is not None:
        return folder, NESTED
    top = top_of(folder)
    if top is None:
        return None
    inside = (each for each in (*reversed(folder.parents), folder) if _below(each, top))
    return next(((each, AROUND) for each in inside if each.is_symlink()), None)


def _below(path: Path, top: Path) -> bool:
    return top in Path(os.path.normpath(path.absolute())).parents


def _above(folder: Path) -> Path | None:
    return next((each for each in (folder, *folder.parents) if (each / ".git").exists()), None)
