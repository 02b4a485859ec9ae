"""Normalises HTML, so that pages made in different ways can be compared."""

import html.parser
import re

Shape = list[tuple[str, ...]]


class _Reader(html.parser.HTMLParser):
    """A parser that records the shape of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: Shape = []
        self._kept = 0
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Records a start tag with its attributes in alphabetical order."""
        self._kept += tag == "pre"
        self.found.append(("<", tag, *(f"{name}={value}" for name, value in sorted(attrs))))

    def handle_endtag(self, tag: str) -> None:
        """Records an end tag."""
        self._kept -= tag == "pre"
        self.found.append(("</", tag))

    def handle_data(self, data: str) -> None:
        """Records text with entities resolved; adjacent pieces are joined."""
        before = self.found.pop()[1] if self.found and self.found[-1][0] == "text" else ""
        self.found.append(("text", before + data if self._kept else re.sub(r"[ \n]+", " ", before + data)))


def shape(text: str) -> Shape:
    """Elements and texts in document order, without the invisible space at the edges of texts."""
    found = _Reader(text).found
    trimmed = [one if one[0] != "text" else ("text", one[1].strip(" \n")) for one in found]
    return [one for one in trimmed if one != ("text", "")]


def tags(of: Shape) -> Shape:
    """Only the elements of a page."""
    return [one for one in of if one[0] != "text"]


def words(of: Shape) -> list[str]:
    """Only the texts of a page."""
    return [one[1] for one in of if one[0] == "text"]
