"""What notices when a running site takes up another plan: addresses, carriers, bridges, connections and pings.

The kernel tells of each address that goes and of each carrier that is lost, however short that is; connections that
are held and pings that go on show what becomes of traffic.
"""

import re
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

from taploom.base.frozen import dataclass
from taploom.lab import ruleset
from taploom.lab.build import Site, in_parallel
from taploom.lab.namespace import Daemon, Namespace
from taploom.lab.probe import Listening
from taploom.lab.questions import Question
from taploom.lab.upkeep import begin, hold, sender
from taploom.lab.wait import addresses
from taploom.lab.waiting import INTERVAL

PATIENCE = 6.0
"""Seconds until an address that has not come back counts as gone."""
PINGS, EVERY = 200, 0.02
"""How many pings of one flow, and seconds between two."""
DATAGRAMS = PINGS * EVERY
"""Seconds for which neighbours answer what they were asked in one datagram."""
_LEAD = 0.5
"""Seconds of traffic before the change."""
_AT_ONCE = 64
_DELETED = re.compile(r"^Deleted \d+: (\S+)\s+inet6? (\S+) .*scope global", re.MULTILINE)
_LINK = re.compile(r"^\d+: ([^:@\s]+)[^:]*: <([^>]*)>", re.MULTILINE)


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
    """

    machine: str
    device: str
    removed: tuple[str, ...]
    lost: tuple[str, ...]
    carrier: bool
    left: bool


@dataclass(frozen=True, slots=True)
class Sight:
    """All that was noticed.

    Attributes:
        interfaces: those at which anything happened.
        rulesets: hosts whose ruleset was replaced.
        ended: connections that are gone, and datagrams that are no longer answered.
        kept: connections and datagrams that live.
        pings: flows with the number of answers that are missing, of `PINGS`.
    """

    interfaces: tuple[Noticed, ...]
    rulesets: tuple[str, ...]
    ended: tuple[Question, ...]
    kept: tuple[Question, ...]
    pings: tuple[tuple[Question, int], ...]


def watched(site: Site, asked: Iterable[Question], change: Callable[[], None]) -> Sight:
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
    kinds: tuple[Listening, ...] = ("now", "later")
    streams = [(q, hold(site, q, kind)) for q in flows if q.packet.protocol == "tcp" for kind in kinds]
    pours = [(q, begin(site, q, "attend", DATAGRAMS)) for q in flows if q.packet.protocol == "udp" and _near(q)]
    machines = {name: m for name, m in site.machines().items() if not name.startswith("zone/")}
    before = {name: _state(machine) for name, machine in machines.items()}
    loaded = {name: ruleset.handles(machine) for name, machine in site.hosts.items()}
    monitors = {name: m.spawn("monitor", "ip", "-o", "monitor", "link", "address") for name, m in machines.items()}
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        pings = [(q, pool.submit(_ping, site, q)) for q in flows if (q.packet.protocol, q.packet.port) == ("icmp", 0)]
        time.sleep(_LEAD)
        change()
        _settled(machines, before)
        lost = tuple((question, future.result()) for question, future in pings)
    lives = _alive(site, streams) | {id(q): bool(sender(site, q).result(f)["goes_on"]) for q, f in pours}
    return Sight(
        tuple(n for name, m in machines.items() for n in _noticed(name, monitors[name], before[name], _state(m))),
        tuple(name for name, machine in site.hosts.items() if ruleset.handles(machine) != loaded[name]),
        tuple(q for q in flows if not lives.get(id(q), True)),
        tuple(q for q in flows if lives.get(id(q))),
        lost,
    )


def _alive(site: Site, streams: Iterable[tuple[Question, int | None]]) -> dict[int, bool]:
    """Whether all connections of a flow live, by the question's identity."""
    for machine in site.machines().values():
        site.agent(machine).speak()
    held = [(q, stream) for q, stream in streams if stream is not None]
    answers = in_parallel(lambda each: sender(site, each[0]).alive(each[1]), held)
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


State = dict[str, tuple[frozenset[str], str]]
"""Global addresses and the bridge of each interface."""


def _state(machine: Namespace) -> State:
    masters = dict(re.findall(r"^\d+: ([^:@\s]+)[^\n]* master (\S+)", machine.run("ip", "-o", "link"), re.MULTILINE))
    return {name: (frozenset(map(str, found)), masters.get(name, "")) for name, found in addresses(machine).items()}


def _settled(machines: dict[str, Namespace], before: dict[str, State]) -> None:
    deadline = time.monotonic() + PATIENCE
    time.sleep(1.0)
    while time.monotonic() < deadline:
        if all(_state(machine) == before[name] for name, machine in machines.items()):
            return
        time.sleep(INTERVAL * 4)


def _ping(site: Site, question: Question) -> int:
    machine = site.machines()[question.source.machine]
    source = () if question.source.machine.startswith("host/") else ("-I", str(question.packet.source))
    said = machine.run(
        "ping", "-nq", "-c", str(PINGS), "-i", str(EVERY), "-W", "1", *source, str(question.packet.to), check=False
    )
    found = re.search(r"(\d+) packets transmitted, (\d+) received", said)
    return int(found[1]) - int(found[2]) if found else PINGS


def _noticed(name: str, monitor: Daemon, before: State, after: State) -> Iterator[Noticed]:
    log = monitor.log()
    monitor.stop()
    removed: dict[str, set[str]] = {}
    for device, address in _DELETED.findall(log):
        removed.setdefault(device, set()).add(address)
    down = {device for device, flags in _LINK.findall(log) if "LOWER_UP" not in flags.split(",")}
    for device, (there, bridge) in before.items():
        now, joined = after.get(device, (frozenset(), ""))
        gone = removed.get(device, set()) | (there - now)
        found = Noticed(name, device, tuple(sorted(gone)), tuple(sorted(gone - now)), device in down, joined != bridge)
        if gone or found.carrier or found.left:
            yield found
