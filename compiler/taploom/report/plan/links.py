"""Links from the report of a change to lines of the specs."""

from urllib.parse import quote

from taploom.base.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Links:
    """URLs of the specs in both revisions.

    Attributes:
        folder: folder of the specs; the paths of spans begin with it.
        before: URL of this folder in the base revision, or "" if none is known.
        after: URL of this folder in the head revision, or "" if none is known.
    """

    folder: str = ""
    before: str = ""
    after: str = ""

    def line(self, place: str, *, was: bool = False) -> str:
        """The URL of a line of a spec, or "" if none is known.

        Args:
            place: place of the line as `file:line`.
            was: whether the line is in the base revision.
        """
        start = self.before if was else self.after
        path, _, number = place.rpartition(":")
        if not start or not path.startswith(f"{self.folder}/"):
            return ""
        return f"{start}/{quote(path.removeprefix(f'{self.folder}/'))}#L{number}"


NO_LINKS = Links()


def linked(source: str, folder: str, inside: str, commits: tuple[str, str]) -> Links:
    """Links into a forge that shows a file at `SOURCE/COMMIT/PATH#LINE`, as GitHub and GitLab do below `blob`.

    Args:
        source: SOURCE, or "" if there is none.
        folder: folder of the specs as the user writes it.
        inside: path of this folder from the top of the repository.
        commits: full hashes of both commits; "" for a side that is not a commit, such as the working tree.
    """
    start = quote(source.rstrip("/"), safe=":/@%?&=+,;~")
    before, after = ("/".join(filter(None, (start, one, quote(inside)))) if source and one else "" for one in commits)
    return Links(folder, before, after)
