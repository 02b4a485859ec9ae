"""A reader of unit files that knows nothing of taploom: systemd.syntax(7), as far as networkd's units go."""

from collections import defaultdict

REPEATED = frozenset(("Address", "DHCPServerStaticLease", "IPv6Prefix", "Route", "RoutingPolicyRule"))
Assignments = dict[str, list[str]]
Read = dict[str, list[Assignments]]


def read(text: str) -> Read:
    """A unit as its sections, each a list of its instances: networkd unites sections of one name unless they repeat."""
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
