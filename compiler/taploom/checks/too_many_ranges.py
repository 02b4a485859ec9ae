"""TL726: services, forwards or policy with more port ranges than the limit."""

from collections.abc import Iterator

from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.passes.services import MOST, Services, traffic
from taploom.spec.values import ServiceRef

RULE = DiagnosticRule(
    "TL726",
    "too-many-ranges",
    Severity.ERROR,
    f"The services of a site have at most {MOST:,} port ranges in all, and so have its policy and its forwards.",
    "The number of ranges multiplies if services name other services, or if many entries name a long service. A few "
    "kilobytes of spec can mean millions of ranges, which nobody could review and no host would load in time.",
    "Write ranges (`tcp/9000-9999`) instead of single ports, and define fewer services by other services.",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Report for each section the first entry beyond the limit, and the number of others."""
    document = context.document
    services = Services.of(document)
    forwards = [(name, spec.ports) for name, spec in sorted(document.forwards.items())]
    found = (
        ("services", services.beyond),
        ("forwards", _beyond(services, forwards)),
        ("policy", _beyond(services, list(traffic(document.policy)))),
    )
    for section, names in found:
        if names:
            yield _finding(context, section, names)


def _beyond(services: Services, entries: list[tuple[str, tuple[ServiceRef, ...]]]) -> tuple[str, ...]:
    known = services.affordable(entries)
    return tuple(name for name, _ in entries if name not in known)


def _finding(context: Context, section: str, names: tuple[str, ...]) -> Diagnostic:
    rest = f", and so do {len(names) - 1} more" if len(names) > 1 else ""
    message = f"`{names[0]}` exceeds the limit of {MOST:,} port ranges for all {section}{rest}"
    hint = "write ranges instead of single ports, or name fewer services"
    return Diagnostic(RULE, message, context.document.places.key(section, names[0]), hint)
