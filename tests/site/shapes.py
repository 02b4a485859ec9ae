"""HTML in a normal form, to compare pages that were made in different ways."""

import html.parser
import re

Shape = list[tuple[str, ...]]


class _Reader(html.parser.HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: Shape = []
        self._kept = 0
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element with its attributes in order."""
        self._kept += tag == "pre"
        self.found.append(("<", tag, *(f"{name}={value}" for name, value in sorted(attrs))))

    def handle_endtag(self, tag: str) -> None:
        """Its end."""
        self._kept -= tag == "pre"
        self.found.append(("</", tag))

    def handle_data(self, data: str) -> None:
        """Text, with the entities resolved; between elements it may be in several pieces."""
        before = self.found.pop()[1] if self.found and self.found[-1][0] == "text" else ""
        self.found.append(("text", before + data if self._kept else re.sub(r"[ \n]+", " ", before + data)))


def shape(text: str) -> Shape:
    """Elements and texts in their order, without the space at the edges of texts that is not shown."""
    found = _Reader(text).found
    trimmed = [one if one[0] != "text" else ("text", one[1].strip(" \n")) for one in found]
    return [one for one in trimmed if one != ("text", "")]


def tags(of: Shape) -> Shape:
    """The elements alone."""
    return [one for one in of if one[0] != "text"]


def words(of: Shape) -> list[str]:
    """The texts alone."""
    return [one[1] for one in of if one[0] == "text"]
