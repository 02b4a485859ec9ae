"""Checks the wording of all diagnostics that tests cause: punctuation, placeholders without a value, doubled words."""

from __future__ import annotations

import re
from collections.abc import Iterable

from taploom.base.diagnostic import Diagnostic

_ENDED_TWICE = re.compile(r"(?:[?!:;,]\.|[?!.,;][,:;]|(?<!\.)\.\.)(?=\s|$)")
_NOTHING_NAMED = re.compile(r"\(\)(?![`'\w])|\bNone\b|<[\w.]+ object|, and 0 |\b1 others\b")
_DOUBLED = re.compile(r"\b(a|an|the|of|in|to|is|and|or|no) \1\b")


def faults(text: str) -> list[str]:
    """Faults of a message: doubled punctuation, a placeholder without a value, a doubled word."""
    words = re.sub(r"`[^`\n]+`|'[^'\n]+'|\"[^\"\n]*\"", "`x`", text)
    return [found[0] for sign in (_ENDED_TWICE, _NOTHING_NAMED, _DOUBLED) for found in sign.finditer(words)]


def hold(diagnostics: Iterable[Diagnostic]) -> None:
    """Assert that no finding has such faults, and that no text ends in a full stop or has blanks around it."""
    for found in diagnostics:
        labels = (label.text for label in found.labels)
        for text in (found.message, found.help, *labels):
            assert faults(text) == [], (found.code, text)
            assert text == text.strip(), (found.code, text)
            assert not text.endswith("."), (found.code, text)
