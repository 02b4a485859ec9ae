"""The paths of the pages that show the specs, so that every fact can link to its line without network access."""

import hashlib
import re

from taploom.base.span import Span

FOLDER = "specs"
_ORDINARY = re.compile(r"(?:[a-z0-9_]+(?:-[a-z0-9_]+)*/)*[a-z0-9_]+(?:-[a-z0-9_]+)*\.yaml")
_LONG = 100


def page_of(file: str) -> str:
    """The source path of the page that shows a file of the specs; no two files have the same path."""
    shown = re.sub(r"[^a-z0-9_/]", "-", file.lower()).strip("/-").replace("/", "--")
    if not _ORDINARY.fullmatch(file) or len(shown) > _LONG:
        shown = f"{shown[:_LONG]}-{hashlib.sha256(file.encode()).hexdigest()[:16]}"
    return f"{FOLDER}/{shown}.md"


def place_of(span: Span) -> str:
    """The page and the anchor of the line at which a span begins."""
    return f"{page_of(span.file)}#L{span.line}"
