"""Compares rendered files of the seed with reviewed files, byte for byte. (Other tests load them into networkd.)"""

from pathlib import Path

import pytest
from tests import plans

from taploom.backends import guest, networkd, sysctl
from taploom.backends.artifact import Artifact

GOLDEN = Path(__file__).with_name("golden")


def rendered() -> dict[str, Artifact]:
    """Artifacts that the backends render from the handmade plan, by path."""
    host = plans.host()
    guests = [artifact for one in plans.guests() for artifact in guest.artifacts(one)]
    return {artifact.path: artifact for artifact in (*networkd.artifacts(host), *sysctl.artifacts(host), *guests)}


def test_reviewed_and_rendered_files_have_the_same_paths() -> None:
    kept = {str(path.relative_to(GOLDEN)) for path in GOLDEN.rglob("*") if path.is_file()}
    assert kept == set(rendered())


@pytest.mark.parametrize("path", sorted(rendered()))
def test_a_rendered_file_is_as_reviewed(path: str) -> None:
    assert rendered()[path].text == (GOLDEN / path).read_text()


def test_every_line_that_is_not_empty_has_an_origin() -> None:
    silent = {
        (path, line.text)
        for path, artifact in rendered().items()
        for line in artifact.lines
        if line.text and line.origin is None
    }
    assert silent == set()


@pytest.mark.parametrize(
    ("path", "text", "entry"),
    [
        ("hosts/hypervisor/networkd/05-taploom-eth0.network", "DHCP=ipv4", "hosts.hypervisor.uplinks.eth0"),
        ("hosts/hypervisor/networkd/06-taploom-br-microvm.network", "Address=10.0.0.11", "guests.https-reverse-proxy"),
        ("hosts/hypervisor/networkd/06-taploom-br-microvm.network", "Address=10.0.0.1/24", "networks.microvm"),
        ("hosts/hypervisor/sysctl/60-taploom.conf", "net.ipv4.conf.all.forwarding = 1", "networks.microvm"),
        (
            "guests/http-reverse-proxy/networkd/05-taploom-microvm.network",
            "MACAddress=02:00:00:00:00:10",
            "guests.http-reverse-proxy.nics.microvm",
        ),
    ],
)
def test_the_origin_of_a_line_is_the_entry_that_causes_it(path: str, text: str, entry: str) -> None:
    (line,) = (line for line in rendered()[path].lines if line.text == text)
    assert line.origin is not None
    assert line.origin.entry == entry


def test_files_are_installed_where_their_tools_look() -> None:
    installed = {artifact.install for artifact in rendered().values()}
    assert "/etc/systemd/network/06-taploom-br-microvm.netdev" in installed
    assert "/etc/sysctl.d/60-taploom.conf" in installed
    assert {artifact.mode for artifact in rendered().values()} == {0o644}
