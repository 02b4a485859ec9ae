"""Writes changed specs back, for the commands that change them."""

from collections.abc import Mapping
from pathlib import Path

from taploom.cli.exits import FINDINGS, FINE
from taploom.cli.terminal import say, show
from taploom.delivery.single import write_file


def write_back(texts: Mapping[str, str], messages: Mapping[str, str]) -> int:
    """Write each file whole or not at all, with a message for each; stop at the first file that cannot be written.

    Args:
        texts: the new text of each file, by path.
        messages: the message about each file, by path.

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
