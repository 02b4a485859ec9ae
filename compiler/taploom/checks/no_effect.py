"""TL701: a policy entry that no host enforces."""

from collections.abc import Iterator, Mapping

from taploom.base.address import Prefix
from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.base.frozen import dataclass
from taploom.checks.context import Context
from taploom.checks.families import word
from taploom.checks.host_by_address import owners
from taploom.checks.selecting import Selecting
from taploom.passes.police import ONLY_IN
from taploom.passes.selections import Selection
from taploom.passes.services import Services
from taploom.plan.policy import Service

RULE = DiagnosticRule(
    "TL701",
    "policy-without-effect",
    Severity.WARNING,
    "Every policy entry has an effect on some host.",
    "The author of the entry expects it to allow or deny something, but it changes nothing.",
    "The message says why; correct `from` and `to`, or remove the entry.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n  hv1: {networks: {lan: {}}}\n"
    "policy:\n  local: {from: lan, to: lan, allow: any}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24}\n  dmz: {ipv4: 10.0.1.1/24}\n"
    "hosts:\n  hv1: {networks: {lan: {}, dmz: {}}}\npolicy:\n  local: {from: lan, to: dmz, allow: any}\n",
)


@dataclass(frozen=True, slots=True)
class _Reason:
    """The reason why an entry has no effect, the key of the entry that the finding marks, and a hint."""

    why: str
    key: str
    hint: str


def check(context: Context) -> Iterator[Diagnostic]:
    """Look for entries without a term on any host."""
    alive = {term.entry for host in context.plan.hosts for term in host.terms}
    idle = [entry.name for entry in context.plan.policy if f"policy/{entry.name}" not in alive]
    if not idle or context.broken("hosts", "routes", "networks", "guests", "addresses", "services"):
        return
    finder = _ReasonFinder(context, Selecting.of(context), Services.of(context.document), dict(owners(context)))
    for name in idle:
        reason = finder.reason(name)
        if reason is not None:
            span = context.document.places.span("policy", name, reason.key)
            message = f"`{name}` has no effect: {reason.why}"
            yield Diagnostic(RULE, message, span, reason.hint, subject=f"policy/{name}")


@dataclass(frozen=True, slots=True)
class _ReasonFinder:
    """Finds the reason why a policy entry has no effect.

    Attributes:
        own: the static addresses of hosts, each with the name of its host.
    """

    context: Context
    selecting: Selecting
    services: Services
    own: Mapping[Prefix, str]

    def reason(self, name: str) -> _Reason | None:
        """The first reason that applies; None if the services form a cycle, which TL712 reports."""
        spec = self.context.document.policy[name]
        services = self.services.expand(spec.deny if spec.deny is not None else spec.allow or ())
        if services is None:
            return None
        source, to = self.selecting.space(spec.from_), self.selecting.space(spec.to)
        return (
            self._nobody(source, "from")
            or self._nobody(to, "to")
            or self._families(source, to, services)
            or self._one_bridge(source, to)
            or self._apart(source, to)
        )

    def _nobody(self, selection: Selection, key: str) -> _Reason | None:
        if self.selecting.families(selection):
            return None
        hint = "give the guest an address that is known, such as `auto`, or name its network"
        return _Reason(f"`{key}` selects nobody with a known address", key, hint)

    def _families(self, source: Selection, to: Selection, services: tuple[Service, ...]) -> _Reason | None:
        ours, theirs = self.selecting.families(source), self.selecting.families(to)
        if not ours & theirs:
            names = word(min(ours)), word(min(theirs))
            return _Reason(f"`from` is {names[0]} and `to` is {names[1]}", "to", "add prefixes of the other family")
        spoken = {ONLY_IN.get(service.protocol) for service in services}
        if services and None not in spoken and not spoken & ours & theirs:
            both = word(min(ours & theirs))
            return _Reason(
                f"its services do not exist in {both}, the only family of `from` and `to`", "to", "use `ping`"
            )
        return None

    def _one_bridge(self, source: Selection, to: Selection) -> _Reason | None:
        one, two = self._only_network(source), self._only_network(to)
        if not one or one != two:
            return None
        if self.context.document.networks[one].isolated:
            why = f"network `{one}` is isolated, and exceptions to that are not supported yet"
            return _Reason(why, "to", f"drop `isolated` of `{one}`, and deny what should not pass")
        return _Reason(f"guests of `{one}` reach each other on their bridge anyway", "to", "remove the entry")

    def _only_network(self, selection: Selection) -> str:
        """The only network that a selection has members in; "" if there are several networks, or members elsewhere."""
        networks = {*selection.networks, *selection.guests}
        outside = selection.outside & self.selecting.beyond.keys()
        other = selection.everyone or selection.literals or outside or selection.hosts
        return next(iter(networks)) if len(networks) == 1 and not other else ""

    def _apart(self, source: Selection, to: Selection) -> _Reason | None:
        if to.literals and not self.own.keys().isdisjoint(to.literals):
            return None  # TL715 reports a host that is named by its address
        if source.hosts and not (source.networks or source.guests or source.literals or source.outside):
            names = ", ".join(f"`{name}`" for name in sorted(source.hosts)[:3])
            why = f"policy does not restrict what hosts send, and no other host knows a fixed address of {names}"
            return _Reason(why, "from", "remove the entry, or give the host's uplink a fixed address")
        named = (source.networks, to.networks, source.guests, to.guests, to.hosts)
        if not any(named) and (source.everyone or to.everyone):
            key = "from" if source.everyone else "to"
            why = "`any` allows nothing between two zones of uplinks, and the entry names no network and no guest"
            return _Reason(why, key, "name the zones or the addresses in `from` and `to`")
        if not any(named):
            why = "`from` and `to` both lie outside of the site, and no host is between them"
            return _Reason(why, "from", "name two zones of one host's uplinks, or a network, a guest or a host")
        return _Reason(
            "no host is on a path between `from` and `to`", "to", "add a route between the hosts, or correct the entry"
        )
