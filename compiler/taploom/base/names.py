"""Names: which names a spec may have, and how they are shortened for tools with tighter limits.

Linux allows 15 bytes for the name of an interface (`IFNAMSIZ`, if.h), a spec allows 63 for a name. Where a name must be
cut, a part of its digest replaces the tail, so that the short name depends on the long one alone: adding a guest never
renames another.
"""

import hashlib
import itertools
from collections.abc import Iterable

NAME_BYTES = 63
INTERFACE_BYTES = 15
COMPARED = 500
"""The largest number of names that a misspelt one is compared with; each comparison takes some 30 microseconds."""
_FIRST = frozenset("abcdefghijklmnopqrstuvwxyz")
_REST = _FIRST | frozenset("0123456789-")
_IFACE_BANNED = frozenset("/:=%\"'\\;{}$`*?[]!@ \t\r\n")


def is_name(text: str) -> bool:
    """Whether `text` may name an entry: `[a-z][a-z0-9-]*`, at most 63 bytes."""
    return 0 < len(text) <= NAME_BYTES and text[0] in _FIRST and _REST.issuperset(text)


def interface_problem(text: str) -> str:
    """Why `text` cannot name an interface, or "" (`dev_valid_name`, net/core/dev.c; systemd's `ifname_valid`)."""
    if not text:
        return "is empty"
    if len(text.encode()) > INTERFACE_BYTES:
        return f"has {len(text.encode())} bytes, and Linux takes {INTERFACE_BYTES}"
    if text in (".", "..", "all", "default"):
        return "has a meaning of its own to the kernel"
    if _is_number(text):
        return "is a number, which tools read as an index"
    if not text.isascii() or not text.isprintable() or _IFACE_BANNED & set(text):
        return "has a character that an interface name cannot have"
    return ""


def pattern_problem(text: str) -> str:
    """Why no interface can match the pattern `text`, which may contain `*` and `?`; "" if some interface can.

    A text that is no name may still be the beginning of a name: `1*` is not a number, and `all*` is not `all`.
    """
    plain = text.replace("*", "").replace("?", "")
    short = plain != text and len(plain.encode()) < INTERFACE_BYTES
    return interface_problem(f"{plain}_" if short else plain)


def _is_number(text: str) -> bool:
    """Whether `strtol` with base 0 accepts the text, as `parse_ifindex` of systemd does: `7`, `+7`, `0x7`, `0b1`.

    networkd ignores such a `Name=`, and the rest of its `[Match]` then fits every link there is.
    """
    digits = text.removeprefix("+")
    try:
        return digits.isdigit() or ("_" not in digits and int(digits, 0) > 0)
    except ValueError:
        return False


def shortened(name: str, limit: int) -> str:
    """`name`, or its head and five characters of its digest where it is longer than `limit` bytes."""
    if len(name) <= limit:
        return name
    tail = digest(name, 4)
    return f"{name[: max(limit - 5, 0)].rstrip('-')}-{tail}"[-limit:]


def digest(text: str, characters: int) -> str:
    """The first characters of the SHA-256 of `text`, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()[:characters]


def closest(word: str, known: Iterable[str]) -> str | None:
    """The known word that the user may have meant."""
    if len(word) > 2 * NAME_BYTES:
        return None
    import difflib  # imported only for an error, so that start-up does not pay for it

    matches = difflib.get_close_matches(word, _likely(word, tuple(known)), n=1, cutoff=0.6)
    return matches[0] if matches else None


def _likely(word: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """The known names to compare with: all, or if there are many, some that begin alike and are about as long."""
    if len(known) <= COMPARED:
        return known
    alike = (other for other in known if other[:1] == word[:1] and abs(len(other) - len(word)) <= 2)
    return tuple(itertools.islice(alike, COMPARED))
