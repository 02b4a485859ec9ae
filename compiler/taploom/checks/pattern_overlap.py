"""TL505: a pattern that matches a TAP of another network, or an uplink that taploom does not configure."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from taploom.base.diagnostic import Diagnostic, Label
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.checks.devices import never_tun
from taploom.checks.globs import clashes, is_glob
from taploom.plan.host import Host
from taploom.plan.interfaces import outside

RULE = DiagnosticRule(
    "TL505",
    "patterns-overlap",
    Severity.ERROR,
    "On one host, no TAP name matches patterns of two networks, and no pattern matches an uplink that another tool "
    "configures.",
    "The units attach the TAPs of the spec's guests by their full names. Any other TAP that both patterns match joins "
    "the bridge whose unit comes first by name: a guest may start in the wrong network, or the TAP of a VPN may join a "
    "bridge.",
    "Let the patterns of each network begin with a word of its own, such as `lan-*` and `dmz-*`.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24}\n  dmz: {ipv4: 10.0.1.1/24}\n"
    "hosts:\n  hv1: {networks: {lan: {taps: vm-*}, dmz: {taps: vm-d*}}}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24}\n  dmz: {ipv4: 10.0.1.1/24}\n"
    "hosts:\n  hv1: {networks: {lan: {taps: lan-*}, dmz: {taps: dmz-*}}}\n",
)
_Owner = tuple[str, str]


def check(context: Context) -> Iterator[Diagnostic]:
    """Compare the patterns of each host: globs with globs and full names with full names."""
    places = context.document.places
    for host in context.plan.hosts:
        yield from _uplinks_claimed(context, host)
        for (network, pattern), (other, before), name in (*_clashes(host, globs=True), *_clashes(host, globs=False)):
            if network == other:
                continue
            span = places.item(pattern, "hosts", host.name, "networks", network, "taps")
            label = Label(
                places.item(before, "hosts", host.name, "networks", other, "taps"), f"`{before}` matches it too"
            )
            message = (
                f"pattern `{pattern}` of network `{network}` matches TAP name `{name}`, which `{other}` claims too"
            )
            hint = "begin each network's patterns with a word of its own"
            yield Diagnostic(RULE, message, span, hint, (label,), subject=f"host/{host.name}")


def _uplinks_claimed(context: Context, host: Host) -> Iterator[Diagnostic]:
    """Findings about uplinks that a pattern matches; taploom has no unit for them, and they may be TUN devices."""
    places = context.document.places
    free = [uplink.device for uplink in outside(host) if not uplink.configured and not never_tun(uplink.device)]
    found = (
        (b.network, p, name) for b in host.bridges for p in b.taps.patterns for name in free if fnmatchcase(name, p)
    )
    for network, pattern, name in found:
        span = places.item(pattern, "hosts", host.name, "networks", network, "taps")
        label = Label(places.key("hosts", host.name, "uplinks", name), "the uplink")
        message = f"pattern `{pattern}` of network `{network}` matches uplink `{name}`, which would join the bridge"
        hint = "begin the pattern with a word of its own"
        yield Diagnostic(RULE, message, span, hint, (label,), subject=f"host/{host.name}")


def _clashes(host: Host, *, globs: bool) -> Iterator[tuple[_Owner, _Owner, str]]:
    """Clashes of patterns that the spec lists; TL504 compares the TAP names that other bridges have as patterns."""
    listed = (
        (pattern, (bridge.network, pattern))
        for bridge in host.bridges
        for pattern in bridge.taps.patterns
        if is_glob(pattern) is globs and (globs or pattern not in {port.tap for port in bridge.ports})
    )
    return clashes(listed)
