"""Builders of terms, DNAT entries and translations for variants of the stage's host."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests import plans
from tests.backends.nftables.stage import host, static

from taploom.base.address import everything, parse_address, parse_prefix
from taploom.plan.policy import Action, DnatEntry, NatKind, Service, Side, SideKind, SourceNat, Term

if TYPE_CHECKING:
    from taploom.plan.host import Host

MICROVM, DMZ = Side(SideKind.BRIDGE, "microvm"), Side(SideKind.BRIDGE, "dmz")
INTERNET, REMOTE = Side(SideKind.OUTSIDE, "internet"), Side(SideKind.REMOTE, "internet")
SELF, OTHER = Side(SideKind.SELF), Side(SideKind.OTHER)
PING = (Service("icmp", 8, 8), Service("icmpv6", 128, 128))


def tcp(first: int, last: int | None = None) -> Service:
    return Service("tcp", first, last or first)


def udp(first: int, last: int | None = None) -> Service:
    return Service("udp", first, last or first)


def term(name: str, ends: tuple[Side, Side], source: str, destination: str, *services: Service, **more: Any) -> Term:
    """A term that allows the services; `deny=True` makes it deny them.

    Sources and destinations are addresses and prefixes separated by spaces. If one of the two texts is `""`, it stands
    for all addresses, in the address family of the other text.
    """
    known = parse_prefix(source or destination)
    family = known.family
    sources = tuple(map(parse_prefix, source.split())) or (everything(family),)
    destinations = tuple(map(parse_prefix, destination.split())) or (everything(family),)
    action = Action.DENY if more.pop("deny", False) else Action.ALLOW
    made = Term(
        f"policy/{name}", action, ends[0], ends[1], family, sources, destinations, services, log=False, limit=None,
        expires=None, origin=plans.origin(f"policy.{name}", 40),
    )  # fmt: skip
    return replace(made, **more)


def dnat_entry(name: str, ports: int | tuple[int, int], target: str, inside: int, **more: Any) -> DnatEntry:
    """A DNAT entry for TCP on `eth0` to a guest on `microvm`; `ports` is one port, or the first and last of a range."""
    first, last = ports if isinstance(ports, tuple) else (ports, ports)
    address = parse_address(target)
    made = DnatEntry(
        f"forward/{name}", address.family, ("eth0",), "tcp", first, last, "guest", "microvm", address, inside,
        sources=None, hairpin=True, expires=None, origin=plans.origin(f"forwards.{name}", 50),
    )  # fmt: skip
    return replace(made, **more)


def nat(network: str, source: str, kind: NatKind, to: str | None = None) -> SourceNat:
    """A source translation for packets that leave by `eth0`."""
    prefix = parse_prefix(source)
    outer = parse_prefix(to) if to else None
    return SourceNat(network, prefix.family, prefix, "eth0", kind, outer, plans.origin(f"networks.{network}.nat", 60))


def with_terms(*terms: Term, base: Host | None = None, **more: Any) -> Host:
    """The stage's host with additional terms."""
    seed = base or host()
    ordered = sorted((*seed.terms, *terms), key=lambda t: (t.entry, str(t.ingress), str(t.egress), t.family))
    return replace(seed, terms=tuple(ordered), **more)


def with_dnat_entries(*dnat_entries: DnatEntry, fixed: bool = False, **more: Any) -> Host:
    """The stage's host with only these DNAT entries, and with learned or fixed uplink addresses."""
    seed = replace(host(), uplinks=static()) if fixed else host()
    return replace(seed, dnat_entries=tuple(sorted(dnat_entries, key=lambda x: (x.forward, x.family, x.first))), **more)
