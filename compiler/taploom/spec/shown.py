"""Prepares the user's text for messages."""

from taploom.source.tree import Scalar, YamlNode


def visible(text: str) -> str:
    """A text shortened for a message, with escapes for characters that could confuse a terminal or a line format."""
    short = text if len(text) <= 80 else f"{text[:77]}…"
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" if ord(c) < 256 else f"\\u{ord(c):04x}" for c in short)


def with_odd(hint: str, text: str) -> str:
    """The hint, preceded by the name of the text's first non-ASCII character: many look like ASCII (Unicode TR 39)."""
    odd = next((c for c in text if not c.isascii()), "")
    if not odd:
        return hint
    import unicodedata

    named = f"`{visible(odd)}` is U+{ord(odd):04X}, {unicodedata.name(odd, 'which has no name').lower()}"
    return f"{named}; {hint}" if hint else named


def is_empty(node: YamlNode) -> bool:
    """Whether no value stands after the colon of a key."""
    return isinstance(node, Scalar) and not node.text and not node.quoted
