"""What pages load besides their text: styles, the script, fonts; and the templates that tune Material."""

from collections.abc import Iterator
from pathlib import Path

STYLES = ("assets/taploom.css", "assets/taploom-frame.css")
SCRIPT = "assets/taploom.js"
_FONTS = ("assets/fonts/inter.woff2", "assets/fonts/jetbrains-mono.woff2", "assets/fonts/LICENSE")
_HERE = Path(__file__).parent
MATERIAL = _HERE / "theme"
"""Templates in place of Material's own; other themes have other names for their parts and keep theirs."""


def assets() -> Iterator[tuple[str, bytes]]:
    """Each file by its path below the site's root."""
    for path in (*STYLES, SCRIPT, *_FONTS):
        yield path, (_HERE / path).read_bytes()
