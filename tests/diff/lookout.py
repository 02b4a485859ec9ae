"""What notices when a running site takes up another plan: addresses, carriers, bridges, connections and pings.

The kernel tells of each address that goes and of each carrier that is lost, however short that is; connections that
are held and pings that go on show what becomes of traffic.
"""

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping

from tests.diff import monitor
from tests.diff.monitor import Told

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
"""Seconds until an address that has not come back counts as gone."""
UNASKED = 18.0
"""The same of a default route of IPv6: the first advertisements may be 16 seconds apart (RFC 4861, 6.2.4)."""
EVERY = 0.02
"""Seconds between two pings of one flow."""
_LEAD = 0.5
"""Seconds of traffic before the change, and after all is settled."""


@dataclass(frozen=True, slots=True)
class Noticed:
    """What became of one interface of one machine.

    Attributes:
        machine: `host/NAME` or `guest/NAME`.
        device: the interface.
        removed: addresses that went, for however short a time.
        lost: those of them that are not there again.
        carrier: whether it was without carrier for a while.
        left: whether it has left its bridge.
        ways: see `Told`.
        away: see `Told`.
    """

    machine: str
    device: str
    removed: tuple[str, ...]
    lost: tuple[str, ...]
    carrier: bool
    left: bool
    ways: tuple[float, ...]
    away: Mapping[Family, float]


@dataclass(frozen=True, slots=True)
class Sight:
    """All that was noticed.

    Attributes:
        interfaces: those at which anything happened.
        rulesets: hosts whose ruleset was replaced.
        ended: connections that are gone, and datagrams that are no longer answered.
        kept: connections and datagrams that live.
        pings: flows of pings with the number of answers that are missing.
    """

    interfaces: tuple[Noticed, ...]
    rulesets: tuple[str, ...]
    ended: tuple[Question, ...]
    kept: tuple[Question, ...]
    pings: tuple[tuple[Question, int], ...]


def watched(site: RunningSite, asked: Iterable[Question], change: Callable[[], None]) -> Sight:
    """Does something to a site while traffic runs, and says what noticed.

    Of each flow one connection is a download and one is idle until all is over, for what the kernel has forgotten
    of a connection it learns again from whoever speaks first. Neighbours ask each other in one datagram
    for many.

    Args:
        site: The running site; all addresses are there, and somebody listens.
        asked: Flows that the plan speaks of; those that pass are held.
        change: What is done.
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
    # Who has waited for an answer for so long asks again after as long (RFC 6298, 5.5).
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
    """Whether all connections of a flow live, by the question's identity; who is silent has so many seconds."""
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
    """Of flows that pass, one for each pair of machines, protocol, family, entry and translation."""
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
    """Global addresses of an interface, the bridge that it is in, and whether a default route of IPv6 is by it."""

    addresses: frozenset[str] = frozenset()
    bridge: str = ""
    way: bool = False


State = dict[str, _Link]
"""By interface."""


def _state(machine: Namespace) -> State:
    masters = dict(re.findall(r"^\d+: ([^:@\s]+)[^\n]* master (\S+)", machine.run("ip", "-o", "link"), re.MULTILINE))
    ways = re.findall(r"^default .*dev (\S+)", machine.run("ip", "-6", "route"), re.MULTILINE)
    return {
        name: _Link(frozenset(map(str, found)), masters.get(name, ""), name in ways)
        for name, found in addresses(machine).items()
    }


def _settled(machines: dict[str, Namespace], before: dict[str, State]) -> None:
    """Waits until all is as before, or has had its time."""
    begun = time.monotonic()
    time.sleep(1.0)
    while any(_differs(_state(m), before[name], time.monotonic() - begun) for name, m in machines.items()):
        time.sleep(INTERVAL * 4)


def _differs(now: State, before: State, waited: float) -> bool:
    """Whether something is not as before and may still become so."""
    ways = [{device for device, of in state.items() if of.way} for state in (now, before)]
    return waited < UNASKED and (bool(ways[1] - ways[0]) or (waited < PATIENCE and now != before))


def _ping(site: RunningSite, question: Question, number: int) -> Daemon:
    source = () if question.source.machine.startswith("host/") else ("-I", str(question.packet.source))
    machine = site.machines()[question.source.machine]
    return machine.spawn(f"ping-{number}", "ping", "-n", "-i", str(EVERY), *source, str(question.packet.to))


def _missing(ping: Daemon) -> int:
    """Ends pings; how many of those sent by now nobody has answered.

    A busy machine answers late, so it is waited until a ping that was sent later is answered, `PATIENCE` at most.
    """
    ping.signal("QUIT")
    told = wait_for(lambda: re.findall(r"\d+/(\d+) packets", ping.log()), f"what {ping.name} has sent")
    sent, deadline = int(told[0]), time.monotonic() + PATIENCE
    while max(answered := _answered(ping), default=0) <= sent and time.monotonic() < deadline:
        time.sleep(INTERVAL)
    ping.stop("INT")
    return sent - sum(number <= sent for number in answered)


def _answered(ping: Daemon) -> frozenset[int]:
    """The sequence numbers of the answers so far, in the words of iputils."""
    return frozenset(map(int, re.findall(r"icmp_seq=(\d+) ttl=", ping.log())))


def _noticed(name: str, listening: Daemon, before: State, after: State) -> Iterator[Noticed]:
    found = monitor.told(listening.log())
    listening.stop()
    for device, was in before.items():
        now, told = after.get(device, _Link()), found.get(device, Told())
        gone, left = told.removed | (was.addresses - now.addresses), now.bridge != was.bridge
        if gone or told.carrier or told.ways or left:
            lost = tuple(sorted(gone - now.addresses))
            yield Noticed(name, device, tuple(sorted(gone)), lost, told.carrier, left, told.ways, told.away)


def _handles(machine: Namespace) -> frozenset[tuple[str, str, int]]:
    """Kind, name and handle of each object: rules have other ones after each load."""
    found = ((kind, body) for entry in ruleset.listing(machine) for kind, body in entry.items())
    return frozenset((kind, body.get("name", ""), body["handle"]) for kind, body in found if "handle" in body)
