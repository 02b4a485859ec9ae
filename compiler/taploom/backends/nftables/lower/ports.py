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
    """A set of the ports that the guests' TAPs can be, declared or only matched by a glob; None where there are none.

    nft knows a glob only as a head with `*` behind it. A stranger glob is left out: its heads could be anything's.
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
    """Heads of which none begins with another; never the empty one, which would be every interface."""
    kept: list[str] = []
    for head in sorted(filter(None, heads)):
        if not kept or not head.startswith(kept[-1]):
            kept.append(head)
    return kept
