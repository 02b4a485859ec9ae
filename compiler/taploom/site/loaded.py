"""The files that pages load besides their text (styles, script, fonts), and the templates that adapt Material."""

from collections.abc import Iterator
from pathlib import Path

STYLES = ("assets/taploom.css", "assets/taploom-frame.css")
SCRIPT = "assets/taploom.js"
_FONTS = ("assets/fonts/inter.woff2", "assets/fonts/jetbrains-mono.woff2", "assets/fonts/LICENSE")
_HERE = Path(__file__).parent
MATERIAL = _HERE / "theme"
"""The folder of templates that replace Material's own; other themes keep their own, which have other names."""


def assets() -> Iterator[tuple[str, bytes]]:
    """The path below the site's root and the content of each file."""
    for path in (*STYLES, SCRIPT, *_FONTS):
        yield path, (_HERE / path).read_bytes()
