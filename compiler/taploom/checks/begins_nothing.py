"""TL727: an allow of ICMP messages that can pass only as a part of a connection."""

from collections.abc import Iterator

from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.passes.services import Services
from taploom.plan.services import begins

RULE = DiagnosticRule(
    "TL727",
    "message-that-begins-nothing",
    Severity.WARNING,
    "An `allow` names only ICMP messages that can begin a connection, such as echo and timestamp requests.",
    "Connection tracking classifies an ICMP message as invalid if it is not a request and belongs to no connection, "
    "such as a redirect, an IPv4 router advertisement or an unsolicited reply. The ruleset drops such messages before "
    "policy. Replies to allowed traffic, and ICMP errors about it, need no entry.",
    "Remove the service. To let replies pass, allow the request, such as `ping`, in the other direction.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24}\n  dmz: {ipv4: 10.0.1.1/24}\n"
    "hosts:\n  hv1: {networks: {lan: {}, dmz: {}}}\npolicy:\n  turn: {from: lan, to: dmz, allow: icmp/redirect}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24}\n  dmz: {ipv4: 10.0.1.1/24}\n"
    "hosts:\n  hv1: {networks: {lan: {}, dmz: {}}}\npolicy:\n  turn: {from: lan, to: dmz, allow: ping}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Look at each service of each allow; a service that the site defines is reported once."""
    services = Services.of(context.document)
    for name, entry in sorted(context.document.policy.items()):
        for ref in entry.allow or ():
            idle = [service for service in services.expand((ref,)) or () if not begins(service)]
            if idle:
                some = "" if ref.literal else f"{idle[0].protocol}/{idle[0].first} of "
                message = f"{some}`{ref.text}` in `{name}` lets nothing pass: such a message begins no connection"
                hint = "remove it: replies to allowed traffic, and errors about it, need no entry"
                span = context.document.places.item(ref.text, "policy", name, "allow")
                yield Diagnostic(RULE, message, span, hint, subject=f"policy/{name}")
