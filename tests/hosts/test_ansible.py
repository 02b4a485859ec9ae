"""The Ansible collection, installed as users do it, brings bundles of `taploom export` to three hosts over ssh."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from tests.hosts.bundles import call
from tests.hosts.fleet import HOSTS, OPERATOR, Fleet, fleet
from tests.hosts.ground import pending, settled, unlike
from tests.hosts.state import observed
from tests.support import leave_out, needs

import taploom
from taploom.cli.entry import run
from taploom.lab.waiting import wait_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = [pytest.mark.hosts, pytest.mark.kernel, needs("root", "boot", "nft", "ping", "ssh", "ansible-playbook")]

COLLECTION = Path(__file__).parents[2] / "ansible"
SPECS = """\
taploom: 1
site: {{name: fleet, target: {{systemd: 252, nftables: 1.0.6, nixos: "25.11"}}}}
addresses: {{operators: [192.0.2.9/32], others: [198.51.100.0/24]}}
networks: {{vms: {{ipv4: 10.0.0.1/24}}}}
hosts:
  cedar: {{uplinks: {{eth0: {{zone: internet, ipv4: 192.0.2.11/24, gateway4: 192.0.2.1}}}}}}
  maple:
    uplinks: {{eth0: {{zone: internet, ipv4: 192.0.2.12/24, gateway4: 192.0.2.1}}}}
    networks: {{vms: {{}}}}
    take-up: {{probes: {{service: {{tcp: {probe}}}}}}}
  oak: {{uplinks: {{eth0: {{zone: internet, ipv4: 192.0.2.13/24, gateway4: 192.0.2.1}}}}}}
policy:
  admin: {{from: operators, to: [host/cedar, host/oak], allow: ssh}}
  admin-maple: {{from: {maple}, to: host/maple, allow: ssh}}
  more: {{from: operators, to: hosts, allow: {more}}}
"""
RECAP = re.compile(r"^(\w+) +: ok=\d+ +changed=(\d+) +unreachable=(\d+) +failed=(\d+)", re.MULTILINE)
CURRENT = "/var/lib/taploom/current/activate"
TABLE = "/etc/taploom/taploom.nft"


@dataclass(frozen=True)
class Played:
    """Outcome of a run of an Ansible command.

    Attributes:
        code: Exit code.
        text: Standard output and standard error, as one text.
    """

    code: int
    text: str

    @property
    def recap(self) -> dict[str, tuple[bool, bool]]:
        """The play recap, by host: whether anything changed, and whether anything failed."""
        found = RECAP.findall(self.text)
        return {name: (int(changed) > 0, int(lost) + int(failed) > 0) for name, changed, lost, failed in found}


class Controller:
    """The operator's Ansible installation, with an inventory of the fleet and the collection of this repository."""

    def __init__(self, fleet: Fleet, folder: Path) -> None:
        self.fleet, self.folder = fleet, folder
        self.bundles = folder / "bundles"
        options = f"-o UserKnownHostsFile={fleet.keys / 'known_hosts'} -o BindAddress={OPERATOR}"
        inventory = {
            "all": {
                "hosts": {name: {"ansible_host": address} for name, address in HOSTS.items()},
                "vars": {
                    "ansible_user": "root",
                    "ansible_python_interpreter": "/usr/bin/python3",
                    "ansible_ssh_private_key_file": str(fleet.keys / "id"),
                    "ansible_ssh_common_args": options,
                    "take_up_bundles": str(self.bundles),
                },
            }
        }
        self._inventory = folder / "inventory.yml"
        self._inventory.write_text(yaml.safe_dump(inventory))
        self._environment = os.environ | {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(folder),
            "ANSIBLE_COLLECTIONS_PATH": str(folder / "collections"),
            "ANSIBLE_PIPELINING": "1",
            "ANSIBLE_NOCOLOR": "1",
            "LC_ALL": "C.UTF-8",
        }
        self._command("ansible-galaxy", "collection", "install", "--offline", str(COLLECTION))

    def _command(self, *argv: str) -> Played:
        done = subprocess.run(
            self.fleet.operator.entering(argv),
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=300,
        )
        return Played(done.returncode, done.stdout)

    def export(
        self, *, maple: str = "operators", more: str = "https", probe: str = "22", unpacked: bool = False
    ) -> Path:
        """Exports the bundles of the site, and returns their folder.

        Args:
            maple: Party that may reach the host `maple` by ssh.
            more: Additional service that operators may use on all hosts.
            probe: TCP port on which `maple` must listen after the take-up.
            unpacked: If true, writes bundles as folders, to another place than the one where `play` looks for bundles.
        """
        specs = self.folder / "specs"
        specs.mkdir(exist_ok=True)
        (specs / "site.yaml").write_text(SPECS.format(maple=maple, more=more, probe=probe))
        out = self.folder / "folders" if unpacked else self.bundles
        command = ["export", "--all", "--specs", str(specs), "-o", str(out)]
        assert run([*command, "--unpacked"] if unpacked else command) == 0
        return out

    def play(self, *options: str, **variables: object) -> Played:
        """Runs the playbook of the collection."""
        given = [word for name, value in variables.items() for word in ("-e", f"{name}={value}")]
        return self._command(
            "ansible-playbook", "-i", str(self._inventory), *options, *given, "taploom.taploom.take_up"
        )

    def plans(self) -> dict[str, str]:
        """Output of `activate status`, by host; empty for a host that has not taken up a plan."""
        return {
            name: call(host, CURRENT, "status").text if host.file(CURRENT).exists() else ""
            for name, host in self.fleet.hosts.items()
        }

    def documentation(self, kind: str, name: str) -> Played:
        """Runs `ansible-doc` for a module or a role."""
        return self._command("ansible-doc", "--type", kind, name)


