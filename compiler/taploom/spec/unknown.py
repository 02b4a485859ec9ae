"""Keys that a model lacks, each with what may be meant by it."""

import re
from collections.abc import Mapping as Map

from taploom.base.diagnostic import Diagnostic, Report
from taploom.base.names import closest
from taploom.source.tree import Node, Scalar
from taploom.spec import rules
from taploom.spec.shown import is_empty, visible, with_odd


def unknown_key(report: Report, key: Scalar, noun: str, known: Map[str, object], sure: str = "") -> tuple[str, ...]:
    """Report a key that a model lacks, with those that may be meant, which are returned.

    Args:
        report: takes it.
        key: as written.
        noun: what lacks it.
        known: the keys that there are.
        sure: the one that is meant, where the value says so; "" where it does not.
    """
    begun = () if sure else tuple(sorted(name for name in known if len(key.text) > 2 and name.startswith(key.text)))
    nearest = sure or closest(key.text, known)
    near = begun or ((nearest,) if nearest else ())
    hint = f"did you mean {' or '.join(f'`{name}`' for name in near)}?"
    if not near:
        hint = "known: " + ", ".join(f"`{name}`" for name in sorted(known))
    message = f"{noun} has no key `{visible(key.text)}`"
    report.add(Diagnostic(rules.UNKNOWN_KEY, message, key.span, with_odd(hint, key.text)))
    return near


def address_key(name: str, value: Node) -> str:
    """The key that `ip` and the like stand for, by their value; "" for other keys."""
    if name not in ("ip", "address", "addr", "inet") or not isinstance(value, Scalar):
        return ""
    return "ipv6" if ":" in value.text else "ipv4"


def is_torn(name: str, value: Node) -> bool:
    """Whether a key is the rest of a value that a comma has torn apart, as in `{ports: tcp,udp/443}`."""
    return is_empty(value) and re.fullmatch(r"[a-z]+/[0-9]+(-[0-9]+)?|[0-9]+(-[0-9]+)?", name) is not None


def torn(report: Report, key: Scalar) -> bool:
    """Report such a key; the entry before it cannot be used."""
    hint = "write a list in brackets, such as `[tcp/443, udp/443]`"
    report.add(
        Diagnostic(
            rules.UNKNOWN_KEY, f"within braces a comma ends a value, so that `{key.text}` is a key", key.span, hint
        )
    )
    return False
