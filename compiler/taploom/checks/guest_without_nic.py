"""TL512: a guest without a NIC."""

from collections.abc import Iterator

from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.spec.model.guest import GUEST

RULE = DiagnosticRule(
    "TL512",
    "guest-without-nic",
    Severity.WARNING,
    "Every guest has a NIC.",
    "taploom configures nothing for such a guest, and a policy entry that names it has no effect.",
    "Add the network to `nics`.",
    bad="hosts:\n  hv1: {}\nguests:\n  web: {host: hv1}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n  hv1: {networks: {lan: {}}}\n"
    "guests:\n  web: {host: hv1, nics: {lan: {}}}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Look at the YAML tree, which also has broken NICs and a misspelt `nics`; other findings report these."""
    places = context.document.places
    for name in sorted(context.document.guests):
        misspelt = places.names("guests", name).keys() - GUEST.by_name.keys()
        if not (misspelt or places.names("guests", name, "nics")):
            message = f"guest `{name}` has no NIC"
            hint = "add a network, such as `nics: {lan: {}}`"
            yield Diagnostic(RULE, message, places.key("guests", name), hint, subject=f"guest/{name}")
