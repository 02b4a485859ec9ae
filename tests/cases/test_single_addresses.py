"""Uplinks with prefixes of one or two addresses, as on rented servers and point-to-point lines, on a real kernel."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.sites import compiled
from tests.support import needs

CASES = Path(__file__).parent
COMMAND = str(Path(sys.executable).with_name("taploom"))
OTHER_SIDE = (
    '"2001:db8:ffff::1/127", gateway6: "2001:db8:ffff::"',
    '"2001:db8:ffff::/127", gateway6: "2001:db8:ffff::1"',
)
SMALL = ('vms: {ipv6: "fd12:3456:789a:3::1/64", nat: true}', 'vms: {ipv6: "fd12:3456:789a:3::/127", nat: true}')


def text(name: str, *swaps: tuple[str, str]) -> str:
    found = (CASES / f"{name}.yaml").read_text(encoding="utf-8")
    for old, new in swaps:
        assert old in found
        found = found.replace(old, new)
    return found


def taploom(folder: Path, *words: str) -> Any:
    done = subprocess.run(
        [COMMAND, *words, "--format", "json"],
        cwd=folder, capture_output=True, text=True, timeout=200, check=False,
    )  # fmt: skip
    return json.loads(done.stdout)


def locked(folder: Path, spec: str) -> Path:
    (folder / "specs").mkdir()
    (folder / "specs/site.yaml").write_text(spec, encoding="utf-8")
    subprocess.run([COMMAND, "lock"], cwd=folder, capture_output=True, check=True)
    return folder


def lab(folder: Path) -> dict[str, str]:
    """Observed outcome of each flow, after a check that plan and kernel agree on all."""
    said = taploom(folder, "lab")
    assert [probe for probe in said["probes"] if not probe["ok"]] == []
    return {probe["flow"]: probe["observed"] for probe in said["probes"]}


def test_a_single_address_inside_a_network_is_not_an_overlap() -> None:
    found = compiled(text("rented-server"))
    assert set(found.codes) == {"TL705"}


def test_a_prefix_of_several_addresses_inside_a_network_is_an_overlap() -> None:
    assert "TL402" in compiled(text("rented-server", ("::2/128", "::2/120"))).codes


def test_the_lock_does_not_allocate_the_address_of_the_uplink() -> None:
    """All four addresses of the network are in use: the first, the last, the host's, and the uplink's."""
    small = (("ipv4: 10.9.0.1/24", "ipv4: 198.51.100.77/30"), ("198.51.100.77/32", "198.51.100.78/32"))
    spec = text("rented-server", *small, ("dhcp: true\n", "dhcp: false\n"), ("ipv4: 10.9.0.10, ", ""))
    assert "TL304" in compiled(spec).codes


def test_no_guest_gets_the_address_of_a_gateway_inside_its_network() -> None:
    """The provider's router has that address, so a guest with the same address would be a duplicate."""
    near = ("gateway6: fe80::1", 'gateway6: "2001:db8:42:7::10"')
    (found,) = compiled(text("rented-server", near)).of("TL412")
    assert "guest `web` has address 2001:db8:42:7::10, which the gateway of uplink `eno1` has too" in found.message
    small = (
        ("ipv4: 10.9.0.1/24", "ipv4: 198.51.100.66/30"),
        ("dhcp: true\n", "dhcp: false\n"),
        ("ipv4: 10.9.0.10, ", ""),
    )
    assert "TL304" in compiled(text("rented-server", *small)).codes, (
        "the network's two usable addresses belong to the host and its gateway"
    )


@needs("root", "tun", "networkd", "nft", "ip", "unshare", "nsenter")
def test_guests_and_host_of_a_rented_server_reach_each_other_and_the_outside(tmp_path: Path) -> None:
    """The host's uplink address is inside the guests' prefix, so the host must answer neighbour discovery for it."""
    flows = lab(locked(tmp_path, text("rented-server")))
    assert flows["web 2001:db8:42:7::10 -> metal 2001:db8:42:7::2 tcp/22"] == "allow"
    assert flows["metal -> metal 2001:db8:42:7::2 tcp/443"] == "allow"
    assert flows["web on vms: ipv6 as the host's 2001:db8:42:7::2"] == "drop"
    assert flows["web 2001:db8:42:7::10 -> internet 2001:2::7 tcp/9"] == "allow"
    assert flows["internet 2001:2::7 -> web 2001:db8:42:7::10 tcp/443"] == "allow"
    assert flows["internet 2001:2::7 -> metal 2001:db8:42:7::2 tcp/22"] == "allow"


@pytest.mark.parametrize(
    ("swaps", "router"),
    [((), "2001:db8:ffff::"), ((OTHER_SIDE,), "2001:db8:ffff::1"), ((OTHER_SIDE, SMALL), "2001:db8:ffff::1")],
    ids=["odd", "even", "guests too"],
)
def test_the_other_address_of_a_two_address_link_is_the_router(
    tmp_path: Path, swaps: tuple[tuple[str, str], ...], router: str
) -> None:
    folder = locked(tmp_path, text("link-of-two-addresses", *swaps))
    (answer,) = taploom(folder, "reach", "web", router)["answers"]
    assert (answer["verdict"], answer["decided_by"], answer["dst"]) == ("allow", "policy/out", router)


@needs("root", "tun", "networkd", "nft", "ip", "unshare", "nsenter")
@pytest.mark.parametrize("swaps", [(), (OTHER_SIDE, SMALL)], ids=["odd", "even"])
def test_the_kernel_agrees_on_links_of_two_addresses(tmp_path: Path, swaps: tuple[tuple[str, str], ...]) -> None:
    flows = lab(locked(tmp_path, text("link-of-two-addresses", *swaps)))
    router = "2001:db8:ffff::1" if swaps else "2001:db8:ffff::"
    assert [seen for flow, seen in flows.items() if f"-> internet {router} tcp/9" in flow][:1] == ["allow"]
