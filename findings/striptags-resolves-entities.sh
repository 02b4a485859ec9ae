#!/bin/bash
# Jinja's `striptags`, which themes of MkDocs apply to titles, also unescapes text.
#
# Versions: Jinja2 3.1.6, MarkupSafe 3.0.4, Python 3.11.
# Guess:    the filter removes tags and keeps the rest, so escaped text stays escaped.
# Seen:     it resolves entities as well, and returns plain text: `1 &lt; 2` becomes `1 < 2`. Templates of MkDocs do not
#           escape, so this text goes into the page unescaped. Text that was escaped twice is escaped once afterwards.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -I -m venv "$folder/venv"
"$folder/venv/bin/python" -I -m pip install --quiet --disable-pip-version-check jinja2==3.1.6 markupsafe==3.0.4
"$folder/venv/bin/python" -I - <<'END'
from jinja2 import Environment

template = Environment().from_string("{{ text | striptags }}")
for text, expected in (
    ("1 &lt; 2 &amp; <b>3</b>", "1 < 2 & 3"),
    ("1 &amp;lt; 2", "1 &lt; 2"),
    ("&quot;a&quot; &#62; &#98;", '"a" > b'),
):
    seen = template.render(text=text)
    print(f"{text!r} -> {seen!r}")
    assert seen == expected, f"this has changed: expected {expected!r}"
END
echo "as described at the top of this script"
