"""Links with one or two addresses (/32, /31, /128, /127) for random sites, as on rented servers and router links."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    Tree = dict[str, Any]

_KINDS = st.sampled_from(("whole", "whole", "whole", "single", "within", "pair"))
_HOPS = {"4": st.sampled_from(("203.0.255.1", "172.31.255.1")), "6": st.sampled_from(("fe80::1", "2001:db8:fe::1"))}
"""Gateways of single addresses; they are outside all prefixes of the host."""


def narrowed(draw: st.DrawFn, uplinks: Tree, networks: Sequence[tuple[str, int, Tree]]) -> None:
    """Replaces some subnets of a host's uplinks by links with one or two addresses.

    Args:
        draw: Hypothesis' draw function.
        uplinks: the uplinks of the host, which are changed in place.
        networks: name, number and entry of each network of the host. A single address may lie in one of them.
    """
    inner = {
        family: [n for _, n, network in networks if f"ipv{family}" in network and not pair(network)] for family in "46"
    }
    for place, entry in enumerate(uplinks.values()):
        for family in "46":
            if "/" in entry.get(f"ipv{family}", ""):
                entry.update(_narrow(draw, family, entry, inner[family], place))


def _narrow(draw: st.DrawFn, family: str, entry: Tree, inner: list[int], place: int) -> Tree:
    """The new keys of an uplink in one family; `place` is the uplink's number on the host."""
    own, kind = entry[f"ipv{family}"].partition("/")[0], draw(_KINDS)
    if kind == "pair":
        return _two(draw, family, own, gateway=f"gateway{family}" in entry)
    if kind == "within" and inner:
        own = _within(family, draw(st.sampled_from(inner)), place)
    return {} if kind == "whole" else _single(draw, family, own)


def _single(draw: st.DrawFn, family: str, own: str) -> Tree:
    return {f"ipv{family}": f"{own}/{_BITS[family]}", f"gateway{family}": draw(_HOPS[family])}


def _within(family: str, number: int, place: int) -> str:
    """An address in a network of the host."""
    return f"10.{number}.0.{120 + place}" if family == "4" else f"fd00:{number:x}::fff{place}"


def _two(draw: st.DrawFn, family: str, own: str, *, gateway: bool) -> Tree:
    """The keys of a link with two addresses; the host has either the lower or the upper address."""
    last = own.rpartition("." if family == "4" else ":")
    ends = [f"{last[0]}{last[1]}{end}" for end in ((2, 3) if family == "4" else (0, 1))]
    if family == "6":
        ends[0] = ends[0].removesuffix("0")
    here, there = draw(st.permutations(ends))
    found = {f"ipv{family}": f"{here}/{_BITS[family] - 1}"}
    return found | ({f"gateway{family}": there} if gateway else {})


_BITS = {"4": 32, "6": 128}


def small(draw: st.DrawFn, number: int, families: Iterable[int]) -> Tree:
    """The addresses of a network with two addresses, which has room for the host and one guest."""
    four, six = draw(st.sampled_from(("0", "1"))), draw(st.sampled_from(("", "1")))
    found = {4: f"10.{number}.0.{four}/31", 6: f"fd00:{number:x}::{six}/127"}
    return {f"ipv{family}": found[family] for family in families}


def pair(network: Tree) -> bool:
    """Whether a network has room for only one guest."""
    return any(network.get(f"ipv{family}", "").endswith(f"/{bits - 1}") for family, bits in _BITS.items())
