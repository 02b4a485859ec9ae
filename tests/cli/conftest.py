"""Fixtures: a site in a temporary folder, and taploom run in it as a user would."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.words import faults

from taploom.cli.entry import run

SEED = """\
taploom: 1
site: {name: seed, domain: vm.example.org, target: {systemd: 252, nftables: 1.0.6, nixos: "25.11"}}
networks:
  microvm:
    ipv4: 10.0.0.1/24
    ipv6: fd12:3456:789a::1/64
    dhcp: true
    ra: true
    nat: true
hosts:
  hypervisor:
    uplinks:
      eth0: {zone: internet, ipv4: dhcp, ipv6: ra}
    networks:
      microvm: {taps: vm-*}
guests:
  http-reverse-proxy: {host: hypervisor, nics: {microvm: {ipv4: 10.0.0.10}}}
  https-reverse-proxy: {host: hypervisor, nics: {microvm: {ipv4: 10.0.0.11}}}
forwards:
  http: {on: hypervisor, ports: tcp/80, to: http-reverse-proxy, from: any}
  https: {on: hypervisor, ports: tcp/443, to: https-reverse-proxy, from: any}
policy:
  guests-out: {from: microvm, to: internet, allow: any}
  admin: {from: [198.51.100.0/24, "2001:db8:f::/48"], to: host/hypervisor, allow: ssh}
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a command: exit status, stdout and stderr."""

    status: int
    out: str
    err: str


Taploom = Callable[..., Outcome]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A temporary folder with the seed's specs and no lock, as the current folder."""
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs/seed.yaml").write_text(SEED)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def taploom(capsys: pytest.CaptureFixture[str]) -> Taploom:
    """Runs a command line in this process, and checks the wording of its errors."""

    def command(*words: str) -> Outcome:
        capsys.readouterr()
        status = run(words)
        printed = capsys.readouterr()
        assert [fault for line in printed.err.splitlines() if line[:1].isalpha() for fault in faults(line)] == []
        return Outcome(status, printed.out, printed.err)

    return command


@pytest.fixture
def locked(site: Path) -> Path:
    """The site of the seed, with its lock."""
    assert run(["lock"]) == 0
    return site
