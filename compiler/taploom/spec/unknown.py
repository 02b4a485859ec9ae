"""Reports keys that a model lacks, each with the keys that may be meant."""

import re
from collections.abc import Mapping as Map

from taploom.base.diagnostic import Diagnostic, Report
from taploom.base.names import closest
from taploom.source.tree import Scalar, YamlNode
from taploom.spec import codes
from taploom.spec.shown import is_empty, visible, with_odd


def unknown_key(report: Report, key: Scalar, noun: str, known: Map[str, object], sure: str = "") -> tuple[str, ...]:
    """Report a key that a model lacks, and return the keys that may be meant.

    Args:
        report: collects the finding.
        key: the key as it is written.
        noun: the model in words, such as `a guest`.
        known: the keys of the model.
        sure: the key that is meant, if the value shows it; else "".
    """
    begun = () if sure else tuple(sorted(name for name in known if len(key.text) > 2 and name.startswith(key.text)))
    nearest = sure or closest(key.text, known)
    near = begun or ((nearest,) if nearest else ())
    hint = f"did you mean {' or '.join(f'`{name}`' for name in near)}?"
    if not near:
        hint = "known: " + ", ".join(f"`{name}`" for name in sorted(known))
    message = f"{noun} has no key `{visible(key.text)}`"
    report.add(Diagnostic(codes.UNKNOWN_KEY, message, key.span, with_odd(hint, key.text)))
    return near


def address_key(name: str, value: YamlNode) -> str:
    """`ipv4` or `ipv6` for a key such as `ip`, by the family of its value; "" for other keys."""
    if name not in ("ip", "address", "addr", "inet") or not isinstance(value, Scalar):
        return ""
    return "ipv6" if ":" in value.text else "ipv4"


def is_torn(name: str, value: YamlNode) -> bool:
    """Whether a key is the second part of a value that a comma splits, as in `{ports: tcp,udp/443}`."""
    return is_empty(value) and re.fullmatch(r"[a-z]+/[0-9]+(-[0-9]+)?|[0-9]+(-[0-9]+)?", name) is not None


def torn(report: Report, key: Scalar) -> bool:
    """Report a key that is part of a split value, and return False, since the entry cannot be used."""
    hint = "write a list in brackets, such as `[tcp/443, udp/443]`"
    report.add(
        Diagnostic(
            codes.UNKNOWN_KEY, f"a comma within braces ends a value, so `{key.text}` is read as a key", key.span, hint
        )
    )
    return False
