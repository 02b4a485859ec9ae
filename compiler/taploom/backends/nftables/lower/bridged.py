"""The bridge table: rules for frames between ports of one bridge; such frames never reach the rules of the IP table.

Rules match the names of ports, not of bridges (`meta ibrname` is an option that not every kernel has). A frame is
judged here only if it enters by a port of ours, or goes between addresses of one of our networks.
"""

from taploom.backends.nftables.lower.guard import guard
from taploom.backends.nftables.lower.isolation import isolation
from taploom.backends.nftables.lower.part import TablePart, base, together
from taploom.backends.nftables.tree import Chain
from taploom.plan.host import Host


def bridged(host: Host) -> TablePart:
    """Spoof guard and isolation."""
    apart = isolation(host)
    hook = Chain("forward", apart.rules, base("filter", "forward", "filter"), host.origin)
    return together([guard(host), TablePart((hook,) if apart.rules else ()), TablePart((), apart.sets)])
