"""Keys of other tools that the language lacks, each with a hint at the alternative.

Such a key is not misspelt: its author knows it from the other tool, so the suggestion of a similar key would mislead.
"""

from collections.abc import Iterable

from taploom.base.diagnostic import Diagnostic, Label, Report
from taploom.base.frozen import dataclass
from taploom.source.tree import Mapping
from taploom.spec import codes


@dataclass(frozen=True, slots=True)
class SynonymKeys:
    """Keys of other tools, all with one meaning, which a model lacks.

    Attributes:
        keys: the keys as people write them.
        message: the reason why there is no such key, or its name in the language.
        hint: the alternative.
        meant: the key of the language that takes the value; if there are several candidates, all of them, separated by
            spaces; "" if there is no such key.
    """

    keys: tuple[str, ...]
    message: str
    hint: str
    meant: str = ""


def report_unsaid(unsaid: Iterable[SynonymKeys], node: Mapping, report: Report) -> dict[str, tuple[str, ...]]:
    """Report keys of other tools in a mapping; keys with the same meaning are one finding.

    Returns:
        For each reported key, the keys of the language that it may mean.
    """
    meant: dict[str, tuple[str, ...]] = {}
    for other in unsaid:
        found = [entry.key for name, entry in node.pairs.items() if name in other.keys]
        meant |= {key.text: tuple(other.meant.split()) for key in found}
        if found:
            labels = tuple(Label(key.span, "this one too") for key in found[1:])
            message = f"`{found[0].text}`: {other.message}"
            report.add(Diagnostic(codes.UNKNOWN_KEY, message, found[0].span, other.hint, labels))
    return meant


VERBS = (
    SynonymKeys(
        ("reject", "refuse"),
        "a policy entry has `allow` or `deny`, and `deny` drops without an answer; rejecting is not supported yet",
        "write `deny`",
        "deny",
    ),
    SynonymKeys(("drop", "block"), "a policy entry has `allow` or `deny`", "write `deny`", "deny"),
    SynonymKeys(("accept", "permit"), "a policy entry has `allow` or `deny`", "write `allow`", "allow"),
)
"""Verbs of other filters."""

ENDS = (
    SynonymKeys(("source", "sources", "src"), "a policy entry names its senders in `from`", "write `from`", "from"),
    SynonymKeys(
        ("destination", "destinations", "dest", "dst"),
        "a policy entry names its receivers in `to`",
        "write `to`",
        "to",
    ),
    SynonymKeys(
        ("action", "verdict"),
        "a policy entry lists its services in `allow` or `deny`",
        "write `allow` or `deny`, with the services",
        "allow deny",
    ),
    SynonymKeys(
        ("service", "services", "ports", "port", "protocol"),
        "a policy entry lists its services in `allow` or `deny`",
        "write `allow` or `deny` instead",
        "allow deny",
    ),
)
"""Words of other filters for the parts of a rule."""

GUEST = (
    SynonymKeys(
        ("networks", "network", "interfaces"), "a guest lists its NICs in `nics`", "did you mean `nics`?", "nics"
    ),
)
"""Keys of guests in other tools."""

DHCP = (
    SynonymKeys(
        ("reservations", "reservation", "hosts", "static", "static-leases", "leases"),
        "DHCP can reserve addresses only for guests",
        "write each as a guest whose NIC has that `mac` and `ipv4`",
    ),
    SynonymKeys(
        ("options", "option", "ntp", "boot", "boot-file", "next-server", "tftp", "send-options", "static-routes"),
        "DHCP options other than router, resolvers and domain are not supported yet",
        "remove it, and set it in a drop-in of your own for the unit of the bridge: `[DHCPServer]` with `SendOption=`",
    ),
)
"""Keys of DHCP servers in other tools."""

_ALONE = "list its interface under `uplinks` with only a zone, and let another tool create and configure it"
_VLANS = SynonymKeys(
    ("vlan", "vlans", "bond", "bonds", "links"),
    "VLANs and bonds are not supported yet",
    "list the device under `uplinks`, and let another tool create it",
)
HOST = (
    _VLANS,
    SynonymKeys(("tunnel", "tunnels", "wireguard", "vpn"), "tunnels are not supported yet", _ALONE),
)
"""Keys of hosts in other tools."""

NETWORK = (
    _VLANS,
    SynonymKeys(
        ("ports", "members", "interfaces"),
        "a NIC of the host as a bridge port is not supported yet",
        "list it under `uplinks` of the host; the host then routes",
    ),
    SynonymKeys(
        ("gateway", "gateway4", "gateway6", "router", "router4", "router6"),
        "the gateway of a network is its host; another gateway is not supported yet",
        "write the address of the host as `ipv4` and `ipv6`",
    ),
)
"""Keys of networks in other tools."""

UPLINK = (
    _VLANS,
    SynonymKeys(
        ("addresses", "aliases"),
        "an uplink has one address of a family; several are not supported yet",
        "write one as `ipv4` or `ipv6`",
    ),
)
"""Keys of uplinks in other tools."""

NIC = (
    SynonymKeys(
        ("routes", "routed", "prefixes"),
        "guests as routers are not supported yet",
        "let the guest translate forwarded traffic to its own address",
    ),
    SynonymKeys(
        ("addresses", "aliases", "public", "floating"),
        "a NIC has one address of a family; several are not supported yet",
        "write one as `ipv4` or `ipv6`, and let forwards lead to it",
    ),
)
"""Keys of NICs in other tools."""
