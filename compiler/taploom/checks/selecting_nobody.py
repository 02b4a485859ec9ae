"""TL722: addresses in `from` or `to` of an entry that no packet subject to policy can have."""

from collections.abc import Iterable, Iterator, Mapping

from taploom.base.address import Prefix
from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.base.frozen import dataclass
from taploom.checks.context import Context
from taploom.checks.unusable_address import IS_LINK_LOCAL, SPECIAL
from taploom.passes.resolve import tags_of
from taploom.spec.values import Selector

RULE = DiagnosticRule(
    "TL722",
    "end-of-nobody",
    Severity.ERROR,
    "Neither `from` nor `to` contains a multicast, broadcast, loopback or link-local address; in an entry to hosts, "
    "`from` may contain link-local addresses.",
    "Hosts do not forward multicast, broadcast, or packets with an address that is valid on one link only, so the "
    "entry has no effect.",
    "Remove the prefix. If a host itself should receive such packets, multicast included, allow them with `to: "
    "host/NAME`. Packets that have to cross networks, such as mDNS, need a program on the host that repeats them.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n"
    "  hv1: {uplinks: {eth0: {zone: internet, ipv4: dhcp}}, networks: {lan: {}}}\n"
    "policy:\n  mdns: {from: lan, to: 224.0.0.251, allow: udp/5353}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n"
    "  hv1: {uplinks: {eth0: {zone: internet, ipv4: dhcp}}, networks: {lan: {}}}\n"
    "policy:\n  mdns: {from: lan, to: host/hv1, allow: udp/5353}\n",
)


@dataclass(frozen=True, slots=True)
class _PlacedSelector:
    """A selector and its place in an entry.

    Attributes:
        path: section, entry and key.
        inward: True if the entry's destination may be a host; hosts accept link-local senders.
    """

    path: tuple[str, str, str]
    selector: Selector
    inward: bool


def check(context: Context) -> Iterator[Diagnostic]:
    """Look at the literal and the named prefixes of all entries; each selector is reported once."""
    for end, prefix, why in _found(context):
        (section, entry, key), named = end.path, end.selector.prefix is None
        text = str(prefix.first if prefix.size == 1 else prefix)
        holds = f"`{end.selector.text}` contains {text}, which" if named else text
        what = "hosts forward no packet to it" if key == "to" else "policy decides on no packet from it"
        hint = "remove it; packets for a host itself need an entry `to: host/NAME`"
        subject = f"{'policy' if section == 'policy' else 'forward'}/{entry}"
        span = context.document.places.item(end.selector.text, *end.path)
        yield Diagnostic(RULE, f"{holds} {why}: {what}", span, hint, subject=subject)


def refused(context: Context) -> frozenset[str]:
    """The names, as `policy/NAME`, of the policy entries that this check reports; other checks skip these entries."""
    return frozenset(f"policy/{end.path[1]}" for end, _, _ in _found(context) if end.path[0] == "policy")


def _found(context: Context) -> Iterator[tuple[_PlacedSelector, Prefix, str]]:
    tags = tags_of(context.document)
    for end in _ends(context):
        for prefix in _prefixes(context, end.selector, tags):
            why = next((why for special, why in SPECIAL if prefix in special), "")
            accepted = why == IS_LINK_LOCAL and end.path[2] == "from" and end.inward
            if why and not accepted:
                yield end, prefix, why
                break


def _ends(context: Context) -> Iterator[_PlacedSelector]:
    for name, entry in sorted(context.document.policy.items()):
        inward = any(_is_host(context, selector) for selector in entry.to)
        yield from (_PlacedSelector(("policy", name, "from"), selector, inward) for selector in entry.from_)
        yield from (_PlacedSelector(("policy", name, "to"), selector, inward) for selector in entry.to)
    for name, forward in sorted(context.document.forwards.items()):
        yield from (_PlacedSelector(("forwards", name, "from"), selector, inward=False) for selector in forward.from_)


def _is_host(context: Context, selector: Selector) -> bool:
    """Whether a selector may mean a host."""
    return selector.kind in ("any", "hosts", "host", "tag") or selector.name in context.document.hosts


def _prefixes(context: Context, selector: Selector, tags: Mapping[str, Iterable[tuple[str, str]]]) -> Iterator[Prefix]:
    if selector.prefix is not None:
        yield selector.prefix
        return
    names = [name for kind, name in tags.get(selector.name, ()) if kind == "address"]
    for name in names if selector.kind == "tag" else [selector.name] * (selector.kind in ("name", "address")):
        if name in context.document.addresses:
            yield from context.document.addresses[name].prefixes
