"""Finds the repository of a folder of specs, and refuses folders that a commit does not contain at the same path."""

import os
from pathlib import Path

from taploom.source.refused import AROUND, NESTED, Refusal


def top_of(folder: Path) -> Path | None:
    """The top of a folder's working tree: the nearest folder with a `.git`; no commit can contain such a name."""
    lexical = Path(os.path.normpath(folder.absolute()))
    return _above(lexical) or _above(Path(os.path.realpath(lexical)))


def own_of_another(folder: Path) -> Path | None:
    """The relative path of the folder's repository in the current folder's repository; None if it is not nested there.

    A nested repository is a submodule or looks like one, so a pull request could choose its content.
    """
    top, around = top_of(folder), _above(Path.cwd())
    within = around is not None and top is not None and around != top and top.is_relative_to(around)
    return top.relative_to(around) if within and top and around else None


def misplaced(folder: Path) -> tuple[Path, Refusal] | None:
    """The path that makes a folder unfit as the folder of specs, with the reason; None if the folder is accepted.

    A commit contains no folders behind links or in submodules, so these are refused in a working tree, too. Outside of
    repositories, links are allowed.
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
