"""TL804: a resolver that a network announces to its guests, although they cannot query it."""

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
    "Policy lets the guests of a network query the resolvers in its `dns`.",
    "The ruleset drops the queries, so every lookup of a guest times out. Either no entry allows the queries, or a "
    "`deny` covers them, such as one for a private prefix that contains the resolver.",
    "Write `host` if the host itself is the resolver. Otherwise allow `dns` to the resolver, or make the `deny` "
    "narrower.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24, dns: [10.0.0.1]}\nhosts:\n  hv1: {networks: {lan: {}}}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24, dns: [host]}\nhosts:\n  hv1: {networks: {lan: {}}}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Test for each network whether its guests may query each of its resolvers."""
    if context.broken("policy", "hosts"):
        return
    open_to_all = frozenset(published(context.plan.hosts))
    for host in context.plan.hosts:
        announcing = [here for here in inside(host) if here.dns]
        access = ResolverAccess.at(host, open_to_all, context.now) if announcing else None
        for here in announcing:
            for address in here.dns:
                closed = access.closed(here, address) if access else None
                if closed is not None:
                    yield _finding(context, here, address, closed)


def _finding(context: Context, here: HostInterface, address: Address, denies: tuple[str, ...]) -> Diagnostic:
    own, places = here.own(address.family), context.document.places
    span = places.item(str(address), "networks", here.network, "dns")
    message = f"guests of network `{here.network}` cannot query their resolver {address}"
    labels: tuple[Label, ...] = ()
    if own is None:
        message = f"guests of network `{here.network}` have no {word(address.family)} to query their resolver {address}"
        hint = f"name a resolver of the other family, or give the network `{address.family.key}`"
    elif denies:
        names = [deny.removeprefix("policy/") for deny in denies]
        message += f": {' and '.join(f'`{name}`' for name in names)} {'denies' if len(names) == 1 else 'deny'} it"
        labels = tuple(Label(places.span("policy", name, "deny"), "the deny") for name in names)
        hint = "make the deny narrower, or name another resolver"
    elif own.address == address:
        hint = "write `host`, which also opens DNS on the host"
    elif here.isolated and address in own.prefix:
        hint = f"`{here.network}` is isolated: name a resolver elsewhere, or `host`"
    else:
        hint = f"allow `dns` from `{here.network}` to the resolver"
    return Diagnostic(RULE, message, span, hint, labels, subject=f"network/{here.network}")
