"""Allocated addresses and MACs are unique and stable, and stay reserved when their guest is removed."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.sites import compiled, read

from taploom.base.address import Address, Mac, parse_prefix
from taploom.base.diagnostic import Report
from taploom.passes.allocate import allocate
from taploom.passes.lock import EMPTY, Lock, Slot, read_lock
from taploom.passes.resolve import resolve

GUESTS = st.sets(st.from_regex(r"[a-z][a-z0-9]{0,4}", fullmatch=True).filter(lambda n: n not in ("hv1", "lan", "any")))


def site(guests: set[str] | list[str], network: str = "ipv4: 10.0.0.1/24, ipv6: 'fd00::1/64', dhcp: true") -> str:
    """A site with some guests on one network, in the given order."""
    listed = "".join(f"  {name}: {{host: hv1, nics: {{lan: {{}}}}}}\n" for name in guests)
    hosts = "hosts:\n  hv1: {networks: {lan: {}}}\n"
    return f"taploom: 1\nnetworks:\n  lan: {{{network}}}\n{hosts}" + (f"guests:\n{listed}" if guests else "")


def allocated(text: str, lock: Lock = EMPTY) -> tuple[Lock, list[str]]:
    """The lock after `taploom lock`, and the messages about failures."""
    report = Report()
    document = read({"site.yaml": text}, report)[1]
    return allocate(resolve(document, report)[0], lock, report).lock, [d.message for d in report.sorted()]


def live(lock: Lock) -> dict[Slot, Address | Mac]:
    """The values of guests that exist."""
    return {slot: locked.value for slot, locked in lock.slots.items() if not locked.freed}


def reread(*locks: Lock) -> tuple[Lock, Report]:
    """Joins the lines of locks, as git's union merge does; returns the lock read from the result, and the findings."""
    report = Report()
    lines = dict.fromkeys(line for lock in locks for line in lock.text().splitlines())
    return read_lock("".join(f"{line}\n" for line in lines), "taploom.lock", report), report


@settings(max_examples=40, deadline=None)
@given(GUESTS, GUESTS)
def test_a_new_guest_renumbers_no_other(before: set[str], more: set[str]) -> None:
    first, _ = allocated(site(before))
    second, messages = allocated(site(before | more), first)
    assert messages == []
    assert live(first).items() <= live(second).items()


@settings(max_examples=40, deadline=None)
@given(GUESTS)
def test_values_are_unique_and_valid(guests: set[str]) -> None:
    lock, _ = allocated(site(guests))
    values = list(live(lock).values())
    assert len(set(values)) == len(values) == 3 * len(guests)
    for slot, value in live(lock).items():
        if isinstance(value, Mac):
            assert value.local
            assert not value.multicast
        elif slot.kind == "ipv4":
            assert 2 <= value.value - parse_prefix("10.0.0.0/24").value < 128
        else:
            assert value in parse_prefix("fd00::/64")
            assert str(value) != "fd00::1"


@settings(max_examples=40, deadline=None)
@given(GUESTS, st.randoms())
def test_the_order_of_guests_does_not_matter(guests: set[str], random: object) -> None:
    shuffled = list(guests)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert allocated(site(shuffled))[0].text() == allocated(site(sorted(guests)))[0].text()


@settings(max_examples=40, deadline=None)
@given(GUESTS, GUESTS)
def test_values_of_a_removed_guest_stay_reserved_for_it(before: set[str], after: set[str]) -> None:
    first, _ = allocated(site(before))
    second, _ = allocated(site(after), first)
    gone = before - after
    freed = {slot: locked.value for slot, locked in second.slots.items() if locked.freed}
    assert {slot.guest for slot in freed} == gone
    assert not set(freed.values()) & set(live(second).values())
    third, _ = allocated(site(before | after), second)
    assert live(first).items() <= live(third).items()


@settings(max_examples=40, deadline=None)
@given(GUESTS, GUESTS, GUESTS)
def test_two_branches_merge_without_renumbering_or_report_collisions(
    base: set[str], ours: set[str], theirs: set[str]
) -> None:
    root, _ = allocated(site(base))
    left, _ = allocated(site(base | ours), root)
    right, _ = allocated(site(base | theirs), root)
    merged, report = reread(left, right)
    # A guest of one branch collides if the other branch gave its value to another guest.
    shared = {
        value
        for slot, value in live(left).items()
        for other, also in live(right).items()
        if value == also and slot != other and (slot.kind == "mac" or slot.network == other.network)
    }
    both = {slot for slot in left.slots.keys() & right.slots.keys() if live(left)[slot] != live(right)[slot]}
    assert bool(report.diagnostics) == bool(shared or both)
    if not report.diagnostics:
        after, _ = allocated(site(base | ours | theirs), merged)
        assert live(left).items() | live(right).items() == live(after).items()


