"""A host accepts a source address only on the uplinks of its own routes to that address: tests send real packets."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.cases.crossing import Crossing, opened
from tests.sites import compiled
from tests.support import needs

from taploom.lab import ethernet
from taploom.lab.session import Lab

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [needs("root", "nft", "ip", "unshare", "nsenter"), pytest.mark.kernel]
CASES = Path(__file__).parent
APP4, APP6, DB4, DB6 = "10.2.0.10", "fd02::10", "10.1.0.10", "fd01::10"
PRINTER4, PRINTER6 = "10.2.0.200", "fd02::200"
numbers = itertools.count(0x4E4C0001, 16)


def crossing(lab: Lab, case: str, host: str) -> Crossing:
    return Crossing(lab, compiled((CASES / f"{case}.yaml").read_text(encoding="utf-8")).plan, host)


@pytest.fixture(scope="module")
def two_uplinks() -> Iterator[Crossing]:
    with Lab() as lab:
        made = crossing(lab, "senders-of-another-host", "h1")
        made.agent(made.host).listen("tcp", 22)
        yield made


@pytest.fixture(scope="module")
def line() -> Iterator[Crossing]:
    with Lab() as lab:
        yield crossing(lab, "senders-of-a-private-line", "hv-east")


@pytest.fixture(scope="module")
def two_lines() -> Iterator[Crossing]:
    with Lab() as lab:
        made = crossing(lab, "senders-of-two-lines", "h1")
        made.agent(made.host).listen("tcp", 22)
        yield made


@pytest.fixture(scope="module")
def strangers() -> Iterator[Crossing]:
    with Lab() as lab:
        made = crossing(lab, "senders-of-no-network", "hv")
        made.agent(made.host).listen("tcp", 22)
        for device, sender in (("eno2", "10.3.0.50/24"), ("eno2", "2001:db8:2::50/64")):
            made.beyond[device].ip(f"addr add {sender} dev wan")
        yield made


def gets(at: Crossing, uplink: str, sender: str, to: str, guest: str = "db", port: int = 5432) -> bool:
    """Whether a TCP SYN that arrives by an uplink reaches a guest."""
    number = next(numbers)
    return at.arrives(uplink, ethernet.opening(sender, 40000, to, port, number), opened(number)[0], guest)


def answers(at: Crossing, uplink: str, sender: str, to: str, by: str) -> bool:
    """Whether a TCP SYN to the host's ssh, arriving by `uplink`, gets a reply that leaves by uplink `by`."""
    number = next(numbers)
    return at.answered(uplink, ethernet.opening(sender, 40001, to, 22, number), opened(number)[1], by)


@pytest.mark.parametrize(("app", "db"), [(APP4, DB4), (APP6, DB6)])
def test_a_guest_of_another_host_is_accepted_only_on_the_uplink_of_its_route(
    two_uplinks: Crossing, app: str, db: str
) -> None:
    assert gets(two_uplinks, "eno2", app, db)
    assert not gets(two_uplinks, "eno1", app, db)
    assert gets(two_uplinks, "eno2", app, db), "the route still works"


@pytest.mark.parametrize(("app", "ends"), [(APP4, ("10.200.0.1", "203.0.113.11")), (APP6, ("fd99::1", "2001:db8::11"))])
def test_the_host_itself_drops_a_source_on_the_wrong_uplink(
    two_uplinks: Crossing, app: str, ends: tuple[str, str]
) -> None:
    for to in ends:
        assert answers(two_uplinks, "eno2", app, to, "eno2")
        assert not answers(two_uplinks, "eno1", app, to, "eno2")


@pytest.mark.parametrize(
    ("peer", "near", "far", "db"),
    [
        ("10.200.0.2", "eno2", "eno1", DB4),
        ("203.0.113.12", "eno1", "eno2", DB4),
        ("fd99::2", "eno2", "eno1", DB6),
        ("2001:db8::12", "eno1", "eno2", DB6),
    ],
)
def test_another_host_is_accepted_only_on_its_link(
    two_uplinks: Crossing, peer: str, near: str, far: str, db: str
) -> None:
    assert gets(two_uplinks, near, peer, db)
    assert not gets(two_uplinks, far, peer, db)


def datagram(at: Crossing, uplink: str, to: str, port: int) -> bool:
    token = b"taploom-%08x" % next(numbers)
    return at.arrives(uplink, ethernet.udp(APP4, 40000, to, port, token), token, "shop")


def test_a_guest_behind_a_private_line_is_accepted_only_on_that_line(line: Crossing) -> None:
    """This holds for a policy entry and for a forward: both name only the sender, not an uplink."""
    for to, port in (("10.1.0.10", 514), ("192.0.2.1", 1514)):
        assert datagram(line, "eth1", to, port)
    for to, port in (("10.1.0.10", 514), ("203.0.113.1", 1514), ("192.0.2.1", 1514)):
        assert not datagram(line, "eth0", to, port)


