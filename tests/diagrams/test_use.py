"""Compares the free address ranges of a network with ranges worked out by hand."""

from dataclasses import replace

from tests.plans import seed

from taploom.base.address import parse_interface
from taploom.diagrams.use import uses


def test_free_ranges_lie_between_gateway_guests_and_pool() -> None:
    plan = seed()
    four, six = uses(plan, plan.networks[0])
    # 10.0.0.1 is the gateway, .10 and .11 are guests, .128 to .254 is the pool.
    assert [(str(run.first), str(run.last), run.what) for run in four.ranges] == [
        ("10.0.0.2", "10.0.0.9", "free"),
        ("10.0.0.12", "10.0.0.127", "free"),
        ("10.0.0.128", "10.0.0.254", "DHCP pool"),
    ]
    assert (four.usable, len(four.taken), str(four.next)) == (254, 3, "10.0.0.2")
    found = [(str(run.first), str(run.last)) for run in six.ranges]
    # ::1 is the gateway, ::10 and ::11 are guests.
    assert found == [
        ("fd12:3456:789a::2", "fd12:3456:789a::f"),
        ("fd12:3456:789a::12", "fd12:3456:789a:0:ffff:ffff:ffff:ffff"),
    ]
    assert (str(six.next), six.usable) == ("fd12:3456:789a::2", (1 << 64) - 1)


def test_a_full_network_has_no_next_address() -> None:
    plan = seed()
    network = replace(plan.networks[0], ipv4=parse_interface("10.0.0.1/32"), ipv6=None)
    (use,) = uses(replace(plan, guests=(), hosts=()), replace(network, host="hypervisor"))
    assert (use.usable, use.next, use.ranges) == (1, None, ())


def test_both_addresses_of_a_point_to_point_prefix_are_usable() -> None:
    plan = seed()
    network = replace(plan.networks[0], ipv4=parse_interface("10.0.0.0/31"), ipv6=None)
    (use,) = uses(replace(plan, guests=(), hosts=()), network)
    assert (use.usable, str(use.next)) == (2, "10.0.0.1")
