"""Units of random hosts: they print as meant, use only keys of the target version, and each link gets the right one."""

from __future__ import annotations

import re
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import partial

import pytest
from hypothesis import Phase, given, settings
from tests.backends.keys import SINCE
from tests.backends.running import OLDEST, files, link
from tests.backends.strategies import BAD, guests, hosts, interfaces
from tests.support import needs

from taploom.backends import guest as guest_backend
from taploom.backends import networkd, sysctl
from taploom.backends.units.printer import text
from taploom.backends.units.tree import Unit, UnitKind, stem
from taploom.base.names import interface_problem
from taploom.lab.namespace import Namespace
from taploom.lab.networkd import Networkd
from taploom.lab.session import Lab
from taploom.lab.waiting import wait_for
from taploom.plan.guest import Guest
from taploom.plan.host import Host


def matches(unit: Unit, name: str, kind: str) -> bool:
    """Whether a unit matches a link; follows the rules of systemd.network(5) and does not use the backend."""
    conditions: dict[str, list[str]] = {}
    for section in unit.sections:
        if section.name == "Match":
            for entry in section.assignments:
                conditions.setdefault(entry.key, []).append(str(entry.value))
    assert set(conditions) <= {"Name", "Kind"}
    patterns = [word for line in conditions["Name"] for word in line.split()]
    return any(fnmatchcase(name, p) for p in patterns) and conditions.get("Kind", [kind]) == [kind]


def taken_by(units: tuple[Unit, ...], name: str, kind: str) -> str:
    """Name of the first unit that matches a link, or ""."""
    ours = sorted((u for u in units if u.kind is UnitKind.NETWORK), key=lambda u: u.name)
    return next((unit.name for unit in ours if matches(unit, name, kind)), "")


def setting(unit: Unit, section: str, key: str) -> object:
    """The only value of a key in a section of a unit."""
    (found,) = (e.value for s in unit.sections if s.name == section for e in s.assignments if e.key == key)
    return found


@given(hosts())
def test_networkd_chooses_the_intended_unit_for_each_link(host: Host) -> None:
    units = networkd.units(host)
    by_name = {unit.name: unit for unit in units}
    for uplink in host.uplinks:
        for kind in ("", "veth", "tun", "bridge"):
            taken = taken_by(units, uplink.name, kind)
            if uplink.configured:
                assert taken.startswith("05-taploom-")
            elif kind != "tun":  # TL505 reports a foreign TAP that matches a pattern
                assert taken == ""
    for bridge in host.bridges:
        assert by_name[taken_by(units, bridge.device, "bridge")].stem == stem(6, bridge.device)
        for port in bridge.ports:
            assert setting(by_name[taken_by(units, port.tap, "tun")], "Network", "Bridge") == bridge.device
            assert taken_by(units, port.tap, "veth") == ""


@given(hosts())
def test_file_names_contain_taploom_and_sort_before_those_of_others(host: Host) -> None:
    found = [artifact.path for artifact in networkd.artifacts(host)]
    assert len(found) == len(set(found))
    assert found == sorted(found)
    for path in found:
        assert re.fullmatch(r"hosts/hv/networkd/0[5-8]-taploom-[A-Za-z0-9._-]+\.(network|netdev)", path)


def _parsed(printed: str) -> list[tuple[str, str, str]]:
    """Assignments of a printed unit, parsed by the rules of systemd.syntax(7): section, key, value."""
    found, section = [], ""
    for line in printed.splitlines():
        assert not line.startswith(("#", ";"))
        if head := re.fullmatch(r"\[(\w+)\]", line):
            section = head[1]
        elif line:
            key, _, value = line.partition("=")
            found.append((section, key, value))
    return found


@given(hosts())
def test_a_printed_unit_has_exactly_the_assignments_of_its_tree(host: Host) -> None:
    printed = files(networkd.artifacts(host))
    for unit in networkd.units(host):
        meant = [
            (section.name, entry.key, text(entry.value)) for section in unit.sections for entry in section.assignments
        ]
        assert _parsed(printed[unit.name]) == meant


@given(hosts(), guests())
def test_every_key_exists_in_the_target_version_of_systemd(host: Host, guest: Guest) -> None:
    for unit in networkd.units(host) + guest_backend.units(guest):
        for section in unit.sections:
            for entry in section.assignments:
                assert SINCE[unit.kind][section.name][entry.key] <= host.target.systemd, f"{section.name}.{entry.key}"


@given(hosts())
def test_persistent_leases_are_disabled_in_versions_that_have_them(host: Host) -> None:
    servers = [s for unit in networkd.units(host) for s in unit.sections if s.name == "DHCPServer"]
    for server in servers:
        kept = [entry.value for entry in server.assignments if entry.key == "PersistLeases"]
        assert kept == ([False] if host.target.systemd >= 256 else [])


