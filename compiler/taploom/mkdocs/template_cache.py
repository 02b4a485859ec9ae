"""Caches compiled templates between builds while a site is served."""

from io import BytesIO

from jinja2.bccache import Bucket, BytecodeCache


class TemplateCache(BytecodeCache):
    """Compiled templates in memory; without them, each build would compile all templates again."""

    def __init__(self) -> None:
        self._known: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Load a cached template; Jinja checks whether its source is unchanged."""
        if bucket.key in self._known:
            bucket.load_bytecode(BytesIO(self._known[bucket.key]))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Cache a template."""
        bytecode = BytesIO()
        bucket.write_bytecode(bytecode)
        self._known[bucket.key] = bytecode.getvalue()
