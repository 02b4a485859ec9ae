"""How commands that change specs write them back."""

from collections.abc import Mapping
from pathlib import Path

from taploom.cli.exits import FINDINGS, FINE
from taploom.cli.terminal import say, show
from taploom.delivery.single import write_file


def write_back(texts: Mapping[str, str], messages: Mapping[str, str]) -> int:
    """Write each file, whole or not at all, and say what was done; the first that cannot be written ends it.

    Args:
        texts: what files are to say, by path.
        messages: the message about each of them.

    Returns:
        The exit status.
    """
    for path, text in texts.items():
        outcome = write_file(Path(path).resolve(), text.encode())
        if not isinstance(outcome, bool):
            show((outcome,))
            return FINDINGS
        say(messages[path])
    return FINE
