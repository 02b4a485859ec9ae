"""Templates that are kept from one build to the next while a site is served, and pages as search reads them."""

import re
from io import BytesIO

from jinja2.bccache import Bucket, BytecodeCache

_SPAN = re.compile(r"</?span\b[^>]*>")


class Templates(BytecodeCache):
    """Compiled templates in memory: MkDocs makes an environment for each build, which would compile them all again."""

    def __init__(self) -> None:
        self._known: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take what is known of a template; Jinja looks whether its source is still the same."""
        if bucket.key in self._known:
            bucket.load_bytecode(BytesIO(self._known[bucket.key]))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a template."""
        kept = BytesIO()
        bucket.write_bytecode(kept)
        self._known[bucket.key] = kept.getvalue()


def worded(content: str) -> str:
    """A page for search, without the spans that colour its code, which are half of all tags."""
    return content if "data-search" in content else _SPAN.sub("", content)
