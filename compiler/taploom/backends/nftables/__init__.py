"""The ruleset of a host: a table for IP, one for bridges, and one that remembers which guest began a flow.

Other tools have their own tables on a host. So a load does not flush these tables, and traffic between interfaces that
are not ours passes untouched. Look-ups replace long lists of rules: a map leads from a pair of
interfaces to the chain of their two sides, and in that chain the terms of the policy are elements of sets. Each module
of `lower` describes its own part of the ruleset; this module only puts the parts together.
"""

from taploom.backends.artifact import Artifact
from taploom.backends.nftables import printer
from taploom.backends.nftables.lower.bridged import bridged
from taploom.backends.nftables.lower.dnat import destination_nat
from taploom.backends.nftables.lower.forward import forward
from taploom.backends.nftables.lower.idioms import network_sets
from taploom.backends.nftables.lower.input import input_
from taploom.backends.nftables.lower.mss import mss
from taploom.backends.nftables.lower.neighbours import refusals
from taploom.backends.nftables.lower.pairs import policy
from taploom.backends.nftables.lower.part import TablePart, memory, table, together
from taploom.backends.nftables.lower.raw import raw
from taploom.backends.nftables.lower.snat import source_nat
from taploom.backends.nftables.tree import Ruleset
from taploom.base.identity import remembered
from taploom.plan.host import Host

FILE = "/etc/taploom/taploom.nft"
"""Where the ruleset is installed; `nft -f` loads it at boot and after every change."""


@remembered
def ruleset(host: Host) -> Ruleset:
    """The ruleset of a host as a tree."""
    known = policy(host)
    parts = [
        TablePart((), network_sets(host)),
        raw(host),
        destination_nat(host),
        source_nat(host),
        mss(host),
        forward(known),
        input_(known),
    ]
    return Ruleset(
        (
            table("bridge", bridged(host), host.origin),
            memory("bridge", refusals(known), host.origin),
            table("inet", together(parts), host.origin),
        )
    )


def artifacts(host: Host) -> tuple[Artifact, ...]:
    """The ruleset as a file for `nft -f`."""
    return (Artifact(f"hosts/{host.name}/nftables/taploom.nft", printer.document(ruleset(host)), FILE),)
