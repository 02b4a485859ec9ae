"""The files of the seed, byte for byte as they were read and found right; networkd itself reads them elsewhere."""

from pathlib import Path

import pytest
from tests import plans

from taploom.backends import guest, networkd, sysctl
from taploom.backends.artifact import Artifact

GOLDEN = Path(__file__).with_name("golden")


def rendered() -> dict[str, Artifact]:
    """What these backends make of the plan by hand, by path."""
    host = plans.host()
    guests = [artifact for one in plans.guests() for artifact in guest.artifacts(one)]
    return {artifact.path: artifact for artifact in (*networkd.artifacts(host), *sysctl.artifacts(host), *guests)}


def test_there_is_a_file_for_each_and_none_besides() -> None:
    kept = {str(path.relative_to(GOLDEN)) for path in GOLDEN.rglob("*") if path.is_file()}
    assert kept == set(rendered())


@pytest.mark.parametrize("path", sorted(rendered()))
def test_a_file_is_as_it_was_read(path: str) -> None:
    assert rendered()[path].text == (GOLDEN / path).read_text()


def test_each_line_that_says_something_has_its_origin() -> None:
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
def test_a_line_knows_the_entry_that_causes_it(path: str, text: str, entry: str) -> None:
    (line,) = (line for line in rendered()[path].lines if line.text == text)
    assert line.origin is not None
    assert line.origin.entry == entry


def test_files_go_where_their_tools_look() -> None:
    installed = {artifact.install for artifact in rendered().values()}
    assert "/etc/systemd/network/06-taploom-br-microvm.netdev" in installed
    assert "/etc/sysctl.d/60-taploom.conf" in installed
    assert {artifact.mode for artifact in rendered().values()} == {0o644}
