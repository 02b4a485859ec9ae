"""A forward that now leads to another guest: the exposed guest, surviving connections, and commands that end them.

The tests run the printed commands in a real kernel, with connections that must end and connections that must stay.
"""

from __future__ import annotations

import re
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.sites import compiled
from tests.support import needs

from taploom.diff.change import ComparedPlan, compare
from taploom.diff.effects import Survivor
from taploom.diff.gates import Gates
from taploom.diff.model import Change

HERE = Path(__file__).parent
BEFORE = (HERE / "forward-to-another-guest.yaml").read_text()
FILES = "ports: tcp/5000-5010, to: web, from: any"
LEARNED = "eth0: {zone: internet, ipv4: dhcp}"
FIXED = "eth0: {zone: internet, ipv4: 203.0.113.2/24, gateway4: 203.0.113.1}"


def compared(before: str, after: str) -> Change:
    sides = (
        ComparedPlan(name, compiled(text).plan, gates=Gates(owned=True)) for name, text in (("a", before), ("b", after))
    )
    return compare(*sides)


def changed(old: str, new: str, text: str = BEFORE) -> Change:
    assert text.count(old) == 1
    return compared(text, text.replace(old, new))


def exposed(change: Change) -> list[tuple[str, ...]]:
    return sorted((*flow.destinations, *flow.services, flow.after.by) for flow in change.flows if flow.exposed)


def test_another_guest_is_newly_exposed_and_the_gate_denies_it() -> None:
    change = changed(FILES, FILES.replace("web", "payroll"))
    assert exposed(change) == [("guest/payroll", "tcp/5000-5010", "forward/files")]
    assert [(one.gate, one.object) for one in change.failed_gates] == [("exposure-owner", "forward/files")]


def test_a_forward_with_an_owner_passes_the_gate() -> None:
    change = changed(FILES, FILES.replace("web", "payroll") + ", owner: team-pay")
    assert exposed(change) == [("guest/payroll", "tcp/5000-5010", "forward/files")]
    assert change.failed_gates == ()


def test_another_target_port_of_the_guest_is_newly_exposed() -> None:
    change = changed("ports: tcp/443, to: web", "ports: tcp/443, to: web, to-port: 8443")
    assert exposed(change) == [("guest/web", "tcp/443", "forward/web")]


def test_a_port_that_moves_between_host_and_forward_is_newly_exposed_both_ways() -> None:
    own = BEFORE.replace("{from: 198.51.100.0/24, to: hv, allow: ssh}", "{from: any, to: hv, allow: tcp/443}")
    without = own.replace("  web:   {on: hv, ports: tcp/443, to: web, from: any, owner: team-web}\n", "")
    assert own != without != BEFORE
    assert exposed(compared(without, own)) == [("guest/web", "tcp/443", "forward/web")]
    assert exposed(compared(own, without)) == [("host/hv", "tcp/443", "policy/admin")]
    (kept,) = compared(without, own).survivors
    assert "→ host/hv tcp/443" in kept.flow


def test_a_guest_with_a_new_address_is_not_newly_exposed() -> None:
    assert exposed(changed("{ipv4: 10.0.0.10}", "{ipv4: 10.0.0.12}")) == []


def test_survivors_name_the_guest_whose_connections_survive() -> None:
    (kept,) = changed(FILES, FILES.replace("web", "payroll")).survivors
    assert kept.flow == "zone/internet, host/hv, network/lan → guest/web tcp/5000-5010 at 203.0.113.2"
    assert kept.by == "forward/files"


@dataclass(frozen=True)
class Entry:
    """A connection in the kernel's connection tracking table.

    Attributes:
        source: Original source address.
        to: Original destination address.
        port: Destination port, original and translated.
        answers: Source address of replies.
        ends: Whether the printed commands must end the connection.
        protocol: Transport protocol.
        back: Destination address of replies if it differs from `source`.
    """

    source: str
    to: str
    port: int
    answers: str
    ends: bool
    protocol: str = "tcp"
    back: str = ""


ENTRIES = (
    Entry("198.51.100.7", "203.0.113.2", 5000, "10.0.0.10", ends=True),
    Entry("8.8.8.8", "203.0.113.2", 5010, "10.0.0.10", ends=True),
    Entry("10.0.0.12", "203.0.113.2", 5005, "10.0.0.10", ends=True, back="10.0.0.1"),
    Entry("203.0.113.2", "203.0.113.2", 5003, "10.0.0.10", ends=True, back="10.0.0.1"),
    Entry("198.51.100.7", "203.0.113.2", 443, "10.0.0.10", ends=False),
    Entry("198.51.100.7", "203.0.113.2", 4999, "10.0.0.10", ends=False),
    Entry("198.51.100.7", "203.0.113.2", 5011, "10.0.0.10", ends=False),
    Entry("198.51.100.8", "203.0.113.2", 5000, "10.0.0.11", ends=False),
    Entry("198.51.100.9", "203.0.113.2", 5000, "10.0.0.10", ends=False, protocol="udp"),
    Entry("10.0.0.1", "10.0.0.10", 5000, "10.0.0.10", ends=False),
    Entry("198.51.100.7", "203.0.113.3", 5000, "10.0.0.10", ends=False),
    Entry("10.0.0.10", "198.51.100.7", 5000, "198.51.100.7", ends=False, back="203.0.113.2"),
)


