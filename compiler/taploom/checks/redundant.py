"""TL716: an `allow` without effect, because other entries allow or deny each of its packets."""

from collections.abc import Iterator, Mapping
from functools import partial

from taploom.base.address import everything
from taploom.base.diagnostic import Diagnostic, Label
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.checks.coverage import Cover
from taploom.checks.policy_twice import meaning
from taploom.checks.selecting_nobody import refused
from taploom.checks.shadowed import lasts
from taploom.plan.host import Host, Input
from taploom.plan.interfaces import inside
from taploom.plan.policy import Action, Service, Side, SideKind, Term

RULE = DiagnosticRule(
    "TL716",
    "policy-decides-nothing",
    Severity.WARNING,
    "Every `allow` lets packets pass that no other entry lets pass.",
    "If somebody removes or narrows the entry to close a path, the path stays open. A `limit` of the entry has no "
    "effect either.",
    "Remove the entry, or narrow the other entries.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24}\n  dmz: {ipv4: 10.0.1.1/24}\n"
    "hosts:\n  hv1: {networks: {lan: {}, dmz: {}}}\n"
    "policy:\n  web: {from: lan, to: dmz, allow: https}\n  all: {from: lan, to: dmz, allow: tcp}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24}\n  dmz: {ipv4: 10.0.1.1/24}\n"
    "hosts:\n  hv1: {networks: {lan: {}, dmz: {}}}\n"
    "policy:\n  all: {from: lan, to: dmz, allow: tcp}\n",
)
SHOWN = 6
"""Maximum number of other entries in a finding."""
_DNS = (Service("tcp", 53, 53), Service("udp", 53, 53))
_Ends = tuple[Side, Side, int]


def check(context: Context) -> Iterator[Diagnostic]:
    """Report an allow if other entries allow or deny each of its packets on every host.

    If entries can replace each other, one of them stays unreported, so that all reported entries can be removed.
    """
    if context.broken("hosts", "routes", "networks", "guests", "addresses"):
        return  # an entry may be needed for an object that was left out
    terms: dict[str, list[tuple[str, Term]]] = {}
    lasting = {host.name: dict(_lasting_terms(host, context.now)) for host in context.plan.hosts}
    covers: dict[tuple[str, _Ends], Cover] = {}
    for host in context.plan.hosts:
        for term in host.terms:
            if term.action is Action.ALLOW and term.entry.startswith("policy/"):
                terms.setdefault(term.entry, []).append((host.name, term))
    idle: set[str] = set()
    left_out = _duplicates(context) | refused(context)
    for name in sorted(terms, reverse=True):
        if any(term.log for _, term in terms[name]) or name in left_out or _expired(terms[name], context.now):
            continue
        found = _others(terms[name], lasting, covers, frozenset({name, *idle}))
        allowing = [other for other in found if other in terms or other.startswith("implied/")]
        if allowing:
            idle.add(name)
            yield _finding(context, name, allowing)


def _lasting_terms(host: Host, now: int) -> Iterator[tuple[_Ends, list[Term]]]:
    """The unexpired terms without a rate limit, by ingress, egress and family, without any `allow` with `log`.

    Such an `allow` may be temporary, so another entry must not depend on it.
    """
    found: dict[_Ends, list[Term]] = {}
    for term in (*host.terms, *_implied(host)):
        passing = term.action is Action.ALLOW and term.log
        if term.limit is None and not passing and (term.expires is None or term.expires > now):
            found.setdefault((term.ingress, term.egress, term.family), []).append(term)
    return iter(found.items())


def _implied(host: Host) -> Iterator[Term]:
    """The terms for DNS on the networks where the host serves it."""
    for here in inside(host) if host.input is Input.MANAGED else ():
        for own in here.fixed if here.serves_dns else ():
            whole = (everything(own.family),)
            yield Term(
                "implied/dns", Action.ALLOW, Side(SideKind.BRIDGE, here.network), Side(SideKind.SELF), own.family,
                whole, whole, _DNS, log=False, limit=None, expires=None, origin=here.origin,
            )  # fmt: skip


def _others(
    terms: list[tuple[str, Term]],
    lasting: Mapping[str, Mapping[_Ends, list[Term]]],
    covers: dict[tuple[str, _Ends], Cover],
    without: frozenset[str],
) -> dict[str, None]:
    """The other entries that together decide all packets of an entry's terms; empty if a packet stays undecided."""
    found: dict[str, None] = {}
    for host, term in terms:
        ends = (term.ingress, term.egress, term.family)
        if (host, ends) not in covers:
            covers[host, ends] = Cover.of(lasting[host].get(ends, ()))
        names = covers[host, ends].around(term, partial(_stays, other=term, without=without))
        if not names:
            return {}
        found |= dict.fromkeys(names)
    return found


def _stays(one: Term, other: Term, without: frozenset[str]) -> bool:
    """Whether a term can replace another one: its entry is not excluded, and it expires no earlier."""
    return one.entry not in without and lasts(one, other)


def _expired(terms: list[tuple[str, Term]], now: int) -> bool:
    """Whether an entry has expired, which another check reports."""
    return any(term.expires is not None and term.expires <= now for _, term in terms)


def _duplicates(context: Context) -> set[str]:
    """The entries that say the same as another one, which TL708 reports."""
    found: dict[object, list[str]] = {}
    for one in context.plan.policy:
        found.setdefault(meaning(one), []).append(f"policy/{one.name}")
    return {name for names in found.values() if len(names) > 1 for name in names}


def _finding(context: Context, name: str, others: list[str]) -> Diagnostic:
    places, entry = context.document.places, name.removeprefix("policy/")
    known = [other.removeprefix("policy/") for other in others if other.startswith("policy/")]
    labels = tuple(Label(places.span("policy", other, "allow"), "lets them pass") for other in known[:SHOWN])
    listed = " and ".join(f"`{other.removeprefix('policy/')}`" for other in others[:SHOWN])
    listed += f" and {len(others) - SHOWN} more" if len(others) > SHOWN else ""
    message = f"`{entry}` decides nothing: without it, {listed} would let the same packets pass"
    return Diagnostic(RULE, message, places.span("policy", entry, "allow"), "remove it", labels, subject=name)
