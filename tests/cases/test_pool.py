"""`taploom reach` answers for a guest with an address from a DHCP pool: for all that it can be given."""

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


def test_what_it_sends_is_judged_for_the_pool() -> None:
    assert answers(SPEC, "temp", "probe", "http") == [
        ("allow", "policy/look", ["10.1.0.200-10.1.0.220"], [LEARNED]),
    ]
    assert answers(SPEC, "guest/temp", "probe", "ssh")[0][:2] == ("drop", "default")
    assert f"  {LEARNED}\n" in reach_text(asked(SPEC, "temp", "probe", "http"))


def test_what_it_is_sent_is_judged_for_the_pool() -> None:
    (found,) = json.loads(reach_json(asked(SPEC, "probe", "temp", "tcp/9")))["answers"]
    assert (found["verdict"], found["destinations"]) == ("drop", ["10.1.0.200-10.1.0.220"])
    assert found["notes"] == [LEARNED]
    assert answers(SPEC, "db", "temp", "tcp/9")[0][:2] == ("allow", "implied/bridge")


def test_who_is_known_to_have_an_address_leaves_it_out_of_the_pool() -> None:
    held = SPEC.replace("  spare: {host: hv, nics: {ops:", "  spare: {host: hv, nics: {front: {ipv4: 10.1.0.204}, ops:")
    assert held != SPEC
    ((_, _, sources, notes),) = answers(held, "temp", "probe", "http")
    assert sources == ["10.1.0.200/30", "10.1.0.205-10.1.0.220"]
    assert notes == ["the address of temp is learned by DHCP, one of 10.1.0.200/30, 10.1.0.205-10.1.0.220"]


def test_what_hangs_on_the_address_that_it_is_given_is_told_in_parts() -> None:
    some = SPEC + "  some: {from: 10.1.0.208/29, to: probe, allow: ssh}\n"
    found = {one[0]: one[3] for one in answers(some, "temp", "probe", "ssh")}
    assert found == {
        "allow": ["the address of temp is learned by DHCP, one of 10.1.0.208/29"],
        "drop": ["the address of temp is learned by DHCP, one of 10.1.0.200/29, 10.1.0.216-10.1.0.220"],
    }


def test_guests_with_a_tag_are_asked_for_with_their_pools() -> None:
    tagged = SPEC.replace("temp:  {host: hv, ", "temp:  {host: hv, tags: [visitor], ")
    assert answers(tagged, "tag/visitor", "probe", "http") == [
        ("allow", "policy/look", ["10.1.0.200-10.1.0.220"], [LEARNED]),
    ]
