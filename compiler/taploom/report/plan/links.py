"""Links to the lines of a change's specs."""

from urllib.parse import quote

from taploom.base.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses of the specs of both sides.

    Attributes:
        folder: folder of the specs, as paths in the plan begin with.
        before: address of the same folder in the base, or "" where nobody knows one.
        after: the same in the head.
    """

    folder: str = ""
    before: str = ""
    after: str = ""

    def line(self, place: str, *, was: bool = False) -> str:
        """Address of a line, or "".

        Args:
            place: `file:line`.
            was: whether it is of the base.
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
        source: SOURCE, or "" where there is none.
        folder: folder of the specs, as the user named it.
        inside: the same folder from the top of the repository.
        commits: full names of both commits; "" for what is none, such as the working tree.
    """
    start = quote(source.rstrip("/"), safe=":/@%?&=+,;~")
    before, after = ("/".join(filter(None, (start, one, quote(inside)))) if source and one else "" for one in commits)
    return Links(folder, before, after)
