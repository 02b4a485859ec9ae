"""TL804: a resolver that is announced to guests, but that they cannot query."""

from collections.abc import Iterator

from taploom.base.address import Address
from taploom.base.diagnostic import Diagnostic, Label
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.asking import ResolverAccess, published
from taploom.checks.context import Context
from taploom.checks.families import word
from taploom.plan.interfaces import HostInterface, inside

RULE = DiagnosticRule(
    "TL804",
    "resolver-out-of-reach",
    Severity.WARNING,
    "Policy lets guests ask the resolvers that their network names.",
    "Every lookup of a guest waits until it times out, since the ruleset drops the question: nothing allows it, or a "
    "`deny` covers it, such as one of a private prefix that holds the resolver.",
    "Write `host` where the host itself answers; else allow `dns` to the resolver, and make the `deny` narrower.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24, dns: [10.0.0.1]}\nhosts:\n  hv1: {networks: {lan: {}}}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24, dns: [host]}\nhosts:\n  hv1: {networks: {lan: {}}}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Look for a way from every network to each of its resolvers."""
    if context.broken("policy", "hosts"):
        return
    open_to_all = frozenset(published(context.plan.hosts))
    for host in context.plan.hosts:
        told = [here for here in inside(host) if here.dns]
        asking = ResolverAccess.at(host, open_to_all, context.now) if told else None
        for here in told:
            for address in here.dns:
                closed = asking.closed(here, address) if asking else None
                if closed is not None:
                    yield _finding(context, here, address, closed)


def _finding(context: Context, here: HostInterface, address: Address, denies: tuple[str, ...]) -> Diagnostic:
    own, places = here.own(address.family), context.document.places
    span = places.item(str(address), "networks", here.network, "dns")
    message = f"guests of network `{here.network}` cannot ask their resolver {address}"
    labels: tuple[Label, ...] = ()
    if own is None:
        message = f"guests of network `{here.network}` have no {word(address.family)} to ask their resolver {address}"
        hint = f"name one of the other family, or give the network `{address.family.key}`"
    elif denies:
        names = [deny.removeprefix("policy/") for deny in denies]
        message += f": {' and '.join(f'`{name}`' for name in names)} {'denies' if len(names) == 1 else 'deny'} it"
        labels = tuple(Label(places.span("policy", name, "deny"), "the deny") for name in names)
        hint = "make the deny narrower, or name another resolver"
    elif own.address == address:
        hint = "write `host`, which opens the host's input too"
    elif here.isolated and address in own.prefix:
        hint = f"`{here.network}` is isolated: name a resolver elsewhere, or `host`"
    else:
        hint = f"allow `dns` from `{here.network}` to it"
    return Diagnostic(RULE, message, span, hint, labels, subject=f"network/{here.network}")
