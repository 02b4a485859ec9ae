"""Observes the disruption while a lab site takes up another plan: addresses, carriers, bridges, connections, pings.

`ip monitor` reports each removed address and each lost carrier, however short the interruption. Held connections and
running pings show the effect on traffic.
"""

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping

from tests.diff import monitor
from tests.diff.monitor import InterfaceEvents

from taploom.base.address import Family
from taploom.base.frozen import dataclass
from taploom.lab import ruleset
from taploom.lab.build import RunningSite, in_parallel
from taploom.lab.namespace import Daemon, Namespace
from taploom.lab.probe import TIMEOUT, ListenerState
from taploom.lab.questions import Question
from taploom.lab.upkeep import begin, hold, rest, sender
from taploom.lab.wait import addresses
from taploom.lab.waiting import INTERVAL, wait_for

PATIENCE = 6.0
"""Seconds after which a missing address counts as lost."""
UNASKED = 18.0
"""Seconds after which a missing IPv6 default route counts as lost. First RAs may be 16 s apart (RFC 4861, 6.2.4)."""
EVERY = 0.02
"""Interval between two pings of one flow, in seconds."""
_LEAD = 0.5
"""Seconds of traffic before the change, and again after the site has settled."""


@dataclass(frozen=True, slots=True)
class Noticed:
    """Disruption of one interface of one machine during the change.

    Attributes:
        machine: `host/NAME` or `guest/NAME`.
        device: Name of the interface.
        removed: Addresses that were removed, even if only for an instant.
        lost: Removed addresses that did not come back.
        carrier: True if the interface was without carrier for a time.
        left: True if the interface is no longer a port of its earlier bridge.
        route_losses: Times at which the IPv6 default route was lost; see `InterfaceEvents`.
        away: Seconds of interruption, by family; see `InterfaceEvents`.
    """

    machine: str
    device: str
    removed: tuple[str, ...]
    lost: tuple[str, ...]
    carrier: bool
    left: bool
    route_losses: tuple[float, ...]
    away: Mapping[Family, float]


@dataclass(frozen=True, slots=True)
class Sight:
    """All observations of one change.

    Attributes:
        interfaces: Interfaces that were disrupted.
        rulesets: Names of hosts whose ruleset was replaced.
        ended: Flows whose connection ended or whose datagrams are no longer answered.
        kept: Flows whose connection or exchange of datagrams survived.
        pings: Flows of pings, each with its number of missing replies.
    """

    interfaces: tuple[Noticed, ...]
    rulesets: tuple[str, ...]
    ended: tuple[Question, ...]
    kept: tuple[Question, ...]
    pings: tuple[tuple[Question, int], ...]


def watched(site: RunningSite, asked: Iterable[Question], change: Callable[[], None]) -> Sight:
    """Changes a site while traffic runs, and returns the observed disruption.

    Each TCP flow gets two connections: one with a running download, and one that stays idle until the end, since a
    packet after the change would make the kernel track a forgotten connection again. UDP flows run only between
    neighbours: one request and many replies.

    Args:
        site: Running site with all its addresses and listeners.
        asked: Flows to observe; only flows that the plan allows are started.
        change: Function that changes the site.
    """
    flows = _distinct(asked)
    kinds: tuple[ListenerState, ...] = ("now", "later")
    streams = [(q, hold(site, q, kind)) for q in flows if q.packet.protocol == "tcp" for kind in kinds]
    pours = [(q, begin(site, q, "attend")) for q in flows if q.packet.protocol == "udp" and _near(q)]
    pings = [(q, _ping(site, q, n)) for n, q in enumerate(flows) if (q.packet.protocol, q.packet.port) == ("icmp", 0)]
    machines = {name: m for name, m in site.machines().items() if not name.startswith("zone/")}
    before = {name: _state(machine) for name, machine in machines.items()}
    loaded = {name: _handles(machine) for name, machine in site.hosts.items()}
    monitors = {name: monitor.begin(machine) for name, machine in machines.items()}
    time.sleep(_LEAD)
    change()
    _settled(machines, before)
    time.sleep(_LEAD)
    missing = in_parallel(lambda each: _missing(each[1]), pings)
    rest(site, (q for q, _ in pours))
    noticed = [n for name, m in machines.items() for n in _noticed(name, monitors[name], before[name], _state(m))]
    # TCP doubles its retransmission timeout (RFC 6298, 5.5): after an interruption of n seconds, another n seconds may
    # pass before it retransmits.
    silence = max((seconds for one in noticed for seconds in one.away.values()), default=0.0)
    lives = _alive(site, streams, TIMEOUT + silence) | {
        id(q): bool(sender(site, q).result(f)["goes_on"]) for q, f in pours
    }
    return Sight(
        tuple(noticed),
        tuple(name for name, machine in site.hosts.items() if _handles(machine) != loaded[name]),
        tuple(q for q in flows if not lives.get(id(q), True)),
        tuple(q for q in flows if lives.get(id(q))),
        tuple((q, number) for (q, _), number in zip(pings, missing, strict=True)),
    )


