"""Probes the flows in the kernel, and compares each outcome with the plan's answer."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from taploom.base.protocol import NUMBERS
from taploom.lab.build import RunningSite, in_parallel
from taploom.lab.datagrams import ICMP4, ICMP6
from taploom.lab.lab_report import LabReport, NotRun, Row
from taploom.lab.namespace import Namespace
from taploom.lab.oracle import FirstPacket
from taploom.lab.probe import Probe, ProbeResult, run
from taploom.lab.questions import Question
from taploom.plan.host import Host
from taploom.plan.policy import Limit

AT_ONCE = 60
"""The most simultaneous probes of one machine."""
_UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
_SECONDS = 2.0
"""The least time over which the retries of a probe are spread."""

Progress = Callable[[int, int], None]
"""Called with the number of finished probes and the number of all probes."""


def ask(site: RunningSite, asked: tuple[Question, ...], progress: Progress | None = None) -> LabReport:
    """Probes every question, except those that a rate limit would refuse."""
    chosen, left_out = _within_rates(asked)
    machines = site.machines()
    listen(site, machines, chosen)
    # Refused packets go first: for a protocol without ports, conntrack would take them for replies to an opposite flow.
    first, rest = ([q for q in chosen if _refused(q) is it_is] for it_is in (True, False))
    rows: list[Row] = []
    for wave in (*_waves(first), *_waves(rest)):
        probes = [_probe(site, machines, question) for question in wave]
        answers = _completed(site, machines, wave, run(probes))
        rows += [_row(question, answer) for question, answer in zip(wave, answers, strict=True)]
        if progress:
            progress(len(rows), len(chosen))
    return LabReport(tuple(rows), tuple(left_out))


def _within_rates(asked: tuple[Question, ...]) -> tuple[list[Question], list[NotRun]]:
    """The questions without those that an entry with a rate could refuse because there are too many of them."""
    used: dict[str, int] = defaultdict(int)
    chosen, left_out = [], []
    # A packet without an answer is not repeated after the rate has room again, so the burst must have room for it.
    at_once = {by for question in asked if _silent(question.packet) for by, _ in question.verdict.limits}
    for question in asked:
        room = [
            (by, limit, limit.burst + (0 if by in at_once else _refill(limit))) for by, limit in question.verdict.limits
        ]
        full = [(by, limit) for by, limit, most in room if used[by] >= most]
        if full:
            by, limit = full[0]
            left_out.append(NotRun(question.flow, f"{by} lets in {limit.rate}/{limit.unit} only"))
            continue
        for by, _ in question.verdict.limits:
            used[by] += 1
        chosen.append(question)
    return chosen, left_out


def _refill(limit: Limit) -> int:
    return int(limit.rate * _SECONDS / _UNITS[limit.unit])


def _waves(asked: Iterable[Question]) -> Iterator[list[Question]]:
    """Groups of questions in which no machine has more than `AT_ONCE` probes."""
    turn: dict[str, int] = defaultdict(int)
    waves: dict[int, list[Question]] = defaultdict(list)
    for question in asked:
        waves[turn[question.source.machine] // AT_ONCE].append(question)
        turn[question.source.machine] += 1
    return iter([waves[number] for number in sorted(waves)])


def listen(site: RunningSite, machines: dict[str, Namespace], asked: Iterable[Question]) -> None:
    """Starts listeners at both possible destinations of each packet: the original one and the translated one."""
    wanted: dict[tuple[str, str], set[int]] = defaultdict(set)
    for question in asked:
        packet, verdict = question.packet, question.verdict
        wanted[question.to.machine, packet.protocol].add(packet.port)
        wanted[verdict.where, packet.protocol].add(verdict.packet.port)
    senders = {question.source.machine for question in asked}
    in_parallel(lambda name: site.agent(machines[name]), sorted({name for name, _ in wanted} | senders))
    in_parallel(lambda each: _serve(site, machines[each[0][0]], each[0][1], each[1]), sorted(wanted.items()))


def _serve(site: RunningSite, machine: Namespace, protocol: str, ports: set[int]) -> None:
    agent = site.agent(machine)
    if protocol in ("tcp", "udp"):
        agent.listen("tcp" if protocol == "tcp" else "udp", *sorted(ports))
    else:
        agent.hear(*((ICMP4, ICMP6) if protocol == "icmp" else (NUMBERS[protocol],)))


def _probe(site: RunningSite, machines: dict[str, Namespace], question: Question) -> Probe:
    packet = question.packet
    source = None if isinstance(question.source.owner, Host) else str(packet.source)
    sender = site.agent(machines[question.source.machine])
    passes = question.verdict.allowed and not (_silent(packet) and question.verdict.limits)
    return Probe(sender, packet.protocol, str(packet.to), packet.port, source, passes)


def _refused(question: Question) -> bool:
    return _silent(question.packet) and not question.verdict.allowed


def _silent(packet: FirstPacket) -> bool:
    """Whether a packet gets no answer, so that all its tries are sent, and each counts for a rate limit."""
    return packet.protocol not in ("tcp", "udp", "icmp") or (packet.protocol == "icmp" and packet.port != 0)


def _completed(
    site: RunningSite, machines: dict[str, Namespace], wave: list[Question], answers: list[ProbeResult]
) -> list[ProbeResult]:
    """The answers; those of pings and of packets that nothing answers get the addresses that the receiver recorded."""
    asked: dict[str, list[str]] = defaultdict(list)
    for question, answer in zip(wave, answers, strict=True):
        if answer.words:
            for where in dict.fromkeys((question.to.machine, question.verdict.where)):
                asked[where].append(answer.words)
    heard = in_parallel(lambda where: site.agent(machines[where]).heard(asked[where]), asked)
    known = {words: (where, ends) for where, found in zip(asked, heard, strict=True) for words, ends in found.items()}
    return [_with_ends(answer, *known[answer.words]) if answer.words in known else answer for answer in answers]


def _with_ends(answer: ProbeResult, where: str, ends: tuple[str, str, int]) -> ProbeResult:
    peer, local, port = ends
    return replace(answer, outcome="open", server=_host_name(where), peer=peer, local=local, port=port)


def _row(question: Question, answer: ProbeResult) -> Row:
    verdict = question.verdict
    expected = "allow" if verdict.allowed else "drop"
    arrives = _arrival(question) if verdict.allowed else ""
    return Row("flow", question.flow, expected, _observed(question, answer), verdict.by, arrives, question.reach)


def _arrival(question: Question) -> str:
    """The place and the address where a packet arrives, and its source address there."""
    verdict, asked = question.verdict, question.packet
    to, sender = verdict.packet.to, verdict.packet.source
    port = f" {asked.protocol}/{verdict.packet.port}" if verdict.packet.port != asked.port else ""
    return f"at {verdict.where} {to}{port} from {sender}"


def _observed(question: Question, answer: ProbeResult) -> str:
    """The observed verdict. Only a timeout is a drop: errors come from a machine that got the packet or lacks a route.

    In two cases, "unreachable" is a drop as well. An isolated guest cannot resolve the address of its neighbour, and
    its own kernel reports that in time (RFC 4861, 7.2.2). And a host without a route back to the sender does not answer
    the sender's ARP requests if `rp_filter` is set.
    """
    verdict = question.verdict
    unheard = verdict.by in ("implied/isolated", "implied/reverse-path")
    silent = ("timeout", "unreachable") if unheard else ("timeout",)
    if answer.outcome != "open":
        return "drop" if answer.outcome in silent else answer.outcome
    if not verdict.allowed:
        return "allow"
    if answer.server != _host_name(verdict.where):
        return f"allow, but {answer.server or 'somebody else'} answers"
    if (answer.local, answer.port) != (str(verdict.packet.to), verdict.packet.port):
        return f"allow, but at {answer.local} {question.packet.protocol}/{answer.port}"
    if answer.peer != str(verdict.packet.source):
        return f"allow, but as from {answer.peer}"
    return "allow"


def _host_name(where: str) -> str:
    kind, _, name = where.partition("/")
    return f"zone-{name}"[:63] if kind == "zone" else name
