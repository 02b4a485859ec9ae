"""The styles, script and fonts that pages load, and the templates that adapt the Material theme."""

from collections.abc import Iterator
from pathlib import Path

STYLES = ("assets/taploom.css", "assets/taploom-frame.css")
SCRIPT = "assets/taploom.js"
_FONTS = ("assets/fonts/inter.woff2", "assets/fonts/jetbrains-mono.woff2", "assets/fonts/LICENSE")
_HERE = Path(__file__).parent
MATERIAL = _HERE / "theme"
"""The folder of templates that replace Material's own; other themes have templates with other names."""


def assets() -> Iterator[tuple[str, bytes]]:
    """The path below the site's root and the content of each file."""
    for path in (*STYLES, SCRIPT, *_FONTS):
        yield path, (_HERE / path).read_bytes()
