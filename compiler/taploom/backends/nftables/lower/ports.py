"""The ports of a bridge as the kernel knows them: by the names of TAPs."""

from collections.abc import Iterable

from taploom.backends.nftables.fields import Type
from taploom.backends.nftables.tree import (
    Element,
    Set,
)
from taploom.backends.nftables.values import Iface, IfacePattern
from taploom.plan.host import Bridge
from taploom.plan.origin import Origin

_SPECIAL = "*?["


def port_set(name: str, bridges: Iterable[Bridge], origin: Origin) -> Set | None:
    """The set of ports of some bridges, from the TAPs of guests and from globs; None if there are no ports.

    The only pattern of nft is a fixed beginning (the head) followed by `*`. Any other glob is left out, as its head
    alone could match other interfaces.
    """
    found = {name for bridge in bridges for name in (*bridge.taps.patterns, *(port.tap for port in bridge.ports))}
    heads = _outermost(glob[:-1] for glob in found if glob.endswith("*") and not set(glob[:-1]) & set(_SPECIAL))
    names = sorted(n for n in found if not set(n) & set(_SPECIAL) and not n.startswith(tuple(heads)))
    elements = (
        *(Element((IfacePattern(head),), origin=origin) for head in heads),
        *(Element((Iface(name),), origin=origin) for name in names),
    )
    return Set(name, (Type.IFACE,), elements, interval=bool(heads), origin=origin) if elements else None


def _outermost(heads: Iterable[str]) -> list[str]:
    """The heads that do not begin with another head, without the empty one, which would match every interface."""
    kept: list[str] = []
    for head in sorted(filter(None, heads)):
        if not kept or not head.startswith(kept[-1]):
            kept.append(head)
    return kept
