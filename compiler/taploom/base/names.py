"""Checks the names in specs, and shortens names for tools with tighter limits.

Linux allows 15 bytes for the name of an interface (`IFNAMSIZ`, if.h); a spec allows 63 bytes for a name. In a shortened
name, a part of the digest replaces the end of the long name. So the short name depends only on the long name, and a new
guest never changes the interface name of another guest.
"""

import hashlib
import itertools
from collections.abc import Iterable

NAME_BYTES = 63
INTERFACE_BYTES = 15
COMPARED = 500
"""Maximum number of names that are compared with a misspelt name; each comparison takes about 30 microseconds."""
_FIRST = frozenset("abcdefghijklmnopqrstuvwxyz")
_REST = _FIRST | frozenset("0123456789-")
_IFACE_BANNED = frozenset("/:=%\"'\\;{}$`*?[]!@ \t\r\n")


def is_name(text: str) -> bool:
    """Whether `text` may name an entry: `[a-z][a-z0-9-]*`, at most 63 bytes."""
    return 0 < len(text) <= NAME_BYTES and text[0] in _FIRST and _REST.issuperset(text)


def interface_problem(text: str) -> str:
    """The reason why `text` cannot name an interface, or "" (Linux: `dev_valid_name`; systemd: `ifname_valid`)."""
    if not text:
        return "is empty"
    if len(text.encode()) > INTERFACE_BYTES:
        return f"has {len(text.encode())} bytes, and Linux takes {INTERFACE_BYTES}"
    if text in (".", "..", "all", "default"):
        return "is reserved by the kernel"
    if _is_number(text):
        return "is a number, which tools read as an index"
    if not text.isascii() or not text.isprintable() or _IFACE_BANNED & set(text):
        return "has a character that an interface name cannot have"
    return ""


def pattern_problem(text: str) -> str:
    """The reason why no interface can match a pattern with `*` or `?`; "" if some interface can match it.

    The text before `*` need not be a valid name: `1*` matches the valid name `1a`, and `all*` matches `allow`.
    """
    plain = text.replace("*", "").replace("?", "")
    short = plain != text and len(plain.encode()) < INTERFACE_BYTES
    return interface_problem(f"{plain}_" if short else plain)


def _is_number(text: str) -> bool:
    """Whether systemd's `parse_ifindex` reads the text as a number (`strtol` with base 0): `7`, `+7`, `0x7`, `0b1`.

    networkd ignores a `Name=` with such a value, so the rest of the `[Match]` section may match every link.
    """
    digits = text.removeprefix("+")
    try:
        return digits.isdigit() or ("_" not in digits and int(digits, 0) > 0)
    except ValueError:
        return False


def shortened(name: str, limit: int) -> str:
    """`name` if it has at most `limit` bytes, else its beginning, `-`, and four characters of its digest."""
    if len(name) <= limit:
        return name
    tail = digest(name, 4)
    return f"{name[: max(limit - 5, 0)].rstrip('-')}-{tail}"[-limit:]


def digest(text: str, characters: int) -> str:
    """The first `characters` hexadecimal digits of the SHA-256 of `text`."""
    return hashlib.sha256(text.encode()).hexdigest()[:characters]


def closest(word: str, known: Iterable[str]) -> str | None:
    """The known word that is most similar to `word`; None if none is similar enough."""
    if len(word) > 2 * NAME_BYTES:
        return None
    import difflib  # imported only for an error, so that start-up does not pay for it

    matches = difflib.get_close_matches(word, _likely(word, tuple(known)), n=1, cutoff=0.6)
    return matches[0] if matches else None


def _likely(word: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """The known names to compare with `word`; if there are many, only some similar ones."""
    if len(known) <= COMPARED:
        return known
    alike = (other for other in known if other[:1] == word[:1] and abs(len(other) - len(word)) <= 2)
    return tuple(itertools.islice(alike, COMPARED))
