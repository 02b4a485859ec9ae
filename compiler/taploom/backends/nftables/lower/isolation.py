"""Isolation of bridges: no frame goes from one port of an isolated bridge to another."""

from taploom.backends.nftables.fields import Field
from taploom.backends.nftables.idents import ident
from taploom.backends.nftables.lower.idioms import drop
from taploom.backends.nftables.lower.part import ChainRules
from taploom.backends.nftables.lower.ports import port_set
from taploom.backends.nftables.tree import Lookup
from taploom.plan.host import Host

_ISOLATED, _DROPPED = ident("ports", "isolated"), ident("drop", "isolated")


def isolation(host: Host) -> ChainRules:
    """Rules that drop frames from one port of an isolated bridge to another; routed packets do not pass this hook."""
    ports = port_set(_ISOLATED, (bridge for bridge in host.bridges if bridge.isolated), host.origin)
    if ports is None:
        return ChainRules()
    both = (Lookup((Field.IIFNAME,), _ISOLATED), Lookup((Field.OIFNAME,), _ISOLATED))
    return ChainRules((drop(_DROPPED, *both, origin=host.origin),), (ports,))
