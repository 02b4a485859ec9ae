"""TL805: a probe that tests nothing, or several things at once."""

from collections.abc import Iterator

from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.spec.model.take_up import ProbeSpec

RULE = DiagnosticRule(
    "TL805",
    "probe-unclear",
    Severity.ERROR,
    "A probe tests one thing: `ping`, `dns` or `tcp`; `from` goes with `tcp`.",
    "A probe decides whether a host rolls back, and its name shows the people on call what has failed.",
    "Write a separate probe for each thing that has to work.",
    bad="hosts:\n  hv1:\n    uplinks: {eth0: {zone: internet, ipv4: dhcp}}\n"
    "    take-up: {probes: {out: {ping: gateway, dns: example.org}}}\n",
    good="hosts:\n  hv1:\n    uplinks: {eth0: {zone: internet, ipv4: dhcp}}\n"
    "    take-up: {probes: {out: {ping: gateway}, names: {dns: example.org}}}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Look at the probes of the spec."""
    for host, spec in sorted(context.document.hosts.items()):
        for name, probe in sorted((spec.take_up.probes or {}).items()):
            wrong = _wrong(probe)
            if wrong:
                span = context.document.places.key("hosts", host, "take-up", "probes", name)
                message, hint = f"probe `{name}` {wrong[0]}", wrong[1]
                yield Diagnostic(RULE, message, span, hint, subject=f"host/{host}")


def _wrong(probe: ProbeSpec) -> tuple[str, str] | None:
    """The mistake of a probe and a hint; None if the probe has no mistake."""
    tried = [f"`{key}`" for key, value in (("ping", probe.ping), ("dns", probe.dns), ("tcp", probe.tcp)) if value]
    if not tried:
        return "tests nothing", "add `ping: gateway`, `dns: NAME` or `tcp: PORT`"
    if len(tried) > 1:
        return f"tests {' and '.join(tried)} at once", "write a separate probe for each"
    if probe.from_ and not probe.tcp:
        return f"has `from`, which does not apply to {tried[0]}", "remove `from`: the host itself runs the probe"
    return None