@pytest.mark.parametrize(("app", "printer", "db"), [(APP4, PRINTER4, DB4), (APP6, PRINTER6, DB6)])
def test_a_source_is_accepted_on_both_lines_that_lead_to_it(
    two_lines: Crossing, app: str, printer: str, db: str
) -> None:
    assert [gets(two_lines, f"eno{number}", app, db) for number in (1, 2, 3)] == [False, True, True]
    assert [gets(two_lines, f"eno{number}", printer, db) for number in (1, 2, 3)] == [False, False, True]


@pytest.mark.parametrize(("app", "db", "family"), [(APP4, DB4, "-4"), (APP6, DB6, "-6")])
def test_without_its_routes_a_source_is_still_dropped_on_the_default_uplink(
    two_lines: Crossing, app: str, db: str, family: str
) -> None:
    """The kernel then replies by the default route, so the kernel's own reverse-path filter accepts the source."""
    host = two_lines.host
    kept = [
        (device, line)
        for device in ("eno2", "eno3")
        for line in host.run("ip", family, "route", "show", "dev", device, "proto", "boot").splitlines()
    ]
    for device, line in kept:
        host.ip(f"route del {line} dev {device}")
    assert "eno1" in host.run("ip", family, "route", "get", app)
    assert not gets(two_lines, "eno1", app, db)
    for device, line in kept:
        host.ip(f"route add {line} dev {device}")
    assert gets(two_lines, "eno2", app, db)


UPLINKS = ("eno1", "eno2", "eno3", "eno4")
OFFICE, BRANCH, LONGER, ANYBODY = "office", "branch", "longer", "anybody"
STRANGERS = {
    (OFFICE, DB4): ("10.3.0.50", "10.3.0.5", {"eno2"}),
    (OFFICE, DB6): ("2001:db8:2::50", "2001:db8:2::5", {"eno2"}),
    (BRANCH, DB4): ("10.50.8.7", "10.3.0.5", {"eno2"}),
    (BRANCH, DB6): ("2001:db8:50:8::7", "2001:db8:2::5", {"eno2"}),
    (LONGER, DB4): ("10.50.7.7", "10.4.0.5", {"eno3"}),
    (LONGER, DB6): ("2001:db8:50:7::7", "2001:db8:4::5", {"eno3"}),
    (ANYBODY, DB4): ("198.51.100.7", "203.0.113.11", set(UPLINKS)),
    (ANYBODY, DB6): ("2001:db8:77::7", "2001:db8::11", set(UPLINKS)),
}


@pytest.mark.parametrize(("who", "db"), STRANGERS)
def test_a_source_outside_all_networks_is_accepted_where_its_longest_route_leads(
    strangers: Crossing, who: str, db: str
) -> None:
    sender, to, uplinks = STRANGERS[who, db]
    port = 443 if who == ANYBODY else 5432
    assert {uplink for uplink in UPLINKS if gets(strangers, uplink, sender, db, port=port)} == uplinks
    if who != ANYBODY:
        (home,) = uplinks
        assert {uplink for uplink in UPLINKS if answers(strangers, uplink, sender, to, home)} == uplinks


@pytest.mark.parametrize("family", ["-4", "-6"])
def test_a_neighbour_is_dropped_on_the_default_uplink_even_without_its_link(strangers: Crossing, family: str) -> None:
    host, (sender, db) = strangers.host, ("10.3.0.50", DB4) if family == "-4" else ("2001:db8:2::50", DB6)
    own = "10.3.0.5/24" if family == "-4" else "2001:db8:2::5/64"
    host.ip(f"addr del {own} dev eno2")
    assert "eno1" in host.run("ip", family, "route", "get", sender)
    assert not gets(strangers, "eno1", sender, db)
    host.ip(f"addr add {own} dev eno2")
    assert gets(strangers, "eno2", sender, db)


@pytest.mark.parametrize(("uplink", "port", "dropped"), [("eno4", 68, 0), ("eno4", 69, 1), ("eno1", 68, 1)])
def test_only_dhcp_replies_on_a_dhcp_uplink_are_accepted_from_any_source(
    strangers: Crossing, uplink: str, port: int, dropped: int
) -> None:
    before = drops(strangers)
    strangers.sent(uplink, ethernet.udp("10.3.0.2", 67, "255.255.255.255", port, b"taploom-lease"))
    assert gets(strangers, "eno2", "10.3.0.50", DB4), "packets arrive in order, so the host has processed the reply"
    assert drops(strangers) - before == dropped


def drops(at: Crossing) -> int:
    """Count of packets that the reverse-path check of the ruleset has dropped."""
    said = at.host.run("nft", "list", "counter", "inet", "taploom", "drop_rpf").split()
    return int(said[said.index("packets") + 1])