def _alive(site: RunningSite, streams: Iterable[tuple[Question, int | None]], patience: float) -> dict[int, bool]:
    """Whether all connections of a flow survived, by `id` of its question; waits `patience` seconds for each answer."""
    for machine in site.machines().values():
        site.agent(machine).speak()
    held = [(q, stream) for q, stream in streams if stream is not None]
    answers = in_parallel(lambda each: sender(site, each[0]).alive(each[1], patience), held)
    found: dict[int, bool] = {}
    for (question, _), answer in zip(held, answers, strict=True):
        found[id(question)] = answer and found.get(id(question), True)
    return found


def _near(q: Question) -> bool:
    return q.source.group == q.to.group


def _distinct(asked: Iterable[Question]) -> list[Question]:
    """Selects one allowed flow for each pair of machines, protocol, family, deciding entry and translation."""
    found: dict[tuple[object, ...], Question] = {}
    for q in asked:
        if q.verdict.allowed and not q.verdict.limits:
            translated = q.verdict.packet.source != q.packet.source
            found.setdefault(
                (q.source.machine, q.to.machine, q.packet.protocol, q.packet.family, q.verdict.by, translated), q
            )
    return list(found.values())


@dataclass(frozen=True, slots=True)
class _Link:
    """State of an interface: its global addresses, its bridge, and whether an IPv6 default route uses it."""

    addresses: frozenset[str] = frozenset()
    bridge: str = ""
    default_route: bool = False


State = dict[str, _Link]
"""State of each interface of a machine, by the interface's name."""


def _state(machine: Namespace) -> State:
    masters = dict(re.findall(r"^\d+: ([^:@\s]+)[^\n]* master (\S+)", machine.run("ip", "-o", "link"), re.MULTILINE))
    routes = re.findall(r"^default .*dev (\S+)", machine.run("ip", "-6", "route"), re.MULTILINE)
    return {
        name: _Link(frozenset(map(str, found)), masters.get(name, ""), name in routes)
        for name, found in addresses(machine).items()
    }


def _settled(machines: dict[str, Namespace], before: dict[str, State]) -> None:
    """Waits until all interfaces have their earlier state again, or until what is missing counts as lost."""
    begun = time.monotonic()
    time.sleep(1.0)
    while any(_differs(_state(m), before[name], time.monotonic() - begun) for name, m in machines.items()):
        time.sleep(INTERVAL * 4)


def _differs(now: State, before: State, waited: float) -> bool:
    """Whether the state differs from the earlier state but may still return to it."""
    routes = [{device for device, of in state.items() if of.default_route} for state in (now, before)]
    return waited < UNASKED and (bool(routes[1] - routes[0]) or (waited < PATIENCE and now != before))


def _ping(site: RunningSite, question: Question, number: int) -> Daemon:
    source = () if question.source.machine.startswith("host/") else ("-I", str(question.packet.source))
    machine = site.machines()[question.source.machine]
    return machine.spawn(f"ping-{number}", "ping", "-n", "-i", str(EVERY), *source, str(question.packet.to))


def _missing(ping: Daemon) -> int:
    """Ends a run of pings, and counts the pings sent before this call that got no reply.

    A busy machine replies late. So the function waits until a later ping is answered, for `PATIENCE` at most.
    """
    ping.signal("QUIT")
    counts = wait_for(lambda: re.findall(r"\d+/(\d+) packets", ping.log()), f"the packet count of {ping.name}")
    sent, deadline = int(counts[0]), time.monotonic() + PATIENCE
    while max(answered := _answered(ping), default=0) <= sent and time.monotonic() < deadline:
        time.sleep(INTERVAL)
    ping.stop("INT")
    return sent - sum(number <= sent for number in answered)


def _answered(ping: Daemon) -> frozenset[int]:
    """Sequence numbers of the replies so far, read from the output of iputils' ping."""
    return frozenset(map(int, re.findall(r"icmp_seq=(\d+) ttl=", ping.log())))


def _noticed(name: str, listening: Daemon, before: State, after: State) -> Iterator[Noticed]:
    found = monitor.interface_events(listening.log())
    listening.stop()
    for device, was in before.items():
        now, seen = after.get(device, _Link()), found.get(device, InterfaceEvents())
        gone, left = seen.removed | (was.addresses - now.addresses), now.bridge != was.bridge
        if gone or seen.carrier or seen.route_losses or left:
            lost = tuple(sorted(gone - now.addresses))
            yield Noticed(name, device, tuple(sorted(gone)), lost, seen.carrier, left, seen.route_losses, seen.away)


def _handles(machine: Namespace) -> frozenset[tuple[str, str, int]]:
    """Kind, name and handle of each object of the ruleset; every load gives rules new handles."""
    found = ((kind, body) for entry in ruleset.listing(machine) for kind, body in entry.items())
    return frozenset((kind, body.get("name", ""), body["handle"]) for kind, body in found if "handle" in body)
