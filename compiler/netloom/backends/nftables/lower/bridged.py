"""The bridge table: what IP rules cannot see, as frames between the ports of one bridge never reach them.

Interfaces are told by the names of ports, not of bridges (`meta ibrname` is an option that not every kernel has).
Nothing here judges a frame that neither enters by a port of ours nor is between addresses of one of our networks.
"""

from netloom.backends.nftables.lower.guard import guard
from netloom.backends.nftables.lower.pairs import Policy
from netloom.backends.nftables.lower.part import Part, base, together
from netloom.backends.nftables.lower.segment import isolation, refusals
from netloom.backends.nftables.tree import Chain


def bridged(known: Policy) -> Part:
    """Spoof guard, isolation, and the denies between guests of one bridge."""
    host = known.host
    apart, refused = isolation(host), refusals(known)
    rules = (*apart.rules, *refused.rules)
    hook = Chain("forward", rules, base("filter", "forward", "filter"), host.origin)
    return together([guard(host), Part((hook,) if rules else ()), Part((), apart.sets), refused.part])
