"""Intent and ruleset held against each other for frames, as `flows.compare` does for packets."""

from collections.abc import Iterator

from netloom.backends.nftables.tree import Ruleset
from netloom.base.address import Family
from netloom.flows.answer import PASS, Answer
from netloom.flows.clock import Clock
from netloom.flows.diagram import Space
from netloom.flows.frame import ENTRY, ETHER_TYPES, MACS, Ports, family_of
from netloom.flows.intent.entries import Site
from netloom.flows.intent.frames import Guard, between
from netloom.flows.intent.stages import Intent
from netloom.flows.kernel import Kernel
from netloom.flows.packet import sizes
from netloom.flows.parting import differences
from netloom.flows.ruleset.frames import frames
from netloom.plan.host import Host

Difference = tuple[str, str, Family, tuple[int, ...], Answer, Answer]
"""Port of entry, EtherType, family, the frame as a point, intent and ruleset."""


def frame_differences(site: Site, host: Host, ruleset: Ruleset, clock: Clock) -> Iterator[Difference]:
    """The differences of all EtherTypes, in the guard and between ports."""
    ports = Ports(host)
    for ether in ETHER_TYPES:
        family = family_of(ether)
        kernel = Kernel.of(host, family)
        packet = sizes(family, 0, clock.phases)
        space = Space[Answer]((*packet, ports.size, ports.size, MACS, MACS))
        intent = Intent(site, kernel, space, clock)
        wanted = {
            "prerouting": Guard(host, ports, ether).decided(),
            "forward": between(intent, ports, ether),
        }
        for hook, decided in wanted.items():
            found = frames(ruleset, kernel, clock, space, ports, hook, ether)
            for point, one, other in differences(space, space.overlay(list(decided), PASS), found):
                yield ports.names[point[ENTRY]], ether, family, point, one, other
