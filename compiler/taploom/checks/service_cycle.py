"""TL712: services that are defined by each other."""

from collections.abc import Iterator, Mapping

from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context

RULE = DiagnosticRule(
    "TL712",
    "service-cycle",
    Severity.ERROR,
    "No service is defined by itself, directly or through other services.",
    "It is undefined which ports such a service has.",
    "Remove one of the names from the cycle.",
    bad="services:\n  metrics: [tcp/9100, monitoring]\n  monitoring: [metrics]\n",
    good="services:\n  metrics: [tcp/9100]\n  monitoring: [metrics]\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Walk from each service to the services in its definition; each definition is read once."""
    services = context.document.services
    graph = {
        name: sorted({ref.text for ref in spec.ports if ref.literal is None and ref.text in services})
        for name, spec in sorted(services.items())
    }
    done: set[str] = set()
    for name in graph:
        cycle = _cycle(graph, name, done)
        if cycle:
            span = context.document.places.item(cycle[1], "services", cycle[0], "ports")
            message = f"service `{cycle[0]}` is defined by itself: {' → '.join(f'`{step}`' for step in cycle)}"
            yield Diagnostic(RULE, message, span, "remove one of these names", subject=f"service/{cycle[0]}")


def _cycle(graph: Mapping[str, list[str]], start: str, done: set[str]) -> list[str]:
    """The first cycle reached from a service, with its first name repeated at the end; found without recursion."""
    path, onward = [start], [iter(graph[start])]
    above = {start}
    while onward and start not in done:
        step = next(onward[-1], None)
        if step is None:
            onward.pop()
            above.discard(path[-1])
            done.add(path.pop())
        elif step in above:
            done.update(path)
            return [*path[path.index(step) :], step]
        elif step not in done:
            path.append(step)
            onward.append(iter(graph[step]))
            above.add(step)
    return []