def test_a_guest_that_moves_to_another_network_frees_its_address() -> None:
    text = site(["web"])
    lock, _ = allocated(text)
    moved, _ = allocated(text.replace("lan", "dmz"), lock)
    kinds = {(slot.network, slot.kind, locked.freed) for slot, locked in moved.slots.items()}
    assert kinds == {(net, kind, net == "lan") for net in ("lan", "dmz") for kind in ("ipv4", "ipv6", "mac")}


def test_an_address_in_the_spec_is_not_allocated_again() -> None:
    network = "ipv4: 10.0.0.1/29"
    text = site(["a", "b"], network) + "".join(
        f"  c{i}: {{host: hv1, nics: {{lan: {{ipv4: 10.0.0.{i}, mac: 02:00:00:00:00:0{i}}}}}}}\n" for i in (2, 4, 6)
    )
    lock, messages = allocated(text, EMPTY)
    given_out = {str(value) for slot, value in live(lock).items() if slot.kind == "ipv4"}
    assert (given_out, messages) == ({"10.0.0.3", "10.0.0.5"}, [])


def test_a_full_network_is_reported_and_tombstones_count() -> None:
    network = "ipv4: 10.0.0.1/30"
    first, _ = allocated(site(["a"], network))
    _, messages = allocated(site(["b"], network), first)
    assert messages == ["network `lan` has no IPv4 address left for guest `b`"]


def test_a_network_of_two_addresses_has_room_for_one_guest() -> None:
    lock, messages = allocated(site(["a"], "ipv4: 10.0.0.0/31"))
    assert (str(live(lock)[Slot("a", "lan", "ipv4")]), messages) == ("10.0.0.1", [])


def test_a_small_ipv6_network_is_allocated_from_its_start() -> None:
    lock, messages = allocated(site(["a", "b"], "ipv6: 'fd00::1/126'"))
    found = {str(value) for slot, value in live(lock).items() if slot.kind == "ipv6"}
    assert (found, messages) == ({"fd00::2", "fd00::3"}, [])


def test_a_pool_in_the_middle_is_skipped() -> None:
    network = "ipv4: 10.0.0.1/28, dhcp: {pool: 10.0.0.4-10.0.0.11}"
    lock, messages = allocated(site([f"g{i}" for i in range(5)], network))
    last = {value.value & 0xFF for slot, value in live(lock).items() if slot.kind == "ipv4"}
    assert messages == []
    assert last == {2, 3, 12, 13, 14}


def test_lock_renumbers_the_guests_of_a_renumbered_network() -> None:
    lock, _ = allocated(site(["web"]))
    text = site(["web"], "ipv4: 10.9.0.1/24, ipv6: 'fd00::1/64'")
    assert compiled(text, lock.text()).codes.count("TL305") == 1
    moved, _ = allocated(text, lock)
    address = live(moved)[Slot("web", "lan", "ipv4")]
    assert isinstance(address, Address)
    assert address in parse_prefix("10.9.0.0/24")
    assert live(moved)[Slot("web", "lan", "ipv6")] == live(lock)[Slot("web", "lan", "ipv6")]


def test_a_guest_loses_an_address_that_becomes_the_gateway() -> None:
    """The new gateway of the network is an address that the lock assigns to a guest."""
    lock = read_lock("guest/web lan ipv4 10.0.0.9\nguest/web lan mac 02:00:00:00:00:09\n", "", Report())
    after, _ = allocated(site(["web"], "ipv4: 10.0.0.9/24"), lock)
    assert str(live(after)[Slot("web", "lan", "ipv4")]) != "10.0.0.9"


def test_lock_entries_at_the_ends_of_a_network_are_replaced() -> None:
    for end in ("10.0.0.0", "10.0.0.255"):
        lock = read_lock(f"guest/web lan ipv4 {end}\nguest/web lan mac 02:00:00:00:00:09\n", "", Report())
        after, _ = allocated(site(["web"], "ipv4: 10.0.0.1/24"), lock)
        assert str(live(after)[Slot("web", "lan", "ipv4")]) != end
