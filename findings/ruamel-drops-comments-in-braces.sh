#!/bin/bash
# A round trip of ruamel.yaml loses comments in brackets and braces.
#
# Versions: ruamel.yaml 0.19.1, Python 3.11.
# Guess:    the purpose of the round trip is to keep comments, so it keeps them wherever YAML allows them; an omitted
#           value stays omitted.
# Seen:     comments in block style are kept, comments within brackets or braces are lost without a warning. An omitted
#           value stays omitted in block style and becomes `null` in braces. Both happen even if only another line of
#           the file was edited.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -I -m venv "$folder/venv"
"$folder/venv/bin/python" -I -m pip install --quiet --disable-pip-version-check ruamel.yaml==0.19.1
"$folder/venv/bin/python" -I - <<'END'
import io

from ruamel.yaml import YAML


def loaded(text: str) -> str:
    """A text after it was loaded and dumped."""
    out = io.StringIO()
    YAML().dump(YAML().load(text), out)
    return out.getvalue()


def composed(text: str) -> str:
    """A text after it was composed to nodes, and the nodes were serialized."""
    out = io.StringIO()
    YAML().serialize(YAML().compose(text), out)
    return out.getvalue()


for text, expected in (
    ("ports:\n- 22 # shell\n- 80\n", "ports:\n- 22 # shell\n- 80\n"),
    ("ports: [\n  22, # shell\n  80\n]\n", "ports: [22, 80]\n"),
    ("zones:\n  lan: # inside\n  dmz: {}\n", "zones:\n  lan: # inside\n  dmz: {}\n"),
    ("zones: {\n  lan: , # inside\n  dmz: {}\n}\n", "zones: {lan: null, dmz: {}}\n"),
):
    for trip in (loaded, composed):
        seen = trip(text)
        print(f"{trip.__name__}: {text!r} -> {seen!r}")
        assert seen == expected, f"this has changed: expected {expected!r}"
END
echo "as described at the top of this script"
