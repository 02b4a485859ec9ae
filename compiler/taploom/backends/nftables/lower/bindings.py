"""The sets of the spoof guard, which bind each port to its addresses.

`bind` holds the addresses that each port may use. `owned` holds the addresses that only their owner may use:

- addresses of guests, and of the host on its bridges;
- the host's link-local addresses, which are the next hop of guests;
- addresses of uplinks within a bridge's prefix, which guests take for neighbours.

`pool` holds the ports whose addresses are not known beforehand; such a port may use every unowned address of its
network.
"""

from collections.abc import Iterable

from taploom.backends.nftables.fields import Type
from taploom.backends.nftables.idents import ident
from taploom.backends.nftables.lower.ports import port_set
from taploom.backends.nftables.tree import (
    Element,
    Set,
)
from taploom.backends.nftables.values import Iface, Value, order
from taploom.base.address import FAMILIES, Address, Family, Prefix, in_family
from taploom.base.frozen import dataclass
from taploom.plan.host import Bridge, Host, Port
from taploom.plan.interfaces import within
from taploom.plan.origin import Origin

PORTS, STRANGERS = ident("ports", "guarded"), ident("ports", "strangers")
BIND_MAC, OWNED_MAC = ident("bind", "mac"), ident("owned", "mac")
_KeyOrigin = tuple[tuple[Value, ...], Origin]


@dataclass(frozen=True, slots=True)
class UnboundPorts:
    """The ports of a bridge that may use every unowned address in the bridge's prefix."""

    family: Family
    prefix: Prefix
    ports: Set


@dataclass(frozen=True, slots=True)
class Bindings:
    """The sets of the spoof guard; empty sets are left out.

    Attributes:
        sets: all sets, with the sets of pools last.
        names: the names of `sets`.
        pools: the pools, each with its set.
    """

    sets: tuple[Set, ...]
    names: frozenset[str]
    pools: tuple[UnboundPorts, ...]


def bind(column: str) -> str:
    """The name of the set of addresses that a port may use; `column` is `ipv4`, `ipv6` or `target`."""
    return ident("bind", column)


def owned(column: str) -> str:
    """The name of the set of addresses that only their owner may use; `column` as for `bind`."""
    return ident("owned", column)


def bindings(host: Host) -> Bindings:
    """The sets for all guarded bridges of a host."""
    bridges = [bridge for bridge in host.bridges if bridge.guarded]
    ports = [port for bridge in bridges for port in bridge.ports]
    pools = tuple(pool for bridge in bridges for family in FAMILIES for pool in _pool(bridge, family))
    made = (*_bound(host, ports), *_owned(host, bridges, ports), *_undeclared(host, bridges, ports))
    sets = (*(one for one in made if one.elements), *(pool.ports for pool in pools))
    return Bindings(sets, frozenset(one.name for one in sets), pools)


def _undeclared(host: Host, bridges: list[Bridge], ports: list[Port]) -> tuple[Set, ...]:
    """The set of ports that TAP patterns admit; no set if guests declare all these ports."""
    found = port_set(STRANGERS, bridges, host.origin)
    declared = {(Iface(port.tap),) for port in ports}
    return (found,) if found and not declared.issuperset(e.key for e in found.elements) else ()


def _bound(host: Host, ports: list[Port]) -> tuple[Set, ...]:
    taps = [(Iface(port.tap), port) for port in ports]
    by4: list[_KeyOrigin] = [((tap, a.prefix), port.origin) for tap, port in taps for a in port.ipv4 or ()]
    by6: list[_KeyOrigin] = [((tap, a.prefix), port.origin) for tap, port in taps for a in port.ipv6 or ()]
    return (
        _set(host, PORTS, (Type.IFACE,), (((tap,), port.origin) for tap, port in taps)),
        _set(host, BIND_MAC, (Type.IFACE, Type.MAC), (((tap, port.mac), port.origin) for tap, port in taps)),
        _set(host, bind("ipv4"), (Type.IFACE, Type.IPV4), by4),
        _set(host, bind("ipv6"), (Type.IFACE, Type.IPV6), by6),
        _set(host, bind("target"), (Type.IFACE, Type.ND_TARGET), by6),
    )


def _owned(host: Host, bridges: list[Bridge], ports: list[Port]) -> tuple[Set, ...]:
    here = [(i.address, b.origin) for b in bridges for family in FAMILIES if (i := in_family(b, family))]
    links = [([i.prefix for i in (b.ipv4, b.ipv6) if i], b.origin) for b in bridges]
    here += [(address, origin) for prefixes, origin in links for address in within(host, prefixes)]
    routers = [(local, b.origin) for b in bridges if (local := b.link_local(host.name))]
    guests = [(a, port.origin) for port in ports for a in (*(port.ipv4 or ()), *(port.ipv6 or ()))]
    owned_by: list[tuple[Address, Origin]] = [*here, *routers, *guests]
    by4: list[_KeyOrigin] = [((a.prefix,), origin) for a, origin in owned_by if a.family is Family.IPV4]
    by6: list[_KeyOrigin] = [((a.prefix,), origin) for a, origin in owned_by if a.family is Family.IPV6]
    return (
        _set(host, OWNED_MAC, (Type.MAC,), (((port.mac,), port.origin) for port in ports)),
        _set(host, owned("ipv4"), (Type.IPV4,), by4),
        _set(host, owned("ipv6"), (Type.IPV6,), by6),
        _set(host, owned("target"), (Type.ND_TARGET,), by6),
    )


def _pool(bridge: Bridge, family: Family) -> tuple[UnboundPorts, ...]:
    interface = in_family(bridge, family)
    free = [p for p in bridge.ports if in_family(p, family) is None]
    if not interface or not free:
        return ()
    elements = tuple(Element((Iface(port.tap),), origin=port.origin) for port in free)
    name = ident("pool", f"net-{bridge.network}", family.key)
    return (UnboundPorts(family, interface.prefix, Set(name, (Type.IFACE,), elements, origin=bridge.origin)),)


def _set(host: Host, name: str, types: tuple[Type, ...], keys: Iterable[_KeyOrigin]) -> Set:
    unique = {order(key): Element(key, origin=origin) for key, origin in reversed(list(keys))}
    elements = tuple(unique[key] for key in sorted(unique))
    return Set(name, types, elements, origin=host.origin)