@pytest.fixture(scope="module")
def controller(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Controller]:
    """The operator's Ansible, with three hosts that have not taken up a plan."""
    if not (tree / "usr/sbin/sshd").exists():
        leave_out(f"no OpenSSH daemon in {tree}")
    with fleet(tree, tmp_path_factory.mktemp("keys")) as ground:
        yield Controller(ground, tmp_path_factory.mktemp("controller"))


NOTHING = dict.fromkeys(HOSTS, (False, False))
CHANGED = dict.fromkeys(HOSTS, (True, False))
LEFT = "ls -d /tmp/taploom-* ~/.ansible/tmp/* 2>/dev/null || :"
ENDING = "python3 -m http.server 8080 & until [ -e /var/lib/taploom/trial/complete ]; do sleep 0.1; done; kill $!"
"""Shell command for a service that ends as soon as a trial has taken up its bundle."""
ONCE = '#!/bin/sh\ntest -e /run/failed || { touch /run/failed; exit 1; }\nexec /usr/bin/networkctl "$@"\n'


def cut(controller: Controller) -> tuple[str, bool]:
    """The policy of `maple` no longer admits its operator, so no new ssh connection can confirm the trial."""
    controller.export(maple="others", more="http")
    return "had before is in force again as soon as the trial is over", True


def broken(controller: Controller) -> tuple[str, bool]:
    """A service of `maple` ends between the trial and its confirmation."""
    controller.export(probe="8080", more="tcp/8080")
    maple = controller.fleet.hosts["maple"]
    maple.run("systemd-run", "--quiet", "--collect", "sh", "-c", ENDING)
    wait_for(lambda: maple.run("ss", "-Hltn", "sport = :8080"), "the service")
    return "had before is in force again now: refused, nothing was changed: worked before", False


def unloaded(controller: Controller) -> tuple[str, bool]:
    """The first call of `networkctl` on `maple` fails."""
    controller.export(more="http")
    controller.fleet.hosts["maple"].push({"/usr/local/sbin/networkctl": ONCE}, mode=0o755)
    return "had before is in force again now: it went back", False