@given(guests())
def test_a_guest_has_a_unit_for_each_nic_and_gateways_only_on_its_default_route(guest: Guest) -> None:
    units = guest_backend.units(guest)
    assert [setting(u, "Match", "MACAddress") for u in units] == [str(nic.mac) for nic in guest.nics]
    for unit, nic in zip(units, guest.nics, strict=True):
        main = [s for s in unit.sections if "Table" not in {entry.key for entry in s.assignments}]
        gateways = {e.key: e.value for s in main for e in s.assignments if e.key in ("Gateway", "UseGateway")}
        assert nic.default_route or set(gateways.values()) <= {False}


@given(guests())
def test_a_guest_of_several_nics_has_a_routing_table_for_each(guest: Guest) -> None:
    """The table has a rule, an on-link route and a default route per family; a guest with one NIC has no table."""
    tables: list[set[object]] = []
    for unit, nic in zip(guest_backend.units(guest), guest.nics, strict=True):
        said = [
            {e.key: e.value for e in s.assignments} for s in unit.sections if "Table" in {e.key for e in s.assignments}
        ]
        families = [side for side in (nic.ipv4, nic.ipv6) if side.gateway] if len(guest.nics) > 1 else []
        assert [fields["Gateway"] for fields in said if "Gateway" in fields] == [str(f.gateway) for f in families]
        assert len([1 for fields in said if "From" in fields]) == len(families)
        assert {fields["From"] for fields in said if "From" in fields} == {
            fields["Destination"] for fields in said if "Destination" in fields
        }
        tables.append({fields["Table"] for fields in said})
    used = [table for found in tables for table in found]
    assert len(used) == len(set(used))


@given(interfaces, interfaces)
def test_different_interfaces_have_different_file_names(one: str, other: str) -> None:
    assert (stem(10, one) == stem(10, other)) == (one == other)


@given(hosts())
def test_sysctls_name_only_interfaces_of_the_host(host: Host) -> None:
    for found in sysctl.settings(host):
        assert "=" not in found.key
        first = min(found.key.find(c) for c in "./" if c in found.key)
        parts = found.key.split(found.key[first])
        assert parts[3] in {"all", *(uplink.name for uplink in host.uplinks)}


@pytest.mark.parametrize("value", ["a\nb", " a", "a ", "a\\", "50%", "a\x00", "a\u2028b"])
def test_a_value_that_networkd_would_parse_differently_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="a unit file cannot hold this value"):
        text(value)


def _master(machine: Namespace, tap: str) -> object:
    return link(machine, tap).get("master")


@needs("root", "tun", "networkd", "ip", "unshare", "nsenter")
@pytest.mark.kernel
@settings(max_examples=12, deadline=None, phases=[Phase.generate], derandomize=True)
@given(hosts(bridges_at_least=1))
def test_networkd_accepts_the_worst_names_without_complaint(host: Host) -> None:
    with Lab() as lab:
        machine, other = lab.machine("hv"), lab.machine("other")
        taps = [port.tap for bridge in host.bridges if not bridge.taps.create for port in bridge.ports]
        readable = replace(host, target=replace(host.target, systemd=OLDEST))  # valid for any installed networkd
        daemon = Networkd(machine, files(networkd.artifacts(readable)))
        for bridge in host.bridges:
            wait_for(partial(link, machine, bridge.device), f"bridge {bridge.device}")
        for number, tap in enumerate(taps):
            lab.tap(machine, tap, other, f"n{number}", f"02:00:00:00:00:{number:02x}")
        for bridge in host.bridges:
            for port in bridge.ports:
                wait_for(partial(_master, machine, port.tap), f"{port.tap} on {bridge.device}")
                assert _master(machine, port.tap) == bridge.device
        assert daemon.complaints() == ()


JUDGED = (
    "+1",
    "0x1",
    "0X1f",
    "0b1",
    "0o7",
    "007",
    "12",
    "all",
    "default",
    "sixteen-bytes-xx",
    "-1",
    "1e1",
    "+",
    "1.2",
    *BAD,
)


@needs("root", "networkd", "ip", "unshare", "nsenter")
@pytest.mark.kernel
def test_networkd_and_taploom_agree_on_valid_interface_names() -> None:
    """If networkd ignored a `Name=`, its `[Match]` would match every link. (Names with `=` only break sysctl.)"""
    judged = [name for name in JUDGED if "=" not in name]
    units = {f"20-{n}.netdev": f"[NetDev]\nName={name}\nKind=bridge\n" for n, name in enumerate(judged)}
    with Lab() as lab:
        said = "\n".join(Networkd(lab.machine("hv"), units).complaints())
    refused = {name for n, name in enumerate(judged) if f"/20-{n}.netdev:2:" in said}
    assert refused == {name for name in judged if interface_problem(name)}
