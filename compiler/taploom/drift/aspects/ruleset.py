"""Differences between taploom's tables in the kernel and the rendered ones."""

from dataclasses import replace

from taploom.backends.nftables import FILE
from taploom.drift.model import Word
from taploom.drift.ruleset.compare import Compared, compare_ruleset
from taploom.drift.view import View


def compared(view: View) -> Compared:
    """The differences of taploom's tables, and their consequences for packets."""
    listed = view.facts.ruleset
    if listed is None:
        return Compared((), ())
    word = view.word(FILE)
    found = compare_ruleset(view, listed, word)
    if word is not Word.PENDING:
        return found
    return replace(found, rows=tuple(replace(row, note=_NOTE) for row in found.rows))


_NOTE = "the host has the ruleset file of an older plan; with --since, manual changes are shown separately"
