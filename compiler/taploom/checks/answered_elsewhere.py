"""TL614: a forward whose replies leave by another uplink."""

from collections.abc import Iterator

from taploom.base.address import FAMILIES, Prefix, in_family
from taploom.base.diagnostic import Diagnostic, Label
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.checks.families import word
from taploom.flows.packets.defaults import default_routes
from taploom.passes.selections import of_family
from taploom.plan.host import Fixed, Host
from taploom.plan.interfaces import HostInterface, outside
from taploom.plan.policy import DnatEntry

RULE = DiagnosticRule(
    "TL614",
    "answered-elsewhere",
    Severity.WARNING,
    "If several uplinks have a default route, a forward listens on the uplink whose default route the host uses, or "
    "admits only senders that the host reaches through the forward's own uplink.",
    "The host routes replies by destination, not by the uplink on which the connection arrived. The reply leaves "
    "through the other provider but carries the first provider's source address, and providers drop such packets.",
    "Let the forward listen on the uplink whose default route has the lowest metric (`on: HOST/UPLINK`; `metric` sets "
    "it). Or restrict `from` to senders that are on the link of the forward's uplink or behind a route through it. Or "
    "remove the gateway of the forward's uplink.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n  hv1:\n    networks: {lan: {}}\n    uplinks:\n"
    "      eth0: {zone: internet, ipv4: 192.0.2.10/24, gateway4: 192.0.2.1}\n"
    "      eth1: {zone: internet, ipv4: dhcp}\n"
    "guests:\n  web: {host: hv1, nics: {lan: {}}}\nforwards:\n  web: {on: hv1, ports: tcp/443, to: web}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n  hv1:\n    networks: {lan: {}}\n    uplinks:\n"
    "      eth0: {zone: internet, ipv4: 192.0.2.10/24, gateway4: 192.0.2.1}\n"
    "      eth1: {zone: internet, ipv4: dhcp}\n"
    "guests:\n  web: {host: hv1, nics: {lan: {}}}\nforwards:\n  web: {on: hv1/eth0, ports: tcp/443, to: web}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Compare each uplink that has a default route with the uplink whose route wins; report each forward once."""
    for host in context.plan.hosts:
        reported: set[str] = set()
        for family in FAMILIES:
            metrics = default_routes(host, family)
            best = min(metrics.values(), default=0)
            first = next((name for name, metric in metrics.items() if metric == best), "")
            for uplink in outside(host):
                if uplink.device == first or uplink.device not in metrics:
                    continue
                for dnat_entry in host.dnat_entries:
                    listens = (
                        dnat_entry.family is family
                        and uplink.device in dnat_entry.uplinks
                        and dnat_entry.forward not in reported
                    )
                    if listens and _from_beyond(host, uplink, dnat_entry):
                        reported.add(dnat_entry.forward)
                        yield _finding(context, host, uplink, dnat_entry, first, sure=metrics[uplink.device] > best)


def _from_beyond(host: Host, uplink: HostInterface, dnat_entry: DnatEntry) -> bool:
    """Whether the forward admits a sender that is neither on the uplink's link nor behind a route through it."""
    if dnat_entry.sources is None or uplink.zone in dnat_entry.outside:
        return True
    side = in_family(uplink, dnat_entry.family)
    near = [side.interface.prefix] if isinstance(side, Fixed) else []
    near += [route.to for route in host.routes if route.device == uplink.device and route.to.length]
    inside = (*near, *host.site_prefixes)
    return any(not _covered(source, inside) for source in of_family(dnat_entry.sources, dnat_entry.family))


def _covered(source: Prefix, prefixes: tuple[Prefix, ...]) -> bool:
    return any(source in prefix for prefix in prefixes)


def _finding(
    context: Context, host: Host, uplink: HostInterface, dnat_entry: DnatEntry, by: str, *, sure: bool
) -> Diagnostic:
    places, name = context.document.places, dnat_entry.forward.removeprefix("forward/")
    verb = "leave" if sure else "may leave"
    family = word(dnat_entry.family)
    message = (
        f"replies to {family} connections that reach forward `{name}` through `{uplink.device}` {verb} through `{by}`"
    )
    label = Label(
        places.key("hosts", host.name, "uplinks", by),
        f"the {family} default route leads through this uplink",
    )
    hint = f"listen on `{host.name}/{by}`, or admit only senders that the host reaches through `{uplink.device}`"
    return Diagnostic(RULE, message, places.span("forwards", name, "on"), hint, (label,), subject=dnat_entry.forward)
