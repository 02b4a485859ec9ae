"""Caches compiled templates between builds while a site is served, and prepares pages for the search index."""

import re
from io import BytesIO

from jinja2.bccache import Bucket, BytecodeCache

_SPAN = re.compile(r"</?span\b[^>]*>")


class Templates(BytecodeCache):
    """Compiled templates in memory; without them, each build would compile all templates again."""

    def __init__(self) -> None:
        self._known: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Load a cached template; Jinja checks whether its source is unchanged."""
        if bucket.key in self._known:
            bucket.load_bytecode(BytesIO(self._known[bucket.key]))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Cache a template."""
        kept = BytesIO()
        bucket.write_bytecode(kept)
        self._known[bucket.key] = kept.getvalue()


def worded(content: str) -> str:
    """A page for the search index, without the `<span>` tags that colour its code; they are half of all tags."""
    return content if "data-search" in content else _SPAN.sub("", content)
