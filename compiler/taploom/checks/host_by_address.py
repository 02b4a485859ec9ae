"""TL715: a policy entry that names a host by its address."""

from collections.abc import Iterator

from taploom.base.address import Prefix
from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.plan.interfaces import interfaces
from taploom.spec.values import Selector

RULE = DiagnosticRule(
    "TL715",
    "host-by-address",
    Severity.WARNING,
    "A policy entry for packets to a host itself names the host, with `to: host/NAME`.",
    "A prefix in `to` selects machines behind the host's interfaces. The entry neither opens nor closes the input of "
    "the host itself, at any of the host's addresses.",
    "Write `host/NAME`, which selects the host at each of its addresses.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n  hv1: {networks: {lan: {}}}\n"
    "policy:\n  stats: {from: lan, to: 10.0.0.1, allow: tcp/9100}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n  hv1: {networks: {lan: {}}}\n"
    "policy:\n  stats: {from: lan, to: host/hv1, allow: tcp/9100}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Look for prefixes that are one address of a host of the site."""
    own = dict(owners(context))
    for name, entry in sorted(context.document.policy.items()):
        for selector in entry.to:
            found = next((p for p in _prefixes(context, selector) if p in own), None)
            if found is not None:
                span = context.document.places.item(selector.text, "policy", name, "to")
                message = (
                    f"{found.first} is an address of host `{own[found]}`, but `{name}` does not apply to its input"
                )
                hint = f"write `host/{own[found]}`"
                yield Diagnostic(RULE, message, span, hint, subject=f"policy/{name}")


def owners(context: Context) -> Iterator[tuple[Prefix, str]]:
    """The static addresses of all hosts, each with the name of its host."""
    for host in context.plan.hosts:
        yield from ((own.address.prefix, host.name) for each in interfaces(host) for own in each.fixed)


def _prefixes(context: Context, selector: Selector) -> tuple[Prefix, ...]:
    if selector.prefix is not None:
        return (selector.prefix,)
    named = context.document.addresses.get(selector.name) if selector.kind in ("name", "address") else None
    return named.prefixes if named else ()
