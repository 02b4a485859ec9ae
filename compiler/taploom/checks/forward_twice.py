"""TL603: one outside port that two forwards translate."""

from collections.abc import Iterable, Iterator

from taploom.base.address import Family, Prefix, everything
from taploom.base.diagnostic import Diagnostic, Label
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.base.frozen import dataclass
from taploom.checks.context import Context
from taploom.checks.intervals import Intervals
from taploom.plan.host import Host
from taploom.plan.interfaces import outside
from taploom.plan.policy import DnatEntry

RULE = DiagnosticRule(
    "TL603",
    "forward-twice",
    Severity.ERROR,
    "On one uplink, no two forwards take the same port of a protocol from the same sender, whether they list the port "
    "or a range that contains it.",
    "A packet can go to one guest only. The order of forwards in a spec has no meaning, so it cannot decide which.",
    "Change a port, let each forward listen on another uplink (`on: HOST/UPLINK`), or give both a `from` without "
    "common senders.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n"
    "  hv1: {uplinks: {eth0: {zone: internet, ipv4: dhcp}}, networks: {lan: {}}}\n"
    "guests:\n  a: {host: hv1, nics: {lan: {}}}\n  b: {host: hv1, nics: {lan: {}}}\n"
    "forwards:\n  one: {on: hv1, ports: tcp/8000-8010, to: a}\n  two: {on: hv1, ports: tcp/8005, to: b}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n"
    "  hv1: {uplinks: {eth0: {zone: internet, ipv4: dhcp}}, networks: {lan: {}}}\n"
    "guests:\n  a: {host: hv1, nics: {lan: {}}}\n  b: {host: hv1, nics: {lan: {}}}\n"
    "forwards:\n  one: {on: hv1, ports: tcp/8000-8010, to: a}\n  two: {on: hv1, ports: tcp/8011, to: b}\n",
)
INSIDE = ""
"""The place of senders on the site's own networks; the place of other senders is the zone of their uplinks."""


@dataclass(frozen=True, slots=True)
class _Claim:
    """A DNAT entry for one prefix of senders."""

    prefix: Prefix
    dnat_entry: DnatEntry


def check(context: Context) -> Iterator[Diagnostic]:
    """Compare the DNAT entries of each host that share uplink, family, protocol and place of senders."""
    for host in context.plan.hosts:
        zones = tuple(sorted({uplink.zone for uplink in outside(host)}))
        groups: dict[tuple[str, Family, str], list[DnatEntry]] = {}
        for dnat_entry in host.dnat_entries:
            for uplink in dnat_entry.uplinks:
                groups.setdefault((uplink, dnat_entry.family, dnat_entry.protocol), []).append(dnat_entry)
        for (uplink, *_), dnat_entries in groups.items():
            for claims in _by_sender(host, _sharing(dnat_entries), zones):
                for dnat_entry, other in _conflicts(claims):
                    yield _finding(context, uplink, dnat_entry, other)


def _sharing(dnat_entries: list[DnatEntry]) -> Iterator[DnatEntry]:
    """The DNAT entries that share a port with another, whatever their senders; most sites have none."""
    cluster: list[DnatEntry] = []
    end = -1
    for dnat_entry in sorted(dnat_entries, key=lambda dnat_entry: dnat_entry.first):
        if dnat_entry.first > end:
            yield from cluster if len(cluster) > 1 else ()
            cluster = []
        cluster.append(dnat_entry)
        end = max(end, dnat_entry.last)
    yield from cluster if len(cluster) > 1 else ()


def _by_sender(host: Host, dnat_entries: Iterable[DnatEntry], zones: tuple[str, ...]) -> Iterable[list[_Claim]]:
    groups: dict[str, list[_Claim]] = {}
    for dnat_entry in dnat_entries:
        for sender, prefix in _senders(host, dnat_entry, zones):
            groups.setdefault(sender, []).append(_Claim(prefix, dnat_entry))
    return groups.values()


def _senders(host: Host, dnat_entry: DnatEntry, zones: tuple[str, ...]) -> Iterator[tuple[str, Prefix]]:
    """The prefixes of a DNAT entry's senders, each with its place: INSIDE, or a zone of the host's uplinks."""
    if dnat_entry.sources is None:
        yield from ((sender, everything(dnat_entry.family)) for sender in (INSIDE, *zones))
        return
    yield from ((zone, everything(dnat_entry.family)) for zone in zones if zone in dnat_entry.outside)
    for prefix in dnat_entry.sources:
        if any(prefix.overlaps(own) for own in host.site_prefixes):
            yield INSIDE, prefix
        if not any(prefix in own for own in host.site_prefixes):
            yield from ((zone, prefix) for zone in zones)


def _conflicts(claims: Iterable[_Claim]) -> Iterator[tuple[DnatEntry, DnatEntry]]:
    """Pairs of DNAT entries that share a port, if the senders of one include the senders of the other."""
    by_prefix: dict[Prefix, list[DnatEntry]] = {}
    for claim in claims:
        by_prefix.setdefault(claim.prefix, []).append(claim.dnat_entry)
    above: list[tuple[Prefix, Intervals[DnatEntry]]] = []
    for prefix in sorted(by_prefix, key=lambda p: (p.value, p.length)):
        while above and prefix not in above[-1][0]:
            above.pop()
        dnat_entries = sorted(
            by_prefix[prefix], key=lambda dnat_entry: (dnat_entry.first, dnat_entry.last, dnat_entry.forward)
        )
        yield from _among(dnat_entries)
        for dnat_entry in dnat_entries:
            for _, wider in above:
                other = wider.meeting(dnat_entry.first, dnat_entry.last)
                if other is not None and not _same(dnat_entry, other):
                    yield dnat_entry, other
        above.append(
            (prefix, Intervals.of((dnat_entry.first, dnat_entry.last, dnat_entry) for dnat_entry in dnat_entries))
        )


def _among(dnat_entries: list[DnatEntry]) -> Iterator[tuple[DnatEntry, DnatEntry]]:
    furthest: DnatEntry | None = None
    for dnat_entry in dnat_entries:
        if furthest is not None and dnat_entry.first <= furthest.last and not _same(dnat_entry, furthest):
            yield dnat_entry, furthest
        if furthest is None or dnat_entry.last > furthest.last:
            furthest = dnat_entry


def _same(one: DnatEntry, two: DnatEntry) -> bool:
    """Whether two DNAT entries of one forward send a port to the same place, as in `[tcp/80, tcp/80-90]`."""
    return one.forward == two.forward and one.target_first - one.first == two.target_first - two.first


def _finding(context: Context, uplink: str, dnat_entry: DnatEntry, other: DnatEntry) -> Diagnostic:
    first, last = max(dnat_entry.first, other.first), min(dnat_entry.last, other.last)
    ports = f"{dnat_entry.protocol}/{first}" + (f"-{last}" if last > first else "")
    names = dnat_entry.forward.removeprefix("forward/"), other.forward.removeprefix("forward/")
    places = context.document.places
    label = Label(places.span("forwards", names[1], "ports"), f"forward `{names[1]}`")
    message = f"forwards `{names[0]}` and `{names[1]}` both take {ports} of uplink `{uplink}`"
    hint = "change a port, or give both a `from` without common senders"
    return Diagnostic(
        RULE, message, places.span("forwards", names[0], "ports"), hint, (label,), subject=dnat_entry.forward
    )
