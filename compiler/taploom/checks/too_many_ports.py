"""TL525: more guests on a bridge than it has ports."""

from collections.abc import Iterator

from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context

MOST = 1023
"""Maximum number of ports of a Linux bridge: their numbers have ten bits and begin with 1.

`BR_MAX_PORTS`, net/bridge/br_private.h.
"""

RULE = DiagnosticRule(
    "TL525",
    "too-many-ports",
    Severity.ERROR,
    f"A network has no more than {MOST} guests on its host.",
    f"A Linux bridge has at most {MOST} ports. The TAPs that come last stay outside of it (`Exchange full`), "
    "and these may be other TAPs after each start.",
    "Put some of the guests on another network; both networks can share a `zone`.",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Count the ports of each bridge."""
    for host in context.plan.hosts:
        for bridge in host.bridges:
            if len(bridge.ports) > MOST:
                span = context.document.places.key("hosts", host.name, "networks", bridge.network)
                message = f"network `{bridge.network}` has {len(bridge.ports)} guests, but a bridge takes {MOST}"
                hint = "put some of them on another network, which can share its `zone`"
                yield Diagnostic(RULE, message, span, hint, subject=f"network/{bridge.network}")
