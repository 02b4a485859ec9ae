"""Where a folder of specs is: in which repository, and whether a commit has at its path what the working tree has."""

import os
from pathlib import Path

from taploom.source.refused import AROUND, NESTED, Refusal


def top_of(folder: Path) -> Path | None:
    """The top of the working tree that a folder is in: the nearest one with a `.git`, which no tree of git can hold."""
    lexical = Path(os.path.normpath(folder.absolute()))
    return _above(lexical) or _above(Path(os.path.realpath(lexical)))


def own_of_another(folder: Path) -> Path | None:
    """The repository that a folder is in, as a path from the top of the current folder's, if it lies within that.

    It is a submodule, or looks like one, so a pull request could choose what it holds.
    """
    top, around = top_of(folder), _above(Path.cwd())
    within = around is not None and top is not None and around != top and top.is_relative_to(around)
    return top.relative_to(around) if within and top and around else None


def misplaced(folder: Path) -> tuple[Path, Refusal] | None:
    """Why a folder cannot be read as a folder of specs, with the path that is to blame.

    A commit holds no folder behind a link or in a submodule, so none is read in a working tree either. Outside of
    repositories links are the user's own business.
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
