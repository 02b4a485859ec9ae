"""TCP's maximum segment size, lowered to the MTU of the route for connections between our networks and zones.

Both directions are clamped, as the size that one end announces limits the segments of the other end. Connections must
not depend on the ICMP errors for packets that are too big, since these errors often get lost.
"""

from taploom.backends.nftables.fields import Field, Type
from taploom.backends.nftables.idents import ident
from taploom.backends.nftables.lower.part import TablePart, base
from taploom.backends.nftables.tree import (
    Chain,
    ClampMss,
    Element,
    Lookup,
    Rule,
    Set,
    TcpFlags,
)
from taploom.backends.nftables.values import Iface
from taploom.plan.host import Host
from taploom.plan.interfaces import inside, outside

_PAIRS = ident("clamp", "pairs")


def mss(host: Host) -> TablePart:
    """The mangle hook of forwarding; empty unless the host has both networks and zones."""
    ends = [(here.device, way.device) for here in inside(host) for way in outside(host)]
    if not ends:
        return TablePart()
    elements = tuple(
        Element((Iface(a), Iface(b)), origin=host.origin) for a, b in sorted([*ends, *((b, a) for a, b in ends)])
    )
    pairs = Set(_PAIRS, (Type.IFACE, Type.IFACE), elements, origin=host.origin)
    opening = TcpFlags(("syn", "rst"), ("syn",))
    rule = Rule((opening, Lookup((Field.IIFNAME, Field.OIFNAME), _PAIRS), ClampMss()), "implied/mss", host.origin)
    return TablePart((Chain("mangle_forward", (rule,), base("filter", "forward", "mangle"), host.origin),), (pairs,))
