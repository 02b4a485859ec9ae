"""Kernel settings of a host: systemd-sysctl applies them as on a real host, and they equal values written by hand."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests import plans
from tests.backends import variants
from tests.support import needs

from taploom.backends import sysctl
from taploom.lab.session import Lab
from taploom.plan.host import Host, Learned, Uplink

TOOL = Path("/lib/systemd/systemd-sysctl")
NAMES = ("eth0", "eth0.5", "a,b", "--x", "#1", "(x)")


def listening(*names: str) -> tuple[Uplink, ...]:
    """Uplinks that accept router advertisements."""
    return tuple(
        Uplink(n, "internet", None, Learned.RA, (), None, plans.origin(f"hosts.hv.{n}")) for n in sorted(names)
    )


def shown(host: Host) -> dict[str, int]:
    return {setting.key: setting.value for setting in sysctl.settings(host)}


@needs("root", "tun", "networkd", "ip", "unshare", "nsenter")
@pytest.mark.kernel
def test_systemd_sysctl_sets_the_right_keys_for_any_interface_name() -> None:
    host = variants.host(variants.bridge("lan", "10.1.0.1/24", "fd01::1/64"), uplinks=listening(*NAMES))
    (artifact,) = sysctl.artifacts(host)
    with Lab() as lab:
        machine, other = lab.machine("hv"), lab.machine("other")
        for number, name in enumerate(NAMES):
            lab.tap(machine, name, other, f"n{number}", f"02:00:00:00:00:{number:02x}")
        machine.write("/run/60-taploom.conf", artifact.text)
        assert machine.run(str(TOOL), "/run/60-taploom.conf", check=False) == ""
        for name in NAMES:
            assert machine.run("cat", f"/proc/sys/net/ipv6/conf/{name}/accept_ra").strip() == "2"
        for family in ("ipv4", "ipv6"):
            assert machine.run("cat", f"/proc/sys/net/{family}/conf/all/forwarding").strip() == "1"


def test_a_host_forwards_the_families_of_its_networks() -> None:
    only6 = variants.bridge("lan", "", "fd01::1/64")
    assert shown(variants.host(only6)) == {"net.ipv6.conf.all.forwarding": 1}
    assert shown(variants.host(variants.bridge("lan", "10.1.0.1/24"))) == {"net.ipv4.conf.all.forwarding": 1}


def test_a_host_without_networks_gets_no_file() -> None:
    """A host without networks forwards nothing, so it keeps its own settings."""
    fixed = replace(listening("eth0")[0], ipv6=None, ipv4=Learned.DHCP)
    assert sysctl.artifacts(variants.host(uplinks=(fixed,))) == ()


def crowded(count: int) -> Host:
    ports = tuple(variants.port(f"g{n}", f"t{n}", "lan") for n in range(count))
    return variants.host(variants.bridge("lan", "10.1.0.1/20", "fd01::1/64", ports=ports))


def thresholds(host: Host) -> dict[str, list[int]]:
    """Thresholds 1 to 3 of the neighbour table, by family."""
    settings = shown(host)
    keys = {f: [f"net.{f}.neigh.default.gc_thresh{n}" for n in (1, 2, 3)] for f in ("ipv4", "ipv6")}
    return {family: [settings[key] for key in of] for family, of in keys.items() if of[0] in settings}


@pytest.mark.parametrize(
    ("guests", "expected"),
    [
        (256, {}),
        (257, {"ipv6": [256, 1024, 2048]}),
        (512, {"ipv6": [256, 1024, 2048]}),
        (513, {"ipv4": [256, 1024, 2048], "ipv6": [512, 2048, 4096]}),
        (1023, {"ipv4": [256, 1024, 2048], "ipv6": [512, 2048, 4096]}),
    ],
)
def test_neighbour_tables_grow_with_the_guests(guests: int, expected: dict[str, list[int]]) -> None:
    """A table has room for twice the guests' addresses (one IPv4, two IPv6 each), rounded up to a power of two.

    The kernel's default of 1024 stays if it is enough.
    """
    assert thresholds(crowded(guests)) == expected
    for most in thresholds(crowded(guests)).values():
        assert most[2] > guests


def test_guests_of_all_networks_share_a_neighbour_table() -> None:
    (bridge,) = crowded(300).bridges
    other = replace(bridge, network="dmz", device="br-dmz")
    assert thresholds(replace(crowded(1), bridges=(bridge, other)))["ipv4"] == [256, 1024, 2048]


@pytest.mark.kernel
def test_the_kernel_has_the_sysctls_of_the_neighbour_table() -> None:
    """These sysctls exist only in the initial network namespace; systemd-sysctl would skip an unknown name silently."""
    for key in shown(crowded(600)):
        if "neigh" in key:
            assert Path("/proc/sys", *key.split(".")).is_file()
