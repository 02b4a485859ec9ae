"""Compares `reach` for the seed with a table worked out by hand from its spec and the language's definition.

policy: guests-out {from: microvm, to: internet, allow: any}, admin {from: any, to: host/hypervisor, allow: ssh}
forwards: http (tcp/80 to http-reverse-proxy), https (tcp/443 to https-reverse-proxy), on hypervisor
"""

from __future__ import annotations

import functools
from pathlib import Path

import pytest
from tests.sites import NOW, compiled

from taploom.base.address import FAMILIES, Family, in_family
from taploom.flows.packets.packet import SOURCE
from taploom.flows.reach.endpoints import Endpoint, UnknownEndError, end_of, services_of
from taploom.flows.reach.query import Inquiry
from taploom.flows.reach.reply import Reply

SEED = Path(__file__).parents[1] / "golden/seed/specs"
HTTP, HTTPS, EDGE = "http-reverse-proxy", "https-reverse-proxy", "hypervisor/eth0"
GATE = {Family.IPV4: "10.0.0.1", Family.IPV6: "fd12:3456:789a::1"}
DOCS = {Family.IPV4: "198.51.100.7", Family.IPV6: "2001:db8:f::7"}

TABLE = (
    # From outside, only the two ports and ssh to the host are open.
    ("internet", EDGE, "tcp/80", "allow", "forward/http"),
    ("internet", EDGE, "tcp/443", "allow", "forward/https"),
    ("internet", EDGE, "ssh", "allow", "policy/admin"),
    ("internet", EDGE, "tcp/79", "drop", "default"),
    ("internet", EDGE, "tcp/81", "drop", "default"),
    ("internet", EDGE, "tcp/444", "drop", "default"),
    ("internet", EDGE, "udp/80", "drop", "default"),
    ("internet", EDGE, "udp/443", "drop", "default"),
    ("internet", EDGE, "dns", "drop", "default"),
    ("internet", EDGE, "ping", "drop", "default"),
    ("internet", EDGE, "esp", "drop", "default"),
    ("internet", HTTP, "http", "drop", "default"),
    ("internet", HTTPS, "https", "drop", "default"),
    ("internet", "microvm", "ssh", "drop", "default"),
    ("internet", "microvm", "ping", "drop", "default"),
    ("internet", GATE, "ssh", "allow", "policy/admin"),
    ("internet", GATE, "http", "drop", "default"),
    (DOCS, EDGE, "http", "allow", "forward/http"),
    (DOCS, EDGE, "ssh", "allow", "policy/admin"),
    (DOCS, HTTP, "http", "drop", "default"),
    (DOCS, GATE, "https", "drop", "default"),
    # Guests may send anything to the outside.
    (HTTP, "internet", "https", "allow", "policy/guests-out"),
    (HTTPS, "internet", "smtp", "allow", "policy/guests-out"),
    ("microvm", "internet", "dns", "allow", "policy/guests-out"),
    ("microvm", "internet", "ping", "allow", "policy/guests-out"),
    ("microvm", "internet", "esp", "allow", "policy/guests-out"),
    ("microvm", DOCS, "udp/40000", "allow", "policy/guests-out"),
    # Guests on one bridge reach each other without restriction.
    (HTTP, HTTPS, "https", "allow", "implied/bridge"),
    (HTTPS, HTTP, "tcp/1", "allow", "implied/bridge"),
    (HTTP, HTTPS, "ping", "allow", "implied/bridge"),
    # At the uplink's address, guests reach only the forwards and ssh to the host.
    (HTTPS, EDGE, "http", "allow", "forward/http"),
    (HTTP, EDGE, "https", "allow", "forward/https"),
    (HTTP, EDGE, "http", "allow", "forward/http"),
    (HTTP, EDGE, "ssh", "allow", "policy/admin"),
    (HTTP, EDGE, "tcp/8080", "drop", "default"),
    (HTTP, EDGE, "ping", "drop", "default"),
    # At their gateway address, guests reach the host; forwards do not apply there.
    (HTTP, GATE, "ssh", "allow", "policy/admin"),
    (HTTP, GATE, "http", "drop", "default"),
    (HTTP, GATE, "https", "drop", "default"),
    (HTTP, GATE, "dns", "drop", "default"),
    (HTTP, GATE, "ping", "drop", "default"),
    ("any", "host/hypervisor", "ssh", "allow", "policy/admin"),
    # The host may send anything, and reaches the forwards at its own uplink address.
    ("host/hypervisor", "internet", "https", "allow", "implied/output"),
    ("host/hypervisor", HTTP, "ssh", "allow", "implied/output"),
    ("host/hypervisor", "microvm", "ping", "allow", "implied/output"),
    ("host/hypervisor", EDGE, "http", "allow", "forward/http"),
    ("host/hypervisor", EDGE, "https", "allow", "forward/https"),
)


