"""Disruption class of a change that adds or removes a guest's NIC, or moves its default route to another NIC."""

from __future__ import annotations

from pathlib import Path

from tests.cases.test_led_elsewhere import compared

BEFORE = (Path(__file__).parent / "guest-of-two-networks.yaml").read_text()
SPARE = "{host: hv, nics: {ops: {ipv4: 10.3.0.11}}}"


def graded(old: str, new: str) -> list[tuple[str, str, str]]:
    """Disruptions of guests by an edit of the case: class, effect and detail of each."""
    assert BEFORE.count(old) == 1
    effects = compared(BEFORE, BEFORE.replace(old, new)).disruption
    return [(one.grade.name, one.effect.name, one.detail) for one in effects if one.object == f"guest/{one.device}"]


def test_a_second_nic_plugs_in_a_device() -> None:
    new = "{host: hv, nics: {ops: {ipv4: 10.3.0.11, gateway: true}, back: {ipv4: 10.2.0.11}}}"
    assert graded(SPARE, new) == [("D5", "PLUGGED", "joins back")]


def test_a_second_nic_may_move_the_default_route() -> None:
    new = "{host: hv, nics: {ops: {ipv4: 10.3.0.11}, back: {ipv4: 10.2.0.11, gateway: true}}}"
    assert graded(SPARE, new) == [("D5", "PLUGGED", "joins back"), ("D4", "WAY_OUT", "ops → back")]


def test_the_default_route_may_move_between_existing_nics() -> None:
    old = "front: {ipv4: 10.1.0.10, gateway: true}, back: {ipv4: 10.2.0.10}"
    new = "front: {ipv4: 10.1.0.10}, back: {ipv4: 10.2.0.10, gateway: true}"
    assert graded(old, new) == [("D4", "WAY_OUT", "front → back")]


def test_a_removed_nic_unplugs_a_device() -> None:
    assert graded("front: {ipv4: 10.1.0.10, gateway: true}, back: {ipv4: 10.2.0.10}", "front: {ipv4: 10.1.0.10}") == [
        ("D5", "REPLUGGED", "leaves back")
    ]
