"""TL609: a prefix to which a network cannot be translated."""

from collections.abc import Iterator

from taploom.base.address import Prefix
from taploom.base.diagnostic import Diagnostic, Label
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.checks.nesting import nested
from taploom.plan.site import Network

RULE = DiagnosticRule(
    "TL609",
    "nat-prefix",
    Severity.ERROR,
    "The prefix to which a network is translated has the length of the network's own prefix, and no other network uses "
    "it.",
    "Each inner address becomes one outer address (RFC 6296). With another length, some inner addresses have no outer "
    "one. If the prefix is in use, two stations share an address.",
    "Write a prefix of the network's length that the uplink's provider routes to the host.",
    bad="networks:\n  lan: {ipv6: 'fd12:3456:789a::1/64', nat: {ipv6: '2001:db8:9::/60'}}\n",
    good="networks:\n  lan: {ipv6: 'fd12:3456:789a::1/64', nat: {ipv6: '2001:db8:9::/64'}}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Compare each outer prefix with its own network, and with the inner and outer prefixes of all networks."""
    outer = [(net, net.nat6.prefix) for net in context.plan.networks if net.nat6 and net.nat6.prefix]
    for network, prefix in outer:
        if network.ipv6 and network.ipv6.length != prefix.length:
            message = f"network `{network.name}` is a /{network.ipv6.length} and cannot be translated to {prefix}"
            yield _finding(context, network, message, f"write a /{network.ipv6.length}")
    items: list[tuple[Prefix, tuple[Network, bool]]] = [
        (network.ipv6.prefix, (network, False)) for network in context.plan.networks if network.ipv6
    ]
    items += [(prefix, (network, True)) for network, prefix in outer]
    for (one, inner), (two, wider) in nested(items if outer else ()):
        if inner or wider:
            network, other, mapped = (one, two, wider) if inner else (two, one, inner)
            message = f"network `{network.name}` is translated to a prefix that `{other.name}` uses"
            yield _finding(context, network, message, "write a prefix of its own", other, mapped=mapped)


def _finding(
    context: Context, network: Network, message: str, hint: str, other: Network | None = None, *, mapped: bool = False
) -> Diagnostic:
    places = context.document.places
    labels: tuple[Label, ...] = ()
    if other is not None:
        path = ("nat", "ipv6") if mapped else ("ipv6",)
        labels = (Label(places.span("networks", other.name, *path), f"`{other.name}`"),)
    span = places.span("networks", network.name, "nat", "ipv6")
    return Diagnostic(RULE, message, span, hint, labels, subject=f"network/{network.name}")