FAILURES = {"cut": cut, "broken": broken, "unloaded": unloaded}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Runs tests that have a parameter `failure` with a single failure; with `--wide`, with every failure."""
    if "failure" in metafunc.fixturenames:
        known = FAILURES if metafunc.config.getoption("--wide") else {"cut": cut}
        metafunc.parametrize("failure", known.values(), ids=known.keys())


def test_hosts_take_up_bundles_and_a_second_run_changes_nothing(controller: Controller) -> None:
    hosts = controller.fleet.hosts
    bare = {name: settled(host) for name, host in hosts.items()}
    controller.export()
    checked = controller.play("--check", "--diff", take_up_serial=3)
    assert (checked.code, checked.recap) == (0, CHANGED), checked.text
    assert f"+++ after: {TABLE}" in checked.text
    for name, host in hosts.items():
        assert unlike(host, bare[name]) == []
        assert not host.file("/var/lib/taploom").exists()
        assert host.run("sh", "-c", LEFT) == ""

    applied = controller.play(take_up_serial=3)
    assert (applied.code, applied.recap) == (0, CHANGED), applied.text
    said = controller.plans()
    assert all(text.startswith(f"current: {name}, sha256:") for name, text in said.items()), said
    again = controller.play("--diff", take_up_serial=3)
    assert (again.code, again.recap) == (0, NOTHING), again.text
    assert "+++ after" not in again.text
    assert [host.run("sh", "-c", LEFT) for host in hosts.values()] == ["", "", ""]


def test_a_host_that_fails_goes_back_and_later_hosts_are_left_alone(
    controller: Controller, failure: Callable[[Controller], tuple[str, bool]]
) -> None:
    hosts = controller.fleet.hosts
    controller.export()
    assert controller.play(take_up_serial=3).code == 0
    first, had = controller.plans(), observed(hosts["maple"])
    said, unreached = failure(controller)

    failed = controller.play(take_up_force=True, take_up_patience=3)
    assert failed.code != 0, failed.text
    assert {name: bad for name, (_, bad) in failed.recap.items()} == {"cedar": False, "maple": True}, failed.text
    assert said in failed.text, failed.text
    assert pending(hosts["maple"]) == unreached
    if unreached:
        hosts["maple"].run("systemctl", "start", "taploom-revert.service")  # as its timer would, two minutes later
    assert [line for line in unlike(hosts["maple"], had) if "/usr/local/sbin" not in line] == []
    after = controller.plans()
    assert after["cedar"].startswith("current: ")
    assert after["cedar"] != first["cedar"]
    assert {name: after[name] for name in ("maple", "oak")} == {name: first[name] for name in ("maple", "oak")}
    assert [hosts[name].run("sh", "-c", LEFT) for name in ("cedar", "oak")] == ["", ""]
    hosts["maple"].run("rm", "-f", "/usr/local/sbin/networkctl")


def test_an_unpacked_bundle_is_accepted_and_a_plan_that_was_not_approved_is_refused(controller: Controller) -> None:
    folders = controller.export(unpacked=True)
    before, oak = controller.plans()["oak"], controller.fleet.hosts["oak"]
    other = controller.play("--limit", "oak", take_up_bundles=folders, take_up_expect=f"sha256:{'0' * 64}")
    assert (other.code, other.recap) == (2, {"oak": (False, True)}), other.text
    assert "oak: refused, nothing was changed: wrong: the plan is sha256:" in other.text  # the only objection
    assert controller.plans()["oak"] == before
    assert oak.run("sh", "-c", LEFT) == ""


def test_the_collection_has_the_version_of_taploom_and_documents_its_module_and_role(controller: Controller) -> None:
    assert yaml.safe_load((COLLECTION / "galaxy.yml").read_text())["version"] == taploom.__version__
    for kind, name in (("module", "activate"), ("role", "take_up")):
        said = controller.documentation(kind, f"taploom.taploom.{name}")
        assert said.code == 0, said.text
        assert "bundle" in said.text
