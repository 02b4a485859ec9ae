"""Finds the specs in a commit that is not checked out, by the rules for a folder.

This module must refuse exactly the paths that `source.listing` refuses in a working tree, with the same messages.
Otherwise a job that compiles a checkout and a job that reads the same commit could see different networks.
"""

from collections.abc import Iterator, Mapping

from taploom.base.diagnostic import Report
from taploom.base.frozen import dataclass
from taploom.source.characters import printable_path
from taploom.source.listing import LOCK, misnamed
from taploom.source.refused import A_FOLDER, HIDDEN_NAME, NESTED, LinkTarget, Refusal, followed, link_refused, refuse


@dataclass(frozen=True, slots=True)
class Stored:
    """The entries of a folder in a commit, by their paths in the folder.

    Attributes:
        files: all regular files, including hidden ones, to which links may lead.
        links: target of each symbolic link, as stored in the link.
        repositories: submodules.
        folders: symbolic links that lead out of the folder of specs to another folder.
    """

    files: frozenset[str]
    links: Mapping[str, str]
    repositories: frozenset[str]
    folders: frozenset[str]

    def tree(self) -> frozenset[str]:
        """The paths of all folders that are not empty; the top is ""."""
        paths = (*self.files, *self.links, *(f"{path}/" for path in self.repositories))
        return frozenset(("", *(above for path in paths for above in _above(path))))


def stored_specs(stored: Stored, folder: str, report: Report) -> dict[str, str]:
    """The path of each spec, with the path of the file that has its text.

    Args:
        stored: the entries of the folder in the commit.
        folder: path of the folder from the user.
        report: collector of findings about paths.
    """
    tree = stored.tree()
    shown: set[str] = set()
    taken: set[str] = set()
    specs: dict[str, str] = {}
    for path in sorted(filter(_visible, stored.repositories)):
        refuse(report, f"{folder}/{path}", NESTED)
    paths = [path for path in (*stored.files, *stored.links) if _visible(path) and path != LOCK]
    for path in sorted(paths, key=lambda path: (path in stored.links, path)):
        above = next((one for one in _above(path) if one.endswith(".yaml")), None)
        if above is not None and above not in shown:
            refuse(report, f"{folder}/{above}", A_FOLDER)
            shown.add(above)
        if above is None:
            real = _spec(stored, tree, folder, path, report)
            if real is not None and real not in taken:
                taken.add(real)
                specs[path] = real
    return specs


def _visible(path: str) -> bool:
    return not any(part.startswith(".") for part in path.split("/"))


def _above(path: str) -> Iterator[str]:
    parts = path.split("/")
    return ("/".join(parts[:depth]) for depth in range(1, len(parts)))


def _spec(stored: Stored, tree: frozenset[str], folder: str, path: str, report: Report) -> str | None:
    """The path of the file with the text of a spec; None for any other path; reports refused paths."""
    is_spec, name = path.endswith(".yaml"), f"{folder}/{path}"
    if not is_spec and misnamed(name, report):
        return None
    real: str | Refusal = path
    if path in stored.links:
        real = followed(path, stored.links.get)
        why = link_refused(real, _end(stored, tree, path, real), is_spec=is_spec)
    else:
        why = None
    if why is None and is_spec and printable_path(path) != path:
        why = HIDDEN_NAME
    if why is not None:
        refuse(report, name, why)
    return real if why is None and is_spec and isinstance(real, str) else None


def _end(stored: Stored, tree: frozenset[str], path: str, real: str | Refusal) -> LinkTarget:
    if real in stored.files:
        return LinkTarget.FILE
    return LinkTarget.FOLDER if real in tree or path in stored.folders else LinkTarget.NOTHING
