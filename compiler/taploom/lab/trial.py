"""Sends the probes for the chosen flows, and compares each outcome with the oracle's prediction."""

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
"""Maximum number of simultaneous probes of one machine."""
_UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
_SECONDS = 2.0
"""Minimum time over which the tries of a probe are spread, in seconds."""

Progress = Callable[[int, int], None]
"""A function that is called with the number of finished probes and the number of all probes."""


def ask(site: RunningSite, asked: tuple[Question, ...], progress: Progress | None = None) -> LabReport:
    """Sends a probe for each question, except those that would exceed a rate limit, and reports the outcomes."""
    chosen, left_out = _within_rates(asked)
    machines = site.machines()
    listen(site, machines, chosen)
    # Denied packets go first: conntrack could take packets without ports for replies to the opposite flow.
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
    """The questions within the rate limits of their entries, and a `NotRun` for each other question."""
    used: dict[str, int] = defaultdict(int)
    chosen, left_out = [], []
    # A packet without an answer is not repeated later, when the rate allows it again, so the burst must allow it.
    at_once = {by for question in asked if _silent(question.packet) for by, _ in question.verdict.limits}
    for question in asked:
        room = [
            (by, limit, limit.burst + (0 if by in at_once else _refill(limit))) for by, limit in question.verdict.limits
        ]
        full = [(by, limit) for by, limit, most in room if used[by] >= most]
        if full:
            by, limit = full[0]
            left_out.append(NotRun(question.flow, f"{by} allows only {limit.rate}/{limit.unit}"))
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
    """Starts listeners at the original and at the translated destination of each packet."""
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
    """Whether no machine answers a packet, so that all tries are sent and count for a rate limit."""
    return packet.protocol not in ("tcp", "udp", "icmp") or (packet.protocol == "icmp" and packet.port != 0)


def _completed(
    site: RunningSite, machines: dict[str, Namespace], wave: list[Question], answers: list[ProbeResult]
) -> list[ProbeResult]:
    """The results; for pings and packets without answers, with the addresses that the receiver has recorded."""
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
    """The machine and address at which a packet must arrive, and its source address there."""
    verdict, asked = question.verdict, question.packet
    to, sender = verdict.packet.to, verdict.packet.source
    port = f" {asked.protocol}/{verdict.packet.port}" if verdict.packet.port != asked.port else ""
    return f"at {verdict.where} {to}{port} from {sender}"


def _observed(question: Question, answer: ProbeResult) -> str:
    """The observed verdict: a timeout is a drop, while an error shows that the packet arrived or had no route.

    In two cases, "unreachable" is also a drop. An isolated guest cannot resolve the address of its neighbour, and its
    own kernel reports this before the timeout (RFC 4861, 7.2.2). A host without a route back to the sender does not
    answer the sender's ARP requests if `rp_filter` is set.
    """
    verdict = question.verdict
    no_arp = verdict.by in ("implied/isolated", "implied/reverse-path")
    silent = ("timeout", "unreachable") if no_arp else ("timeout",)
    if answer.outcome != "open":
        return "drop" if answer.outcome in silent else answer.outcome
    if not verdict.allowed:
        return "allow"
    if answer.server != _host_name(verdict.where):
        return f"allow, but {answer.server or 'another machine'} answers"
    if (answer.local, answer.port) != (str(verdict.packet.to), verdict.packet.port):
        return f"allow, but at {answer.local} {question.packet.protocol}/{answer.port}"
    if answer.peer != str(verdict.packet.source):
        return f"allow, but from {answer.peer}"
    return "allow"


def _host_name(where: str) -> str:
    kind, _, name = where.partition("/")
    return f"zone-{name}"[:63] if kind == "zone" else name
