"""TL706: an `allow` or a forward that other entries deny as a whole."""

from collections.abc import Iterator
from functools import partial

from taploom.base.address import Prefix, everything
from taploom.base.diagnostic import Diagnostic, Label
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.checks.coverage import Cover
from taploom.passes.selections import common
from taploom.plan.host import Host
from taploom.plan.interfaces import inside, outside, remote_behind
from taploom.plan.policy import Action, DnatEntry, Side, SideKind, Term

RULE = DiagnosticRule(
    "TL706",
    "allow-inside-deny",
    Severity.WARNING,
    "No `allow` and no forward lies wholly within one `deny`, or within several of them together.",
    "`deny` beats `allow` in any order, so the entry opens nothing: one of the entries is a mistake.",
    "Remove one of them, or narrow the `deny`.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24}\n  dmz: {ipv4: 10.0.1.1/24}\n"
    "hosts:\n  hv1: {networks: {lan: {}, dmz: {}}}\n"
    "policy:\n  web: {from: lan, to: dmz, allow: https}\n  wall: {from: lan, to: dmz, deny: any}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24}\n  dmz: {ipv4: 10.0.1.1/24}\n"
    "hosts:\n  hv1: {networks: {lan: {}, dmz: {}}}\n"
    "policy:\n  web: {from: lan, to: dmz, allow: https}\n  wall: {from: lan, to: dmz, deny: ssh}\n",
)
_Ends = tuple[Side, Side, int]


def check(context: Context) -> Iterator[Diagnostic]:
    """Report an entry if denies cover each of its packets on every host."""
    if context.broken("hosts", "routes", "networks", "guests", "addresses"):
        return  # an entry may be needed for an object that was left out
    covered: dict[str, tuple[str, ...]] = {}
    for host in context.plan.hosts:
        walls = {ends: Cover.of(terms) for ends, terms in _walls(host, context.now).items()}
        for term in host.terms:
            allows = term.action is Action.ALLOW and term.entry.startswith("policy/")
            if allows and covered.get(term.entry) != ():
                wall = walls.get((term.ingress, term.egress, term.family))
                covered[term.entry] = wall.around(term, partial(lasts, other=term)) if wall else ()
        for dnat_entry in host.dnat_entries if walls else ():
            for flow in _flows(host, dnat_entry):
                if covered.get(dnat_entry.forward) != ():
                    wall = walls.get((flow.ingress, flow.egress, flow.family))
                    covered[dnat_entry.forward] = wall.around(flow, partial(lasts, other=flow)) if wall else ()
    for name, denies in sorted(covered.items()):
        if denies:
            yield _finding(context, name, denies)


def _finding(context: Context, name: str, denies: tuple[str, ...]) -> Diagnostic:
    kind, _, entry = name.partition("/")
    places, names = context.document.places, [deny.removeprefix("policy/") for deny in denies]
    at = ("forwards", entry, "ports") if kind == "forward" else ("policy", entry, "allow")
    what = f"forward `{entry}`" if kind == "forward" else f"`{entry}`"
    labels = tuple(Label(places.span("policy", deny, "deny"), "the deny") for deny in names)
    verb = "denies" if len(names) == 1 else "deny"
    message = f"{what} opens nothing: {' and '.join(f'`{deny}`' for deny in names)} {verb} all of it"
    hint = "remove one of the two" if len(names) == 1 else "remove it, or make one of the denies narrower"
    return Diagnostic(RULE, message, places.span(*at), hint, labels, subject=name)


def _flows(host: Host, dnat_entry: DnatEntry) -> Iterator[Term]:
    """The packets of a DNAT entry as terms to the guest's bridge: from beyond its uplinks, and from inner networks."""
    services = (dnat_entry.inside,)
    bridge = Side(SideKind.BRIDGE, dnat_entry.network)
    for ingress, sources in _senders(host, dnat_entry):
        yield Term(
            dnat_entry.forward, Action.ALLOW, ingress, bridge, dnat_entry.family, sources,
            (dnat_entry.target.prefix,), services, log=False,
            limit=None, expires=dnat_entry.expires, origin=dnat_entry.origin,
        )  # fmt: skip


def _senders(host: Host, dnat_entry: DnatEntry) -> Iterator[tuple[Side, tuple[Prefix, ...]]]:
    zones = sorted({uplink.zone for uplink in outside(host) if uplink.device in dnat_entry.uplinks})
    if dnat_entry.sources is None:
        yield from ((Side(SideKind.OUTSIDE, zone), (everything(dnat_entry.family),)) for zone in zones)
        return
    site = (*host.site_prefixes, *host.remote_prefixes)
    foreign = tuple(p for p in dnat_entry.sources if not any(p in own for own in site))
    for zone in zones:
        remote = tuple(part for own in remote_behind(host, zone) for part in common(dnat_entry.sources, own))
        outer = (everything(dnat_entry.family),) if zone in dnat_entry.outside else foreign
        yield from ((Side(kind, zone), p) for kind, p in ((SideKind.OUTSIDE, outer), (SideKind.REMOTE, remote)) if p)
    for here in inside(host) if dnat_entry.hairpin else ():
        own = here.own(dnat_entry.family)
        parts = common(dnat_entry.sources, own.prefix) if own else ()
        if parts:
            yield Side(SideKind.BRIDGE, here.network), parts


def _walls(host: Host, now: int) -> dict[_Ends, list[Term]]:
    walls: dict[_Ends, list[Term]] = {}
    for term in host.terms:
        if term.action is Action.DENY and (term.expires is None or term.expires > now):
            walls.setdefault((term.ingress, term.egress, term.family), []).append(term)
    return walls


def lasts(one: Term, other: Term) -> bool:
    """Whether a term expires no earlier than another one."""
    return one.expires is None or (other.expires is not None and one.expires >= other.expires)
