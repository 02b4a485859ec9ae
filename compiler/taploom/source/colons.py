"""Explains keys such as `name:seed` and `fd00::`, which have a colon and no value: a space or quotes are missing."""

import re

from taploom.base.span import Span
from taploom.source.tree import KeyValue, Scalar

_KEY = re.compile(r"[a-z][a-z0-9-]*")


def colon_in_key(key: Scalar, shown: str, pairs: dict[str, KeyValue]) -> tuple[str, str]:
    """The message and the help for a key with a colon and without a value.

    Args:
        key: the key in the tree.
        shown: the key's text, shortened for a message.
        pairs: the pairs of the mapping. The key `a:b` is removed from it, so that no check reports an unknown key; the
            pair `a: b` is added if the author may have meant it.
    """
    if key.text.endswith(":"):
        return f"`{shown}:` is read as a key", f'put it in quotes: "{shown}:"'
    del pairs[key.text]
    name, _, rest = key.text.partition(":")
    message = f"`{shown}` is read as a key without a value"
    if not _KEY.fullmatch(name) or ":" in rest:
        return message, "write the key of this value before it, or put the text in quotes"
    span, middle = key.span, key.span.column + len(name)
    before = Span(span.file, span.line, span.column, span.line, middle)
    behind = Span(span.file, span.line, middle + 1, span.end_line, span.end_column)
    pairs.setdefault(name, KeyValue(Scalar(name, before, quoted=False), Scalar(rest.strip(), behind, quoted=False)))
    return message, f"write `{name}: {shown[len(name) + 1 :].strip()}`, or put the text in quotes"
