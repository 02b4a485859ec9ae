"""Packets that a host must accept to have a network at all, and to serve its own networks.

Their rules stand before the policy, so no deny overrides them; each is bound to the interfaces where it has a meaning.
"""

from collections.abc import Iterator

from taploom.backends.nftables.fields import Field
from taploom.backends.nftables.lower.idioms import ACCEPT, LINK_LOCAL, implied, on
from taploom.backends.nftables.tree import (
    Match,
    Rule,
    Statement,
)
from taploom.backends.nftables.values import Iface, Range, Value, Word
from taploom.base.address import Family
from taploom.plan.host import Learned
from taploom.plan.interfaces import HostInterface

_HOP_255 = Match((Field.HOP_LIMIT,), ((Range(255, 255),),))
"""Matches packets that no router has forwarded (RFC 4861, 7.1)."""
ERRORS4 = Match((Field.ICMP_TYPE,), tuple((Range(n, n),) for n in (3, 11, 12)))
"""Destination unreachable (with "fragmentation needed"), time exceeded, parameter problem (RFC 792)."""
ERRORS6 = Match((Field.ICMPV6_TYPE,), tuple((Range(n, n),) for n in (1, 2, 3, 4)))
"""Destination unreachable, packet too big, time exceeded, parameter problem (RFC 4890, 4.4.1)."""
_NEIGHBOURS = Match((Field.ICMPV6_TYPE,), tuple((Range(n, n),) for n in (135, 136)))
_LISTENERS = Match((Field.ICMPV6_TYPE,), tuple((Range(n, n),) for n in (130, 131, 132, 143)))
"""Multicast listener discovery (RFC 2710, RFC 3810); its messages have link-local sources."""
_FROM_LINK = on(Field.IP6_SADDR, LINK_LOCAL[Family.IPV6])


def essentials() -> tuple[Rule, ...]:
    """Rules for every interface, including interfaces that the spec does not name."""
    return (
        _rule("icmp", ERRORS4),
        _rule("icmpv6", ERRORS6),
        _rule("nd", _HOP_255, _NEIGHBOURS),
        _rule("mld", _FROM_LINK, _LISTENERS),
    )


def served(here: HostInterface) -> Iterator[Rule]:
    """Rules for requests of guests to services of the host on a network: DHCP, DNS and router solicitations."""
    if here.dhcp:
        yield _rule("dhcp", on(Field.NFPROTO, Word("ipv4")), *_ports("udp", 68, 67))
    if here.serves_dns:
        values: tuple[tuple[Value, ...], ...] = tuple((Word(p), Range(53, 53)) for p in ("tcp", "udp"))
        yield _rule("dns", Match((Field.L4PROTO, Field.DPORT), values))
    if here.ra:
        yield _rule("rs", _HOP_255, Match((Field.ICMPV6_TYPE,), ((Range(133, 133),),)))


def client_rules(interface: HostInterface) -> Iterator[Rule]:
    """Rules for DHCP replies and router advertisements, if an interface learns addresses or routes from them."""
    here = on(Field.IIFNAME, Iface(interface.device))
    if interface.ipv4 is Learned.DHCP:
        yield _rule("dhcp-client", here, on(Field.NFPROTO, Word("ipv4")), *_ports("udp", 67, 68))
    if interface.advertised:
        yield _rule("ra-client", here, _HOP_255, Match((Field.ICMPV6_TYPE,), ((Range(134, 134),),)))
    if interface.ipv6 is Learned.RA:
        yield _rule("dhcp-client", here, _FROM_LINK, *_ports("udp", 547, 546))


def _ports(protocol: str, source: int, destination: int) -> tuple[Match, Match]:
    ports = (Range(source, source), Range(destination, destination))
    return on(Field.L4PROTO, Word(protocol)), Match((Field.SPORT, Field.DPORT), (ports,))


def _rule(name: str, *matches: Statement) -> Rule:
    return Rule((*matches, ACCEPT), f"implied/{name}", implied(name))
