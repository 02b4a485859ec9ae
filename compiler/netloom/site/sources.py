"""The pages that show the specs themselves, so that every fact leads to its line without a network."""

from netloom.base.span import Span

FOLDER = "specs"


def page_of(file: str) -> str:
    """The source path of the page that shows a file of the specs."""
    name = "".join(c if c.isalnum() or c in "-_/" else "-" for c in file.lower())
    return f"{FOLDER}/{name.strip('/-').replace('/', '--')}.md"


def place_of(span: Span) -> str:
    """The page and the line."""
    return f"{page_of(span.file)}#L{span.line}"
