"""TL509: TAPs that a host creates, owned by root or by a user who has to be a system user."""

from collections.abc import Iterator

from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context

RULE = DiagnosticRule(
    "TL509",
    "tap-owner",
    Severity.NOTE,
    "TAPs that the host creates belong to a system user.",
    "Without `tap-user` only root can open the TAPs, so a runner without root privileges starts no guest. From systemd "
    "258 on networkd refuses an owner that is not a system user (`SYS_UID_MAX`, login.defs(5)); taploom does not know "
    "the users of the host.",
    "Write the runner's user as `tap-user`, and make sure that it is a system user.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n  hv1: {networks: {lan: {create-taps: true}}}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n"
    "  hv1: {networks: {lan: {create-taps: true, tap-user: microvm}}}\n",
)
SYSTEM_USERS_ONLY = 258


def check(context: Context) -> Iterator[Diagnostic]:
    """Look at the networks whose TAPs the host creates."""
    for host in context.plan.hosts:
        for bridge in host.bridges:
            key, user = "create-taps", bridge.taps.user
            if not bridge.taps.create:
                continue
            if not user:
                message = f"only root can open the TAPs that host `{host.name}` creates for `{bridge.network}`"
                hint = "name the runner's user as `tap-user`"
            elif host.target.systemd >= SYSTEM_USERS_ONLY and user != "root":
                key = "tap-user"
                message = f"systemd {host.target.systemd} gives TAPs to system users only, and `{user}` has to be one"
                hint = f"nothing to do if `{user}` is one"
            else:
                continue
            span = context.document.places.span("hosts", host.name, "networks", bridge.network, key)
            yield Diagnostic(RULE, message, span, hint, subject=f"host/{host.name}")
