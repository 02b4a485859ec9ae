"""Guests that reach another host with the address of their own host: a finding names entries that do not admit them."""

from __future__ import annotations

from pathlib import Path

from tests.sites import compiled

from taploom.base.address import Family
from taploom.flows.reach.endpoints import end_of, services_of
from taploom.flows.reach.query import Inquiry

TEXT = (Path(__file__).parent / "guests-of-two-translating-hosts.yaml").read_text(encoding="utf-8")


def verdicts(text: str, source: str, to: str, service: str) -> set[tuple[str, str]]:
    inquiry = Inquiry(compiled(text).plan, 1_800_000_000)
    names = inquiry.index
    replies = inquiry.ask(end_of(names, source), end_of(names, to), services_of(names, service))
    return {(reply.verdict, reply.decided_by) for reply in replies if reply.family is Family.IPV4}


def test_an_entry_from_any_that_does_not_admit_translated_guests_is_reported() -> None:
    site = compiled(TEXT)
    (found,) = site.of("TL618")
    assert found.subject == "policy/admin"
    assert "packets of network `vms` reach host `b` with a source address of host `a`" in found.message
    assert verdicts(TEXT, "web", "198.51.100.11", "ssh") == {("drop", "default")}


def test_a_forward_from_any_admits_translated_guests() -> None:
    assert verdicts(TEXT, "web", "198.51.100.11", "tcp/5432") == {("allow", "forward/db")}


def test_the_advice_of_the_finding_works() -> None:
    routed = TEXT.replace(
        "networks: {vms2: {taps: vm-*}}",
        "networks: {vms2: {taps: vm-*}}\n    routes: {vms: {to: 10.9.0.0/24, via: 198.51.100.10}}",
    ).replace(
        "networks: {vms: {taps: vm-*}}",
        "networks: {vms: {taps: vm-*}}\n    routes: {vms2: {to: 10.9.1.0/24, via: 198.51.100.11}}",
    )
    assert compiled(routed).of("TL618") == []
    assert verdicts(routed, "web", "198.51.100.11", "ssh") == {("allow", "policy/admin")}
    named = TEXT.replace("admin: {from: any", "admin: {from: [any, hosts]")
    assert compiled(named).of("TL618") == []
    assert verdicts(named, "web", "198.51.100.11", "ssh") == {("allow", "policy/admin")}
