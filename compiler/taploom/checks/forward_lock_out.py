"""TL613: a forward that takes over the last path by which a host is managed from outside."""

from collections.abc import Iterator

from taploom.base.diagnostic import Diagnostic, Label
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.checks.exposure import meets, written
from taploom.checks.management import ManagementPath, paths
from taploom.plan.host import Host, Input
from taploom.plan.policy import Service, SideKind

RULE = DiagnosticRule(
    "TL613",
    "forward-locks-out",
    Severity.ERROR,
    "No forward takes over the last port through which a host can be managed from beyond its uplinks.",
    "Once the plan is active, the owner's next connection ends at a guest, and only the host's own guests can still "
    "reach the host.",
    "Change the outside port of the forward, or move the host's own service and name it in `management`.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n"
    "  hv1: {uplinks: {eth0: {zone: internet, ipv4: dhcp}}, networks: {lan: {}}}\n"
    "guests:\n  git: {host: hv1, nics: {lan: {}}}\n"
    "forwards:\n  git: {on: hv1, ports: tcp/22, to: git}\n"
    "policy:\n  admin: {from: any, to: host/hv1, allow: ssh}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n"
    "  hv1: {uplinks: {eth0: {zone: internet, ipv4: dhcp}}, networks: {lan: {}}, management: tcp/2222}\n"
    "guests:\n  git: {host: hv1, nics: {lan: {}}}\n"
    "forwards:\n  git: {on: hv1, ports: tcp/22, to: git}\n"
    "policy:\n  admin: {from: any, to: host/hv1, allow: tcp/2222}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Compare the management paths from outside with the paths that would exist without forwards."""
    for host in context.plan.hosts:
        if host.input is not Input.MANAGED or not host.dnat_entries:
            continue
        before = _outer(host, context.now, forwards=False)
        if before is not None and _outer(host, context.now, forwards=True) is None:
            yield _finding(context, host, before)


def _outer(host: Host, now: int, *, forwards: bool) -> ManagementPath | None:
    outer = (SideKind.OUTSIDE, SideKind.REMOTE)
    return next((p for p in paths(host, now, forwards=forwards) if p.term.ingress.kind in outer), None)


def _finding(context: Context, host: Host, path: ManagementPath) -> Diagnostic:
    dnat_entry = next(
        dnat_entry
        for dnat_entry in host.dnat_entries
        if meets(Service(dnat_entry.protocol, dnat_entry.first, dnat_entry.last), path.service)
    )
    name, entry = dnat_entry.forward.removeprefix("forward/"), path.term.entry.removeprefix("policy/")
    places = context.document.places
    message = f"forward `{name}` takes {written(path.service)}, the last way to manage host `{host.name}` from outside"
    label = Label(places.key("policy", entry), f"`{entry}` lets the owner in")
    span = places.span("forwards", name, "ports")
    return Diagnostic(RULE, message, span, "change the outside port", (label,), subject=dnat_entry.forward)
