"""The diff follows owners of addresses: a swap of two addresses changes no flow, but taking over an address does."""

from __future__ import annotations

from pathlib import Path

from tests.cases.test_led_elsewhere import BEFORE, compared, exposed

from taploom.diff.gates import EXPOSURE
from taploom.diff.verdicts import VerdictChange

HERE = Path(__file__).parent
NICS = (HERE / "guest-of-two-networks.yaml").read_text()
LITERAL = "  open: {from: any, to: 10.0.0.10, allow: tcp/9}\n"


def swapped(text: str, one: str, other: str) -> str:
    assert text.count(one) == text.count(other) == 1
    return text.replace(one, "THERE").replace(other, one).replace("THERE", other)


def test_a_swap_of_addresses_changes_no_flow() -> None:
    change = compared(NICS, swapped(NICS, "{ipv4: 10.3.0.10}", "{ipv4: 10.3.0.11}"))
    assert [one for one in change.flows if not one.readdressed and not one.implied] == []
    assert {(*one.sources, *one.destinations) for one in change.flows if one.after.by == "policy/scrape"} == {
        ("guest/probe", "network/back")
    }


def test_a_swap_of_addresses_behind_a_forward_exposes_no_guest() -> None:
    change = compared(BEFORE, swapped(BEFORE, "{ipv4: 10.0.0.10}", "{ipv4: 10.0.0.11}"))
    assert exposed(change) == []
    assert {one.gate for one in change.failed_gates} == set()
    assert [one for one in change.flows if not one.readdressed and not one.implied] == []


def test_a_guest_that_takes_over_an_address_behind_a_forward_is_newly_exposed() -> None:
    after = BEFORE.replace("  web: {host: hv, nics: {lan: {ipv4: 10.0.0.10}}}\n", "")
    after = after.replace("{ipv4: 10.0.0.11}", "{ipv4: 10.0.0.10}").replace("to: web", "to: payroll")
    change = compared(BEFORE, after)
    assert {name for names in exposed(change) for name in names if "/" in name} >= {"guest/payroll", "forward/files"}
    assert EXPOSURE in {one.gate for one in change.failed_gates}


def test_an_entry_with_a_literal_address_applies_to_its_new_owner() -> None:
    before = BEFORE + LITERAL
    change = compared(before, swapped(before, "{ipv4: 10.0.0.10}", "{ipv4: 10.0.0.11}"))
    rows = {(one.change, *one.destinations) for one in change.flows if "policy/open" in (one.before.by, one.after.by)}
    assert rows == {(VerdictChange.BLOCKED, "guest/web"), (VerdictChange.ALLOWED, "guest/payroll")}
