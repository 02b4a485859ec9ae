"""Policy entries with a service that only one family has, such as `icmp`, although `from` and `to` have both."""

from collections.abc import Iterable, Iterator

from taploom.base.address import FAMILIES, Family
from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule
from taploom.checks.context import Context
from taploom.checks.families import other, word
from taploom.checks.selecting import Selecting
from taploom.passes.police import ONLY_IN
from taploom.passes.services import Services
from taploom.plan.policy import Service
from taploom.plan.services import ICMP_TYPES
from taploom.spec.model.policy import PolicySpec
from taploom.spec.values import ServiceRef

ICMP = {Family.IPV4: "icmp", Family.IPV6: "icmpv6"}
_ALIKE = ("echo-request", "echo-reply", "destination-unreachable", "time-exceeded", "parameter-problem")
"""ICMP types that both protocols have (RFC 792, RFC 4443); other types, such as timestamp, need no counterpart."""
_NUMBERS = tuple((ICMP_TYPES["icmp"][name], ICMP_TYPES["icmpv6"][name]) for name in _ALIKE)
_LAST_TYPE = 255
_ECHO = {"icmp/echo-request", "icmp/8", "icmpv6/echo-request", "icmpv6/128"}


def findings(context: Context, rule: DiagnosticRule, *, deny: bool) -> Iterator[Diagnostic]:
    """A finding for each service in denies, or in allows, that lacks its counterpart in the other family."""
    services, selecting, key = Services.of(context.document), None, "deny" if deny else "allow"
    for name, entry in sorted(context.document.policy.items()):
        lacking = list(_lacking(services, (entry.deny if deny else entry.allow) or ()))
        if not lacking:
            continue
        selecting = selecting or Selecting.of(context)
        for ref, family in lacking if _both(selecting, entry) else ():
            span = context.document.places.item(ref.text, "policy", name, key)
            verb = "denies" if deny else "allows"
            alone, lacks = word(family), word(other(family))
            message = f"`{name}` {verb} `{ref.text}`, which only {alone} has, but not the counterpart for {lacks}"
            yield Diagnostic(rule, message, span, _hint(ref, family), subject=f"policy/{name}")


def _both(selecting: Selecting, entry: PolicySpec) -> bool:
    """Whether `from` and `to` of an entry both select both families."""
    ends = [selecting.families(selecting.space(end)) for end in (entry.from_, entry.to)]
    return ends[0] & ends[1] == frozenset(FAMILIES)


def _lacking(services: Services, refs: tuple[ServiceRef, ...]) -> Iterator[tuple[ServiceRef, Family]]:
    named = services.expand(refs) or ()
    if all(service.protocol not in ONLY_IN for service in named):
        return
    for ref in refs:
        for service in services.expand((ref,)) or ():
            family = ONLY_IN.get(service.protocol)
            if family is not None and _alone(service, family, named):
                yield ref, family
                break


def _alone(service: Service, family: Family, named: Iterable[Service]) -> bool:
    """Whether a service has no counterpart for the other family among some services.

    If a service has all types, any service of the other protocol is its counterpart: an author lists types on purpose.
    """
    twin = ICMP[other(family)]
    known = [each for each in named if each.protocol == twin]
    if service.protocol not in ICMP_TYPES or (service.first == 0 and service.last >= _LAST_TYPE):
        return not known
    pairs = (pair if family is Family.IPV4 else pair[::-1] for pair in _NUMBERS)
    wanted = [theirs for ours, theirs in pairs if service.first <= ours <= service.last]
    return any(not any(each.first <= number <= each.last for each in known) for number in wanted)


def _hint(ref: ServiceRef, family: Family) -> str:
    here, there = ICMP[family], ICMP[other(family)]
    if ref.literal is None:
        return f"name `{there}` in the service `{ref.text}` too, or list both"
    if ref.text == "igmp":
        return "name `icmpv6` as well: it includes MLD, the counterpart of IGMP"
    if ref.text in _ECHO:
        return "write `ping`, which is the echo request of both families"
    _, slash, kind = ref.text.partition("/")
    if slash and not kind.isdigit():
        return f"write `[{ref.text}, {there}/{kind}]`"
    pair = f"[{', '.join(sorted((here, there)))}]"
    return f"write `{pair}`, or `ping` for only echo requests"
