"""A guest that gets or loses a NIC, or goes out by another one, as a plan grades it."""

from __future__ import annotations

from pathlib import Path

from tests.cases.test_led_elsewhere import told

BEFORE = (Path(__file__).parent / "guest-of-two-networks.yaml").read_text()
SPARE = "{host: hv, nics: {ops: {ipv4: 10.3.0.11}}}"


def graded(old: str, new: str) -> list[tuple[str, str, str]]:
    """Class, effect and detail of what guests notice."""
    assert BEFORE.count(old) == 1
    effects = told(BEFORE, BEFORE.replace(old, new)).disruption
    return [(one.grade.name, one.effect.name, one.detail) for one in effects if one.object == f"guest/{one.device}"]


def test_a_second_nic_is_a_device_that_is_made() -> None:
    new = "{host: hv, nics: {ops: {ipv4: 10.3.0.11, gateway: true}, back: {ipv4: 10.2.0.11}}}"
    assert graded(SPARE, new) == [("D5", "PLUGGED", "joins back")]


def test_a_second_nic_may_move_the_way_out() -> None:
    new = "{host: hv, nics: {ops: {ipv4: 10.3.0.11}, back: {ipv4: 10.2.0.11, gateway: true}}}"
    assert graded(SPARE, new) == [("D5", "PLUGGED", "joins back"), ("D4", "WAY_OUT", "ops → back")]


def test_the_way_out_moves_between_nics_that_stay() -> None:
    old = "front: {ipv4: 10.1.0.10, gateway: true}, back: {ipv4: 10.2.0.10}"
    new = "front: {ipv4: 10.1.0.10}, back: {ipv4: 10.2.0.10, gateway: true}"
    assert graded(old, new) == [("D4", "WAY_OUT", "front → back")]


def test_a_nic_that_goes_is_a_device_that_is_gone() -> None:
    assert graded("front: {ipv4: 10.1.0.10, gateway: true}, back: {ipv4: 10.2.0.10}", "front: {ipv4: 10.1.0.10}") == [
        ("D5", "REPLUGGED", "leaves back")
    ]
