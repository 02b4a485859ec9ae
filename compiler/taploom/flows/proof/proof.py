"""Reports differences between intent and ruleset as findings, each at the entry that the ruleset does not follow."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from taploom.backends.nftables import ruleset
from taploom.base.diagnostic import Diagnostic
from taploom.base.span import Span
from taploom.flows.packets.answer import Answer
from taploom.flows.proof.codes import DISPROVED
from taploom.flows.proof.compare import Disagreement, disagreements, prover
from taploom.plan.host import Host
from taploom.plan.site import Plan


def disproved(plan: Plan) -> Iterator[Diagnostic]:
    """The differences between intent and rulesets of a plan, as findings; empty unless taploom has a bug."""
    return findings(plan, disagreements(plan, ruleset))


def prover_of(plan: Plan) -> Callable[[Host], list[Disagreement]]:
    """Returns a function that finds the differences of one host, for callers that work host by host."""
    return prover(plan, ruleset)


def findings(plan: Plan, found: Iterable[Disagreement]) -> Iterator[Diagnostic]:
    """The findings for differences, sorted by host."""
    known = sorted(found, key=lambda each: each.host)
    spans = spans_of(plan) if known else {}
    return (_diagnostic(each, spans) for each in known)


def spans_of(plan: Plan) -> Mapping[str, Span | None]:
    """By stable name, the spans of all entries that can decide about packets, and of all hosts."""
    policy = {f"policy/{entry.name}": entry.origin.span for entry in plan.policy}
    forwards = {f"forward/{forward.name}": forward.origin.span for forward in plan.forwards}
    networks = {f"nat/{network.name}": network.origin.span for network in plan.networks}
    return policy | forwards | networks | {f"host/{host.name}": host.origin.span for host in plan.hosts}


def _diagnostic(found: Disagreement, spans: Mapping[str, Span | None]) -> Diagnostic:
    host = f"host/{found.host}"
    message = f"the ruleset of `{found.host}` does not do what the spec says with {found.packet}"
    notes = (
        f"intent: {told(found.intent)}, by {found.intent.by or 'the defaults'}",
        f"ruleset: {told(found.ruleset)}, by {found.ruleset.by or 'the defaults'}",
        f"enters: by {found.context.ingress.rstrip('/')}",
    )
    span = spans.get(found.intent.by) or spans.get(found.ruleset.by) or spans.get(host)
    return Diagnostic(
        DISPROVED, message, span, "this is a bug in taploom, not in your specs", notes=notes, subject=host
    )


def told(answer: Answer) -> str:
    """An answer in a few words, such as `allow, translated`."""
    words: list[str] = [answer.verdict]
    if answer.destination:
        words.append("translated")
    if answer.source:
        words.append(answer.source.kind)
    if answer.limited:
        words.append(f"up to {answer.limited}")
    return ", ".join(words)
