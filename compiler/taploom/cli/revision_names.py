"""The names of the sides of a comparison, and hints for the error if a name is no revision.

Only the form of a name decides whether it is a path or a revision, because the files of a change must not decide what
is compared. A folder never stands for a revision of the same name. If there is no such revision, a hint names the
folder.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from taploom.diff.git import RevisionError

_FOLDERS = ("./", "../", "/")
"""Prefixes of names of folders; no name of a revision begins with one."""
_LOOKED_AT = 1000
"""Maximum number of names that are read in a folder to see whether it has specs."""


def named(words: tuple[str, ...]) -> tuple[str, str | None]:
    """Read the names of base and head (None if not given) from arguments; in `BASE..HEAD` both have to be revisions.

    Raises:
        RevisionError: the arguments do not name two sides.
    """
    for word in words[2:]:
        raise RevisionError(
            f"plan takes BASE..HEAD, or BASE and HEAD, and `{word}` is one too many: `--specs DIR` names the folder of "
            "the specs"
        )
    if "" in words:
        raise RevisionError(
            "a side is empty: name a revision, a folder such as ./old, or a plan.json; without any side, the working "
            "tree is compared with the last commit"
        )
    if len(words) == 1 and ".." in words[0] and not words[0].startswith(_FOLDERS):
        base, _, head = words[0].partition("..")
        found = base or "HEAD", head.lstrip(".") or "HEAD"
        for name in filter(is_path, found):
            raise RevisionError(f"`{name}` is a path, and in BASE..HEAD both are revisions: give two arguments")
        return found
    return (words[0] if words else "HEAD"), (words[1] if len(words) > 1 else None)


def is_path(word: str) -> bool:
    """Whether a side is a path by its form."""
    return word.startswith(_FOLDERS) or word.endswith(".json") or word in (".", "..")


@contextmanager
def or_folder(*words: str) -> Iterator[None]:
    """Add a hint to the error about a name that is no revision: how to name the folder, or the commit alone."""
    try:
        yield
    except RevisionError as error:
        raise RevisionError(f"{error}{_hint(words)}") from None


def _hint(words: Iterable[str]) -> str:
    names = [word for word in words if not is_path(word)]
    folders = [f"`./{word}`" for word in names if _has_specs(Path(word))]
    if len(folders) > 1:
        return f"; the folders of these names are {' and '.join(folders)}"
    if folders:
        return f"; the folder of that name is {folders[0]}"
    for commit, colon, path in (word.partition(":") for word in names):
        if commit and colon:
            return f"; name the commit alone, `{commit}`, and its folder by `--specs {path or 'DIR'}`"
    return ""


def _has_specs(folder: Path) -> bool:
    """Whether a folder seems to hold specs."""
    if not folder.is_dir():
        return False
    found = islice(folder.iterdir(), _LOOKED_AT)
    return any(each.name == "taploom.lock" or each.suffix == ".yaml" for each in found)
