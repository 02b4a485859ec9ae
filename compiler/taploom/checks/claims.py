"""The on-link prefixes of networks and of static uplink addresses, with their places in the spec."""

from collections.abc import Iterator

from taploom.base.address import FAMILIES, Prefix, in_family
from taploom.base.diagnostic import Diagnostic, Label
from taploom.base.diagnostic_rule import DiagnosticRule
from taploom.base.frozen import dataclass
from taploom.base.span import Span
from taploom.checks.context import Context
from taploom.checks.families import fixed
from taploom.plan.interfaces import outside


@dataclass(frozen=True, slots=True)
class OnLinkPrefix:
    """A prefix that is on the link of a network or an uplink.

    Attributes:
        what: the network or uplink in words, with the name in backticks.
        subject: the object, for waivers.
        host: the host of the network or uplink; "" without one.
        uplink: True for the link of an uplink, False for a network.
        single: True for a single address (/32 or /128) of an uplink, which puts no prefix on the link.
    """

    prefix: Prefix
    what: str
    subject: str
    host: str
    uplink: bool
    span: Span
    single: bool = False

    @property
    def item(self) -> "tuple[Prefix, OnLinkPrefix]":
        """The pair of prefix and object that `nesting.nested` takes."""
        return self.prefix, self


def on_link_prefixes(context: Context) -> Iterator[OnLinkPrefix]:
    """All on-link prefixes of the site: first of networks, then of uplinks, each group by name."""
    places = context.document.places
    for network in context.plan.networks:
        for family in FAMILIES:
            own = in_family(network, family)
            if own is not None:
                span = places.span("networks", network.name, family.key)
                subject = f"network/{network.name}"
                yield OnLinkPrefix(
                    own.prefix, f"network `{network.name}`", subject, network.host, uplink=False, span=span
                )
    for host in context.plan.hosts:
        for uplink in outside(host):
            for family, side in fixed(uplink):
                span = places.span("hosts", host.name, "uplinks", uplink.device, family.key)
                what = f"uplink `{uplink.device}` of `{host.name}`"
                prefix, subject = side.interface.prefix, f"host/{host.name}"
                single = prefix.length == family.bits
                yield OnLinkPrefix(prefix, what, subject, host.name, uplink=True, span=span, single=single)


def overlap(rule: DiagnosticRule, inner: OnLinkPrefix, outer: OnLinkPrefix, hint: str) -> Diagnostic:
    """The finding about two on-link prefixes that overlap."""
    same = inner.prefix == outer.prefix
    within = f"{inner.prefix} of {inner.what} lies within {outer.prefix} of {outer.what}"
    message = f"{inner.what} has the same prefix {inner.prefix} as {outer.what}" if same else within
    label = Label(outer.span, f"the prefix of {outer.what}")
    return Diagnostic(rule, message, inner.span, hint, (label,), subject=inner.subject)
