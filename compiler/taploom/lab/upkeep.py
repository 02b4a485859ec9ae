"""Checks that a reload of the ruleset does not disturb running connections, other tables, and other interfaces."""

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from itertools import zip_longest
from typing import Any

from taploom.base.address import Family
from taploom.lab import ruleset
from taploom.lab.build import RunningSite
from taploom.lab.lab_report import LabReport, NotRun, Row
from taploom.lab.namespace import Namespace
from taploom.lab.probe import ListenerState, Probe, run
from taploom.lab.questions import Question
from taploom.lab.waiting import LabError
from taploom.plan.host import Host
from taploom.plan.interfaces import inside

RELOADS = 10
FLOWS = 6
"""Maximum number of observed flows of each kind."""
ENOUGH = 500
"""Number of datagrams that a flow must exceed, as fewer datagrams prove little."""
PACE = 0.25
"""Minimum time between two reloads, in seconds."""
_FOREIGN = "table ip taploom_lab_foreign { chain c { type filter hook forward priority 10; policy accept; }; }"
_SIDES = (("tlleft", 1), ("tlright", 9))
_PREFIX4, _PREFIX6 = "198.19.255", "2001:2:0:ff"


def upkeep(site: RunningSite, asked: tuple[Question, ...]) -> LabReport:
    """Reloads all rulesets under load; checks their objects, the tables of other programs, and other interfaces."""
    rows: list[Row] = []
    not_run: list[NotRun] = []
    for host in site.plan.hosts:
        machine = site.hosts[host.name]
        ruleset.load(machine, _FOREIGN)
        before = _shape(machine)
        ruleset.load(machine, site.ruleset(host.name))
        observed = "as before" if _shape(machine) == before else "not as before"
        rows.append(Row("reload", f"{host.name}: objects after a second load", "as before", observed))
    rows += under_load(site, asked)
    for host in site.plan.hosts:
        there = "ip taploom_lab_foreign" in ruleset.tables(site.hosts[host.name])
        observed = "there" if there else "gone"
        rows.append(Row("reload", f"{host.name}: a table of another program after reloads", "there", observed))
        found = _neighbours(site, host)
        rows += found.rows
        not_run += found.not_run
    return LabReport(tuple(rows), tuple(not_run))


def _shape(machine: Namespace) -> Counter[tuple[str, ...]]:
    """The number of objects of the ruleset by kind and name, and of rules by chain."""
    found: Counter[tuple[str, ...]] = Counter()
    for entry in ruleset.listing(machine):
        for kind, body in entry.items():
            found[kind, body["family"], body.get("table", ""), body.get("name", ""), body.get("chain", "")] += 1
    return found


def under_load(site: RunningSite, asked: tuple[Question, ...]) -> Iterator[Row]:
    """Holds connections and sends datagrams while the ruleset of every host is reloaded several times; yields rows."""
    streams = [(q, hold(site, q)) for q in _observed_flows(asked, "tcp")]
    loads = [(q, begin(site, q, "load")) for q in _observed_flows(asked, "udp")]
    pours = [(q, begin(site, q, "attend")) for q in answered(asked)]
    for _ in range(RELOADS):
        time.sleep(PACE)
        for host in site.plan.hosts:
            ruleset.load(site.hosts[host.name], site.ruleset(host.name))
    time.sleep(PACE)
    rest(site, (q for q, _ in (*loads, *pours)))
    carried = [(f"{q.flow} over {RELOADS} reloads under load", q, sender(site, q).result(f)) for q, f in loads]
    carried += [(f"{q.flow}, answers over {RELOADS} reloads", q, sender(site, q).result(f)) for q, f in pours]
    for question, stream in streams:
        alive = stream is not None and sender(site, question).alive(stream)
        observed = "does not open" if stream is None else "stays" if alive else "breaks"
        yield Row("reload", f"{question.flow} over {RELOADS} reloads", "stays", observed, question.verdict.by)
    for flow, question, said in carried:
        sent, lost = said["sent"], said["sent"] - said["received"]
        observed = f"{lost} of {sent} lost" if lost else "none lost" if sent > ENOUGH else f"only {sent} sent"
        yield Row("reload", flow, "none lost", observed, question.verdict.by, f"{sent} datagrams")


