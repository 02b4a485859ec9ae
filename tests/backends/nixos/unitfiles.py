"""Parser of unit files by systemd.syntax(7), independent of taploom, for the syntax that networkd's units use."""

from collections import defaultdict

REPEATED = frozenset(("Address", "DHCPServerStaticLease", "IPv6Prefix", "Route", "RoutingPolicyRule"))
Assignments = dict[str, list[str]]
Read = dict[str, list[Assignments]]


def read(text: str) -> Read:
    """Parses a unit into sections, each a list of instances; sections of one name are joined unless they may repeat."""
    found: Read = defaultdict(list)
    name = ""
    for line in text.split("\n"):
        if line.startswith("["):
            name = line.strip("[]")
            if name in REPEATED or not found[name]:
                found[name].append(defaultdict(list))
        elif line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found[name][-1][key].append({"true": "yes", "false": "no"}.get(value, value))
    return {name: [dict(instance) for instance in instances] for name, instances in found.items()}
