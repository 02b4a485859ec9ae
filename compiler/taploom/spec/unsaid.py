"""Keys of other tools that the language lacks, each with a hint at the alternative.

Such a key is not misspelt: its author means its meaning in the other tool, so the suggestion of a similar key would
mislead.
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
        meant: the key of the language that takes the value, or several with spaces between if it may be any of them;
            "" for none.
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
        "a policy entry says `allow` or `deny`, and `deny` drops without an answer: to reject cannot be said yet",
        "write `deny`",
        "deny",
    ),
    SynonymKeys(("drop", "block"), "a policy entry says `allow` or `deny`", "write `deny`", "deny"),
    SynonymKeys(("accept", "permit"), "a policy entry says `allow` or `deny`", "write `allow`", "allow"),
)
"""Verbs of other filters."""

ENDS = (
    SynonymKeys(("source", "sources", "src"), "a policy entry says who sends behind `from`", "write `from`", "from"),
    SynonymKeys(
        ("destination", "destinations", "dest", "dst"),
        "a policy entry says who answers behind `to`",
        "write `to`",
        "to",
    ),
    SynonymKeys(
        ("action", "verdict"),
        "a policy entry has its services behind `allow` or `deny`",
        "write `allow` or `deny`, with the services",
        "allow deny",
    ),
    SynonymKeys(
        ("service", "services", "ports", "port", "protocol"),
        "a policy entry has its services behind `allow` or `deny`",
        "write `allow` or `deny` instead",
        "allow deny",
    ),
)
"""Words of other filters for the parts of a rule."""

GUEST = (
    SynonymKeys(
        ("networks", "network", "interfaces"), "a guest has its NICs behind `nics`", "did you mean `nics`?", "nics"
    ),
)
"""Keys of guests in other tools."""

DHCP = (
    SynonymKeys(
        ("reservations", "reservation", "hosts", "static", "static-leases", "leases"),
        "DHCP reserves addresses for guests, and for nobody else yet",
        "write each as a guest whose NIC has that `mac` and `ipv4`",
    ),
    SynonymKeys(
        ("options", "option", "ntp", "boot", "boot-file", "next-server", "tftp", "send-options", "static-routes"),
        "DHCP options besides router, resolvers and domain cannot be said yet",
        "remove it, and set it in a drop-in of your own for the unit of the bridge: `[DHCPServer]` with `SendOption=`",
    ),
)
"""Keys of DHCP servers in other tools."""

_ALONE = "name its interface under `uplinks`, with its zone alone, and have another tool make and configure it"
_VLANS = SynonymKeys(
    ("vlan", "vlans", "bond", "bonds", "links"),
    "VLANs and bonds cannot be said yet",
    "name the device under `uplinks`, and have another tool make it",
)
HOST = (
    _VLANS,
    SynonymKeys(("tunnel", "tunnels", "wireguard", "vpn"), "tunnels cannot be said yet", _ALONE),
)
"""Keys of hosts in other tools."""

NETWORK = (
    _VLANS,
    SynonymKeys(
        ("ports", "members", "interfaces"),
        "a NIC as a port of a bridge cannot be said yet",
        "name it under `uplinks` of the host, which then routes",
    ),
    SynonymKeys(
        ("gateway", "gateway4", "gateway6", "router", "router4", "router6"),
        "the gateway of a network is its host, and no other can be said yet",
        "write the address of the host as `ipv4` and `ipv6`",
    ),
)
"""Keys of networks in other tools."""

UPLINK = (
    _VLANS,
    SynonymKeys(
        ("addresses", "aliases"),
        "an uplink has one address of a family, and several cannot be said yet",
        "write one as `ipv4` or `ipv6`",
    ),
)
"""Keys of uplinks in other tools."""

NIC = (
    SynonymKeys(
        ("routes", "routed", "prefixes"),
        "no guest can be a router yet",
        "let the guest translate what it forwards to its own address",
    ),
    SynonymKeys(
        ("addresses", "aliases", "public", "floating"),
        "a NIC has one address of a family, and others cannot be said yet",
        "write one as `ipv4` or `ipv6`, and let forwards lead to it",
    ),
)
"""Keys of NICs in other tools."""
