"""The lock file: reading, writing, line order, and collisions after a union merge."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taploom.base.address import Address, Family, Mac
from taploom.base.diagnostic import Report
from taploom.passes.lock import HEADER, Lock, Locked, Slot, read_lock

NAMES = st.from_regex(r"[a-z][a-z0-9-]{0,12}", fullmatch=True)
VALUES: dict[str, st.SearchStrategy[Address | Mac]] = {
    "ipv4": st.integers(0, 2**32 - 1).map(lambda value: Address(Family.IPV4, value)),
    "ipv6": st.integers(0, 2**128 - 1).map(lambda value: Address(Family.IPV6, value)),
    "mac": st.integers(0, 2**48 - 1).map(lambda value: Mac(value & ~(1 << 40))),
}


@st.composite
def locks(draw: st.DrawFn) -> Lock:
    """A lock in which all values are distinct."""
    entries: dict[Slot, Locked] = {}
    taken: set[object] = set()
    for guest, network, kind in draw(st.sets(st.tuples(NAMES, NAMES, st.sampled_from(sorted(VALUES))), max_size=20)):
        value = draw(VALUES[kind])
        if value not in taken:
            taken.add(value)
            entries[Slot(guest, network, kind)] = Locked(value, freed=draw(st.booleans()), span=None)
    return Lock(entries)


def read(text: str) -> tuple[dict[Slot, tuple[object, bool]], list[str]]:
    """The entries of a text, and its findings."""
    report = Report()
    lock = read_lock(text, "taploom.lock", report)
    return plain(lock), [diagnostic.message for diagnostic in report.sorted()]


def plain(lock: Lock) -> dict[Slot, tuple[object, bool]]:
    """Entries without their spans."""
    return {slot: (locked.value, locked.freed) for slot, locked in lock.slots.items()}


@settings(deadline=None)
@given(locks())
def test_a_written_lock_is_read_back(lock: Lock) -> None:
    assert read(lock.text()) == (plain(lock), [])


@settings(deadline=None)
@given(locks(), st.randoms())
def test_lines_are_sorted_by_name_in_any_insertion_order(lock: Lock, random: object) -> None:
    shuffled = list(lock.slots.items())
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert Lock(dict(shuffled)).text() == lock.text()
    lines = lock.text().splitlines()
    assert lines[0] == HEADER
    assert [line.split()[:3] for line in lines[1:]] == sorted(line.split()[:3] for line in lines[1:])


def test_spans_are_those_of_the_values() -> None:
    report = Report()
    lock = read_lock("# a comment\n\nguest/ipv4 ipv4 ipv4 10.0.0.7 freed\n", "taploom.lock", report)
    ((_, locked),) = lock.slots.items()
    assert (str(locked.span), locked.span and locked.span.end_column) == ("taploom.lock:3:22", 30)
    assert locked.freed


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("guest/web lan ipv4", "this line is no entry of a lock"),
        ("web lan ipv4 10.0.0.7", "this line is no entry of a lock"),
        ("guest/web lan ipv5 10.0.0.7", "this line is no entry of a lock"),
        ("guest/web lan ipv4 10.0.0.7 free", "this line is no entry of a lock"),
        ("guest/Web lan ipv4 10.0.0.7", "this line names no guest and network"),
        ("guest/web ../lan ipv4 10.0.0.7", "this line names no guest and network"),
        ("guest/web lan ipv4 10.0.0.777", "`10.0.0.777` is not an IP address"),
        ("guest/web lan ipv4 fd00::7", "`fd00::7` is not ipv4"),
        ("guest/web lan mac 03:00:00:00:00:07", "`03:00:00:00:00:07` is a multicast MAC"),
        ("guest/web lan mac 7", "`7` is not a MAC address such as 02:00:00:12:34:56"),
        ("||||||| base", "the lock has a merge conflict"),
    ],
)
def test_a_broken_line_is_reported_and_the_rest_is_read(line: str, message: str) -> None:
    entries, messages = read(f"{line}\nguest/db lan ipv4 10.0.0.8\n")
    assert messages == [message]
    assert list(entries) == [Slot("db", "lan", "ipv4")]


def test_a_repeated_slot_and_a_repeated_value_are_collisions() -> None:
    _, messages = read("guest/a lan ipv4 10.0.0.7\nguest/a lan ipv4 10.0.0.8\nguest/b lan ipv4 10.0.0.7\n")
    assert messages == [
        "guest `a` has two ipv4 entries on `lan`",
        "`10.0.0.7` is held by guest `a` and by guest `b`",
    ]


def test_an_address_may_repeat_across_networks_but_a_mac_may_not() -> None:
    _, messages = read("guest/a lan ipv4 10.0.0.7\nguest/b dmz ipv4 10.0.0.7\n")
    assert messages == []
    _, messages = read("guest/a lan mac 02:00:00:00:00:07\nguest/b dmz mac 02:00:00:00:00:07\n")
    assert messages == ["`02:00:00:00:00:07` is held by guest `a` and by guest `b`"]


def test_a_union_merge_of_a_guest_and_its_tombstone_is_no_collision() -> None:
    line = "guest/m lan ipv4 10.0.0.9"
    slot = Slot("m", "lan", "ipv4")
    for text in (f"{line}\n{line} freed\n", f"{line} freed\n{line}\n", f"{line}\n{line}\n"):
        entries, wrong = read(text)
        assert wrong == []
        assert entries[slot][0] == Address(Family.IPV4, 0x0A000009)
    assert read(f"{line}\nguest/m lan ipv4 10.0.0.8 freed\n")[1] == ["guest `m` has two ipv4 entries on `lan`"]