def _observed_flows(asked: tuple[Question, ...], protocol: str) -> list[Question]:
    """Allowed flows of a protocol without a rate limit: at most one for each deciding entry and family."""
    passing = [q for q in asked if q.verdict.allowed and q.packet.protocol == protocol and not q.verdict.limits]
    first = {(q.verdict.by, q.packet.family): q for q in reversed(passing)}
    families = [[q for (_, of), q in sorted(first.items()) if of is family] for family in Family]
    both = [q for pair in zip_longest(*families) for q in pair if q]
    return both[:FLOWS]


def sender(site: RunningSite, question: Question) -> Any:
    """The agent of the machine that sends a flow."""
    return site.agent(site.machines()[question.source.machine])


def _source(question: Question) -> str | None:
    return None if question.source.machine.startswith("host/") else str(question.packet.source)


def hold(site: RunningSite, question: Question, listening: ListenerState = "") -> int | None:
    """Opens a connection and holds it (see `Agent.hold`); returns its number, or None if it does not open."""
    packet = question.packet
    try:
        return int(sender(site, question).hold(str(packet.to), packet.port, _source(question), listening=listening))
    except LabError:
        return None


def answered(asked: tuple[Question, ...]) -> list[Question]:
    """Allowed UDP flows between neighbours whose receiver may only reply, but may not begin a flow to the sender."""
    near = [q for q in asked if q.packet.protocol == "udp" and q.source.group == q.to.group]
    refused = {(q.packet.to, q.packet.source) for q in near if not q.verdict.allowed}
    found = [q for q in near if q.verdict.allowed and (q.packet.source, q.packet.to) in refused]
    families = [[q for q in found if q.packet.family is family] for family in Family]
    return [q for pair in zip_longest(*families) for q in pair if q][:FLOWS]


def begin(site: RunningSite, question: Question, action: str) -> Future[dict[str, Any]]:
    """Begins lasting traffic, which goes on until `rest`, by an action of the agent."""
    packet = question.packet
    to, port, source = str(packet.to), packet.port, _source(question)
    future: Future[dict[str, Any]] = sender(site, question).ask(action, to=to, port=port, source=source)
    return future


def rest(site: RunningSite, asking: Iterable[Question]) -> None:
    """Ends the lasting traffic of the machines that send the given flows."""
    for agent in {id(agent): agent for agent in (sender(site, question) for question in asking)}.values():
        agent.rest()


def _neighbours(site: RunningSite, host: Host) -> LabReport:
    """Checks that the host forwards between two interfaces that taploom does not configure."""
    name, machine = host.name, site.hosts[host.name]
    families = [f for f in Family if any(each.own(f) for each in inside(host))]
    if not families:
        return LabReport(
            (), (NotRun(f"{name}: two interfaces that taploom does not configure", "the host does not forward"),)
        )
    sides = []
    for ifname, first in _SIDES:
        side = site.lab.machine(f"{name}-{ifname}"[:63])
        site.lab.cable(machine, ifname, side, "eth0")
        for where, device, last in ((machine, ifname, first), (side, "eth0", first + 1)):
            where.ip(f"addr add {_PREFIX4}.{last}/29 dev {device}")
            where.ip(f"addr add {_PREFIX6}{first:02}::{last}/64 dev {device} nodad")
        side.ip(f"route add default via {_PREFIX4}.{first}")
        side.ip(f"route add default via {_PREFIX6}{first:02}::{first}")
        sides.append(site.agent(side))
    sides[1].listen("tcp", 80)
    (_, _), (_, first) = _SIDES
    there = {Family.IPV4: f"{_PREFIX4}.{first + 1}", Family.IPV6: f"{_PREFIX6}{first:02}::{first + 1}"}
    answers = run([Probe(sides[0], "tcp", there[family], 80) for family in families])
    rows = [
        Row(
            "neighbour",
            f"{name}: between two interfaces that taploom does not configure, {family.key}",
            "allow",
            "allow" if answer.outcome == "open" else "drop",
        )
        for family, answer in zip(families, answers, strict=True)
    ]
    return LabReport(tuple(rows))