FAR = "2001:db8:ff::7"
WITH_SIX = (
    BEFORE.replace("ipv4: 10.0.0.1/24", 'ipv4: 10.0.0.1/24, ipv6: "fd00::1/64"')
    .replace("{ipv4: 10.0.0.10}", '{ipv4: 10.0.0.10, ipv6: "fd00::10"}')
    .replace("{ipv4: 10.0.0.11}", '{ipv4: 10.0.0.11, ipv6: "fd00::11"}')
    .replace("gateway4: 203.0.113.1", 'gateway4: 203.0.113.1, ipv6: "2001:db8::2/64", gateway6: fe80::1')
)
SIX = (
    Entry(FAR, "2001:db8::2", 5000, "fd00::10", ends=True),
    Entry(FAR, "2001:db8::2", 443, "fd00::10", ends=False),
    Entry(FAR, "fd00::10", 5000, "fd00::10", ends=False),
)
OFFICE = (
    Entry("198.51.100.7", "203.0.113.2", 443, "10.0.0.10", ends=False),
    Entry("198.51.101.7", "203.0.113.2", 443, "10.0.0.10", ends=True),
    Entry("10.0.0.11", "203.0.113.2", 443, "10.0.0.10", ends=True, back="10.0.0.1"),
    Entry("198.51.101.7", "203.0.113.2", 5000, "10.0.0.10", ends=False),
)


def left(kept: Survivor, entries: tuple[Entry, ...], own: str) -> list[Entry]:
    """The connections that remain in a fresh network namespace after the printed commands have run there."""
    lines = ["set -e", "ip link add eth0 type bridge", "ip link set eth0 up", f"ip address add {own} dev eth0"]
    lines += [inserted(one, 40000 + number) for number, one in enumerate(entries)]
    lines += [
        f"{shlex.join(command)} >&2 || test $? = 1" for command in kept.commands
    ]  # conntrack exits with 1 if it ends no connection
    lines += ["conntrack -L -f ipv4", "conntrack -L -f ipv6"]
    done = subprocess.run(
        ["unshare", "-n", "bash"], input="\n".join(lines), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    ports = {int(port) for port in re.findall(r"^\S+ .*?sport=(\d+)", done.stdout, re.MULTILINE)}
    return [one for number, one in enumerate(entries) if 40000 + number in ports]


def inserted(one: Entry, port: int) -> str:
    """The conntrack command that inserts a connection with this source port."""
    ends = f"--orig-src {one.source} --orig-dst {one.to} --reply-src {one.answers} --reply-dst {one.back or one.source}"
    ports = f"--orig-port-src {port} --orig-port-dst {one.port} --reply-port-src {one.port} --reply-port-dst {port}"
    state = "--state ESTABLISHED" if one.protocol == "tcp" else ""
    return f"conntrack -I -p {one.protocol} {ends} {ports} {state} -t 300 -u SEEN_REPLY,ASSURED"


def stays(entries: tuple[Entry, ...]) -> list[Entry]:
    return [one for one in entries if not one.ends]


@pytest.mark.kernel
@needs("root", "unshare", "conntrack", "ip")
@pytest.mark.parametrize("uplink", [FIXED, LEARNED], ids=["fixed", "learned"])
def test_the_printed_commands_end_exactly_the_closed_connections(uplink: str) -> None:
    (kept,) = changed(FILES, FILES.replace("web", "payroll"), BEFORE.replace(FIXED, uplink)).survivors
    assert kept.more == 0
    assert left(kept, ENTRIES, "203.0.113.2/24") == stays(ENTRIES)


@pytest.mark.kernel
@needs("root", "unshare", "conntrack", "ip")
def test_the_printed_commands_end_closed_ipv6_connections_too() -> None:
    (kept,) = changed(FILES, FILES.replace("web", "payroll"), WITH_SIX).survivors
    assert left(kept, (*ENTRIES, *SIX), "203.0.113.2/24") == stays((*ENTRIES, *SIX))


@pytest.mark.kernel
@needs("root", "unshare", "conntrack", "ip")
def test_the_printed_commands_keep_connections_of_senders_that_stay_allowed() -> None:
    (kept,) = changed("to: web, from: any, owner", "to: web, from: 198.51.100.0/24, owner").survivors
    assert left(kept, OFFICE, "203.0.113.2/24") == stays(OFFICE)
