"""Rendering time and ruleset of a host with up to ten thousand guests, each with a rule and a forward per family."""

from __future__ import annotations

import gc
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from tests import plans
from tests.backends.nftables.made import INTERNET, MICROVM, dnat_entry, tcp, term
from tests.support import needs

from taploom.backends import nftables
from taploom.base.address import Mac, parse_interface, prefix_of
from taploom.lab import ruleset
from taploom.lab.session import Lab
from taploom.plan.host import Host, Port

if TYPE_CHECKING:
    from collections.abc import Iterator


def crowd(count: int) -> Host:
    """The seed's host with `count` guests."""
    seed = plans.host()
    bridge = replace(seed.bridges[0], ipv4=parse_interface("10.0.0.1/16"))
    assert bridge.ipv4
    assert bridge.ipv6
    nets = (bridge.ipv4.prefix, bridge.ipv6.prefix)
    ports, terms, dnat_entries = [], [], []
    for number in range(count):
        both = [net.first + (256 + number) for net in nets]
        here = plans.origin(f"guests.g{number:05}", number + 1)
        mac = Mac(0x02 << 40 | number)
        ports.append(Port(f"g{number:05}", f"vm-{number:05}", mac, (both[0],), (both[1],), here))
        for address, office in zip(both, ("198.51.100.0/24", "2001:db8:f::/48"), strict=True):
            terms.append(term(f"r{number:05}", (INTERNET, MICROVM), office, str(address), tcp(443)))
            dnat_entries.append(dnat_entry(f"f{number:05}", 1024 + number, str(address), 80))
    bridges = (replace(bridge, ports=tuple(ports)),)
    site = tuple(prefix_of(net.first, net.length) for net in nets)
    return replace(
        seed, bridges=bridges, site_prefixes=site, dnat_entries=tuple(dnat_entries), terms=(*seed.terms, *terms)
    )


@pytest.fixture
def no_collector() -> Iterator[None]:
    """Disables the garbage collector, as the command `taploom` does, since plans contain no cycles."""
    gc.disable()
    yield
    gc.enable()


def seconds(host: Host) -> float:
    unknown = replace(host)  # a new object, since the lowering of a known one is cached
    start = time.process_time()
    nftables.artifacts(unknown)
    return time.process_time() - start


@pytest.mark.usefixtures("no_collector")
def test_rendering_time_grows_linearly_with_the_number_of_guests() -> None:
    small, large = crowd(500), crowd(4_000)
    seconds(small)
    assert min(seconds(large) for _ in range(2)) < 2 * 8 * min(seconds(small) for _ in range(5))


@needs("root", "nft", "unshare", "nsenter")
@pytest.mark.slow
def test_the_kernel_accepts_ten_thousand_guests_and_no_chain_is_long() -> None:
    plan = crowd(10_000)
    (artifact,) = nftables.artifacts(plan)
    assert max(len(chain.rules) for table in nftables.ruleset(plan).tables for chain in table.chains) < 20
    with Lab() as lab:
        ruleset.load(lab.machine("crowd"), artifact.text)
