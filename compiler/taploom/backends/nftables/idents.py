"""Names of chains, sets and counters, from names that users chose.

nft refuses about 65 words as names of objects (`fwd`, `log`, `policy` …), so each name begins with a word of taploom.
The parts are joined by `_`, which the names of a spec cannot contain; hence two different lists of parts never give the
same name. Characters of interface names that nft refuses in identifiers are replaced, and a digest keeps them apart.
"""

from taploom.base.names import digest, shortened
from taploom.plan.policy import Side, SideKind

IDENT_BYTES = 255
"""Longest name of an object (`NFT_NAME_MAXLEN`, nf_tables.h, less the final NUL)."""
COMMENT_BYTES = 128
"""Longest comment (`NFTNL_UDATA_COMMENT_MAXLEN`, libnftnl)."""
LOG_BYTES = 127
"""Longest log prefix (`NF_LOG_PREFIXLEN`, less the final NUL)."""
_UNQUOTABLE = frozenset('"\\$')
_LEGAL = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.")


def ident(word: str, *parts: str) -> str:
    """The name of an object: a word of taploom, and the parts that distinguish the object from others."""
    name = "_".join((word, *map(_part, parts)))
    return name if len(name) <= IDENT_BYTES else f"{name[: IDENT_BYTES - 17]}_{digest(name, 16)}"


def side(end: Side) -> str:
    """The part of a name that stands for a side; it differs for a network and a zone of the same name."""
    words = {SideKind.BRIDGE: "net", SideKind.OUTSIDE: "zone"}
    word = words.get(end.kind, end.kind.value)
    return f"{word}-{end.name}" if end.name else word


def quotable(text: str, limit: int) -> str:
    """`text` made safe between quotes: nft has no escapes, and `$` begins a variable, so such characters become `?`."""
    plain = text
    if not text.isascii() or not text.isprintable() or not _UNQUOTABLE.isdisjoint(text):
        plain = "".join(c if c.isascii() and c.isprintable() and c not in _UNQUOTABLE else "?" for c in text)
    return shortened(plain, limit)


def _part(text: str) -> str:
    if _LEGAL.issuperset(text) and text:
        return text
    plain = "".join(c if c in _LEGAL else "-" for c in text)
    return f"{plain}.{digest(text, 8)}"
