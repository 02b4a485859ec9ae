"""TL616: a forward only for senders on the host's networks, which `hairpin: false` excludes."""

from collections.abc import Iterator

from taploom.base.diagnostic import Diagnostic, Label
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.plan.host import Host
from taploom.plan.interfaces import inside
from taploom.plan.policy import DnatEntry

RULE = DiagnosticRule(
    "TL616",
    "forward-for-nobody",
    Severity.WARNING,
    "A forward with `hairpin: false` admits senders outside of the host's networks.",
    "`hairpin: false` excludes the host's networks, and `from` names no other sender, so nobody can use the forward.",
    "Remove `hairpin: false`, or add senders outside of the host's networks to `from`.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n"
    "  hv1: {uplinks: {eth0: {zone: internet, ipv4: dhcp}}, networks: {lan: {}}}\n"
    "guests:\n  web: {host: hv1, nics: {lan: {}}}\n"
    "forwards:\n  web: {on: hv1, ports: https, to: web, from: lan, hairpin: false}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n"
    "  hv1: {uplinks: {eth0: {zone: internet, ipv4: dhcp}}, networks: {lan: {}}}\n"
    "guests:\n  web: {host: hv1, nics: {lan: {}}}\n"
    "forwards:\n  web: {on: hv1, ports: https, to: web, from: lan}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Look for forwards with `hairpin: false` whose DNAT entries admit only senders on networks of the host."""
    places = context.document.places
    for host in context.plan.hosts:
        by_forward: dict[str, list[DnatEntry]] = {}
        for dnat_entry in host.dnat_entries:
            by_forward.setdefault(dnat_entry.forward.removeprefix("forward/"), []).append(dnat_entry)
        for name, dnat_entries in by_forward.items():
            if all(_for_nobody(host, dnat_entry) for dnat_entry in dnat_entries):
                message = f"nobody can use forward `{name}`: `from` names only networks of host `{host.name}`"
                label = Label(places.span("forwards", name, "from"), "all these senders are inside")
                span = places.span("forwards", name, "hairpin")
                yield Diagnostic(RULE, message, span, "remove `hairpin: false`", (label,), subject=f"forward/{name}")


def _for_nobody(host: Host, dnat_entry: DnatEntry) -> bool:
    if dnat_entry.hairpin or dnat_entry.sources is None or dnat_entry.outside:
        return False
    own = [interface.prefix for here in inside(host) if (interface := here.own(dnat_entry.family)) is not None]
    return all(any(source in prefix for prefix in own) for source in dnat_entry.sources)
