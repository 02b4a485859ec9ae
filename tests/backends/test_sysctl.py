"""Kernel settings, applied by the tool that reads them on a real host."""

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
    """Uplinks that take router advertisements."""
    return tuple(
        Uplink(n, "internet", None, Learned.RA, (), None, plans.origin(f"hosts.hv.{n}")) for n in sorted(names)
    )


def shown(host: Host) -> dict[str, int]:
    return {setting.key: setting.value for setting in sysctl.settings(host)}


@needs("root", "tun", "networkd", "ip", "unshare", "nsenter")
@pytest.mark.kernel
def test_the_tool_sets_what_is_meant_whatever_the_interface_is_called() -> None:
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


def test_a_host_forwards_what_its_networks_have() -> None:
    only6 = variants.bridge("lan", "", "fd01::1/64")
    assert shown(variants.host(only6)) == {"net.ipv6.conf.all.forwarding": 1}
    assert shown(variants.host(variants.bridge("lan", "10.1.0.1/24"))) == {"net.ipv4.conf.all.forwarding": 1}


def test_a_host_without_networks_gets_no_file() -> None:
    """A machine that forwards nothing of ours keeps its own settings."""
    fixed = replace(listening("eth0")[0], ipv6=None, ipv4=Learned.DHCP)
    assert sysctl.artifacts(variants.host(uplinks=(fixed,))) == ()


def crowded(count: int) -> Host:
    ports = tuple(variants.port(f"g{n}", f"t{n}", "lan") for n in range(count))
    return variants.host(variants.bridge("lan", "10.1.0.1/20", "fd01::1/64", ports=ports))


def thresholds(host: Host) -> dict[str, list[int]]:
    """The thresholds of both families, the lowest first."""
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
def test_the_tables_of_neighbours_grow_with_the_guests(guests: int, expected: dict[str, list[int]]) -> None:
    """Twice one address of IPv4 and two of IPv6 a guest, rounded up to a power of two; the kernel's 1024 otherwise."""
    assert thresholds(crowded(guests)) == expected
    for most in thresholds(crowded(guests)).values():
        assert most[2] > guests


def test_the_guests_of_all_networks_share_a_table() -> None:
    (bridge,) = crowded(300).bridges
    other = replace(bridge, network="dmz", device="br-dmz")
    assert thresholds(replace(crowded(1), bridges=(bridge, other)))["ipv4"] == [256, 1024, 2048]


@pytest.mark.kernel
def test_the_kernel_has_what_is_set() -> None:
    """Linux has them once for the machine: a name that it does not know would be passed over without a word."""
    for key in shown(crowded(600)):
        if "neigh" in key:
            assert Path("/proc/sys", *key.split(".")).is_file()
