"""`taploom reach` for a guest with an address from a DHCP pool: it answers for all addresses that the guest can get."""

from __future__ import annotations

import json
from pathlib import Path

from tests.sites import compiled

from taploom.flows.reach.endpoints import end_of, services_of
from taploom.flows.reach.query import Inquiry
from taploom.report.reach import Asked, reach_json, reach_text

SPEC = (Path(__file__).parent / "guest-of-two-networks.yaml").read_text()
LEARNED = "the address of temp is learned by DHCP, one of 10.1.0.200-10.1.0.220"


def asked(spec: str, source: str, to: str, service: str) -> Asked:
    inquiry = Inquiry(compiled(spec).plan, 0)
    ends = end_of(inquiry.index, source), end_of(inquiry.index, to)
    return Asked(source, to, service, inquiry, inquiry.ask(*ends, services_of(inquiry.index, service)))


def answers(spec: str, source: str, to: str, service: str) -> list[tuple[str, str, list[str], list[str]]]:
    found = json.loads(reach_json(asked(spec, source, to, service)))["answers"]
    return [(one["verdict"], one["decided_by"], one["sources"], one["notes"]) for one in found]


def test_packets_from_the_guest_are_judged_for_the_whole_pool() -> None:
    assert answers(SPEC, "temp", "probe", "http") == [
        ("allow", "policy/look", ["10.1.0.200-10.1.0.220"], [LEARNED]),
    ]
    assert answers(SPEC, "guest/temp", "probe", "ssh")[0][:2] == ("drop", "default")
    assert f"  {LEARNED}\n" in reach_text(asked(SPEC, "temp", "probe", "http"))


def test_packets_to_the_guest_are_judged_for_the_whole_pool() -> None:
    (found,) = json.loads(reach_json(asked(SPEC, "probe", "temp", "tcp/9")))["answers"]
    assert (found["verdict"], found["destinations"]) == ("drop", ["10.1.0.200-10.1.0.220"])
    assert found["notes"] == [LEARNED]
    assert answers(SPEC, "db", "temp", "tcp/9")[0][:2] == ("allow", "implied/bridge")


def test_the_fixed_address_of_another_guest_is_not_in_the_pool() -> None:
    held = SPEC.replace("  spare: {host: hv, nics: {ops:", "  spare: {host: hv, nics: {front: {ipv4: 10.1.0.204}, ops:")
    assert held != SPEC
    ((_, _, sources, notes),) = answers(held, "temp", "probe", "http")
    assert sources == ["10.1.0.200/30", "10.1.0.205-10.1.0.220"]
    assert notes == ["the address of temp is learned by DHCP, one of 10.1.0.200/30, 10.1.0.205-10.1.0.220"]


def test_if_the_verdict_depends_on_the_address_the_answer_has_parts() -> None:
    some = SPEC + "  some: {from: 10.1.0.208/29, to: probe, allow: ssh}\n"
    found = {one[0]: one[3] for one in answers(some, "temp", "probe", "ssh")}
    assert found == {
        "allow": ["the address of temp is learned by DHCP, one of 10.1.0.208/29"],
        "drop": ["the address of temp is learned by DHCP, one of 10.1.0.200/29, 10.1.0.216-10.1.0.220"],
    }


def test_a_query_for_a_tag_includes_the_pools_of_its_guests() -> None:
    tagged = SPEC.replace("temp:  {host: hv, ", "temp:  {host: hv, tags: [visitor], ")
    assert answers(tagged, "tag/visitor", "probe", "http") == [
        ("allow", "policy/look", ["10.1.0.200-10.1.0.220"], [LEARNED]),
    ]
