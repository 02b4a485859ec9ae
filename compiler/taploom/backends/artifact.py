"""A rendered file in which each line has its origin.

Backends hand lines, not text, to the delivery. The bytes of a file are its joined lines, and `explain FILE:LINE` looks
the origin of a line up without parsing the text.
"""

from typing import NamedTuple

from taploom.base.frozen import dataclass
from taploom.plan.origin import Origin


class Line(NamedTuple):
    """One line of a rendered file, without its line end; `origin` is None if no entry of the spec causes it.

    It is a named tuple, since a large site has millions of lines, and a dataclass takes twice as long to create.
    """

    text: str
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Printed:
    """A rendered file without the origins of its lines, as a delivery needs no origins; attributes as in `Artifact`."""

    path: str
    text: str
    install: str = ""
    mode: int = 0o644


@dataclass(frozen=True, slots=True)
class Artifact:
    """One rendered file.

    Attributes:
        path: path in the rendered tree, such as `hosts/hv1/networkd/20-br-dmz.network`.
        lines: the lines with their origins.
        install: absolute path on the host, or "" for a file that is not installed.
        mode: permission bits of the installed file.
    """

    path: str
    lines: tuple[Line, ...]
    install: str = ""
    mode: int = 0o644

    @property
    def text(self) -> str:
        """The whole file, with a line end after each line."""
        return "\n".join([*[text for text, _ in self.lines], ""])

    @property
    def printed(self) -> Printed:
        """The same file without the origins of its lines."""
        return Printed(self.path, self.text, self.install, self.mode)
