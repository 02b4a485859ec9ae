"""TL603: one outside port that two forwards translate."""

from collections.abc import Iterable, Iterator

from taploom.base.address import Family, Prefix, everything
from taploom.base.diagnostic import Diagnostic, Label
from taploom.base.frozen import dataclass
from taploom.base.rule import Rule, Severity
from taploom.checks.context import Context
from taploom.checks.intervals import Intervals
from taploom.plan.host import Host
from taploom.plan.policy import Lane

RULE = Rule(
    "TL603",
    "forward-twice",
    Severity.ERROR,
    "At one uplink, each port of a protocol is forwarded once for each sender, ranges included.",
    "A packet can go to one guest only; which one would hang on the order of rules, and taploom has none.",
    "Change a port, listen on one uplink each (`on: HOST/UPLINK`), or give both a `from` so that no sender is in both.",
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
"""The senders on the site's own networks, beside those beyond each zone: the same prefix can mean only one of both."""


@dataclass(frozen=True, slots=True)
class _Claim:
    """A lane for one prefix of senders."""

    prefix: Prefix
    lane: Lane


def check(context: Context) -> Iterator[Diagnostic]:
    """Compare the lanes of each host that share uplink, family, protocol and kind of senders."""
    for host in context.plan.hosts:
        zones = tuple(sorted({uplink.zone for uplink in host.uplinks}))
        groups: dict[tuple[str, Family, str], list[Lane]] = {}
        for lane in host.lanes:
            for uplink in lane.uplinks:
                groups.setdefault((uplink, lane.family, lane.protocol), []).append(lane)
        for (uplink, *_), lanes in groups.items():
            for claims in _by_sender(host, _sharing(lanes), zones):
                for lane, other in _conflicts(claims):
                    yield _finding(context, uplink, lane, other)


def _sharing(lanes: list[Lane]) -> Iterator[Lane]:
    """The lanes that share a port with another, whoever its senders are: in a sound site there is none."""
    cluster: list[Lane] = []
    end = -1
    for lane in sorted(lanes, key=lambda lane: lane.first):
        if lane.first > end:
            yield from cluster if len(cluster) > 1 else ()
            cluster = []
        cluster.append(lane)
        end = max(end, lane.last)
    yield from cluster if len(cluster) > 1 else ()


def _by_sender(host: Host, lanes: Iterable[Lane], zones: tuple[str, ...]) -> Iterable[list[_Claim]]:
    groups: dict[str, list[_Claim]] = {}
    for lane in lanes:
        for sender, prefix in _senders(host, lane, zones):
            groups.setdefault(sender, []).append(_Claim(prefix, lane))
    return groups.values()


def _senders(host: Host, lane: Lane, zones: tuple[str, ...]) -> Iterator[tuple[str, Prefix]]:
    """Where senders are: INSIDE, or beyond the uplinks of any zone, with a prefix."""
    if lane.sources is None:
        yield from ((sender, everything(lane.family)) for sender in (INSIDE, *zones))
        return
    yield from ((zone, everything(lane.family)) for zone in zones if zone in lane.outside)
    for prefix in lane.sources:
        if any(prefix.overlaps(own) for own in host.site_prefixes):
            yield INSIDE, prefix
        if not any(prefix in own for own in host.site_prefixes):
            yield from ((zone, prefix) for zone in zones)


def _conflicts(claims: Iterable[_Claim]) -> Iterator[tuple[Lane, Lane]]:
    """Pairs of lanes that share a port, where the senders of one include those of the other."""
    by_prefix: dict[Prefix, list[Lane]] = {}
    for claim in claims:
        by_prefix.setdefault(claim.prefix, []).append(claim.lane)
    above: list[tuple[Prefix, Intervals[Lane]]] = []
    for prefix in sorted(by_prefix, key=lambda p: (p.value, p.length)):
        while above and prefix not in above[-1][0]:
            above.pop()
        lanes = sorted(by_prefix[prefix], key=lambda lane: (lane.first, lane.last, lane.forward))
        yield from _among(lanes)
        for lane in lanes:
            for _, wider in above:
                other = wider.meeting(lane.first, lane.last)
                if other is not None and not _same(lane, other):
                    yield lane, other
        above.append((prefix, Intervals.of((lane.first, lane.last, lane) for lane in lanes)))


def _among(lanes: list[Lane]) -> Iterator[tuple[Lane, Lane]]:
    furthest: Lane | None = None
    for lane in lanes:
        if furthest is not None and lane.first <= furthest.last and not _same(lane, furthest):
            yield lane, furthest
        if furthest is None or lane.last > furthest.last:
            furthest = lane


def _same(one: Lane, two: Lane) -> bool:
    """Whether two lanes of one forward send a port to the same place, as in `[tcp/80, tcp/80-90]`."""
    return one.forward == two.forward and one.target_first - one.first == two.target_first - two.first


def _finding(context: Context, uplink: str, lane: Lane, other: Lane) -> Diagnostic:
    first, last = max(lane.first, other.first), min(lane.last, other.last)
    ports = f"{lane.protocol}/{first}" + (f"-{last}" if last > first else "")
    names = lane.forward.removeprefix("forward/"), other.forward.removeprefix("forward/")
    places = context.document.places
    label = Label(places.span("forwards", names[1], "ports"), f"forward `{names[1]}`")
    message = f"forwards `{names[0]}` and `{names[1]}` both take {ports} of uplink `{uplink}`"
    hint = "change a port, or give both a `from` so that no sender is in both"
    return Diagnostic(RULE, message, places.span("forwards", names[0], "ports"), hint, (label,), subject=lane.forward)