@functools.cache
def inquiry() -> Inquiry:
    lock = SEED / "taploom.lock"
    return Inquiry(compiled((SEED / "seed.yaml").read_text(), lock.read_text() if lock.exists() else None).plan, NOW)


def end(text: object, family: Family) -> Endpoint:
    return end_of(inquiry().index, text if isinstance(text, str) else text[family])  # type: ignore[index]


def ask(source: object, to: object, service: str, family: Family) -> list[Reply]:
    known = inquiry()
    found = known.ask(end(source, family), end(to, family), services_of(known.index, service))
    return [reply for reply in found if reply.family is family]


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.key)
@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row[0]}-{row[1]}-{row[2]}")
def test_row(row: tuple[str, str, str, str, str], family: Family) -> None:
    source, to, service, verdict, by = row
    found = ask(source, to, service, family)
    assert found
    assert {(reply.verdict, reply.decided_by) for reply in found} == {(verdict, by)}


def test_table_has_enough_rows() -> None:
    assert len(TABLE) * len(FAMILIES) >= 60


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.key)
def test_forward_from_outside_shows_the_guest_s_address(family: Family) -> None:
    (reply,) = ask("internet", EDGE, "http", family)
    destination = reply.hops[0].answer.destination
    assert destination is not None
    assert destination.port == 0
    guest = next(g for g in inquiry().plan.guests if g.name == HTTP).nics[0]
    address = in_family(guest, family).address
    assert address is not None
    assert destination.address == address.value
    assert reply.hops[0].answer.source is None
    assert reply.span is not None


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.key)
def test_hairpin_masquerades_the_guest(family: Family) -> None:
    (reply,) = ask(HTTPS, EDGE, "http", family)
    source = reply.hops[0].answer.source
    assert source is not None
    assert source.kind == "masquerade"
    assert any("dnat-inside" in step for step in reply.hops[0].steps)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.key)
def test_guests_leave_with_the_host_s_address(family: Family) -> None:
    (reply,) = ask(HTTP, "internet", "https", family)
    source = reply.hops[0].answer.source
    assert source is not None
    assert source.kind == "masquerade"
    assert "nat/microvm" in reply.hops[0].steps[-1]


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.key)
def test_a_question_about_any_is_answered_in_parts(family: Family) -> None:
    """A guest's traffic to `any` has different answers for the outside, its neighbours and the rest."""
    found = ask(HTTP, "any", "tcp/7777", family)
    assert {(r.verdict, r.decided_by) for r in found} == {
        ("allow", "policy/guests-out"),
        ("allow", "implied/bridge"),
        ("drop", "default"),
    }
    for one in found:
        assert one.box[SOURCE] == found[0].box[SOURCE]


@pytest.mark.parametrize(
    ("text", "words"),
    [("nobody", "no `nobody`"), ("guest/nobody", "no `guest/nobody`"), ("10.0.0.1/8", "host bits"),
     ("hypervisor/eth9", "no uplink `eth9`"), ("300.1.1.1", "not an IP address")],
)  # fmt: skip
def test_unknown_end_is_refused_with_a_reason(text: str, words: str) -> None:
    with pytest.raises(UnknownEndError, match=words):
        end_of(inquiry().index, text)


@pytest.mark.parametrize("text", ["tcp/99999", "nothing", "tcp/1-", "icmp/300", "frob/1"])
def test_unknown_service_is_refused(text: str) -> None:
    with pytest.raises(UnknownEndError):
        services_of(inquiry().index, text)
