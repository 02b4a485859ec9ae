"""The command `taploom lab`: its output, labs kept with `--keep`, and cleanup however a lab ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from tests.lab.test_traces import descendants, files, mounts, processes
from tests.support import needs

from taploom.cli.entry import run
from taploom.lab import ready
from taploom.lab.keeper import running
from taploom.lab.waiting import wait_for

ROOTED = needs("root", "tun", "networkd", "nft", "ip", "unshare", "nsenter")
SPEC = """
taploom: 1
site: {name: tiny, domain: example.org, target: {systemd: 252, nftables: 1.0.6, nixos: "25.11"}}
networks: {lan: {ipv4: 10.0.0.1/24, nat: true, dhcp: true}}
hosts: {hv: {uplinks: {eth0: {zone: internet, ipv4: 203.0.113.2/24, gateway4: 203.0.113.1}}, networks: {lan: {}}}}
guests: {web: {host: hv, nics: {lan: {ipv4: 10.0.0.10, mac: 02:00:00:00:00:0a}}}}
policy: {admin: {from: any, to: host/hv, allow: ssh}, out: {from: lan, to: internet, allow: any}}
waivers: {own-units: {code: TL431, on: network/lan, reason: the guest has the units that taploom renders}}
"""


@pytest.fixture
def specs(tmp_path: Path) -> Path:
    (tmp_path / "site.yaml").write_text(SPEC)
    return tmp_path


def start(*words: str) -> subprocess.Popen[str]:
    command = [str(Path(sys.executable).with_name("taploom")), "lab", *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@ROOTED
def test_text_and_junit_reports_have_the_same_rows(specs: Path) -> None:
    table, junit = (start("--specs", str(specs), "--format", form) for form in ("text", "junit"))
    lines, said = table.communicate(timeout=120)
    (suite,) = ET.fromstring(junit.communicate(timeout=120)[0])
    assert (table.returncode, junit.returncode) == (0, 0)
    assert (
        "ok        web 10.0.0.10 -> hv 10.0.0.1 tcp/22: allow, at host/hv 10.0.0.1 from 10.0.0.10   policy/admin\n"
        in lines
    )
    assert said.startswith(f"all {suite.get('tests')} agree")
    assert not suite.findall("testcase/failure")
    listed = {line[10:].rpartition(": ")[0] for line in lines.splitlines() if line.startswith("ok")}
    assert {case.get("name") for case in suite} == listed


@ROOTED
def test_a_kept_lab_can_be_entered_and_ended(specs: Path) -> None:
    before = mounts(), files()
    lab = start("--specs", str(specs), "--format", "json", "--keep")
    said, how = lab.communicate(timeout=120)
    assert (lab.returncode, json.loads(said)["ok"]) == (0, True)
    (enter,) = (line.partition(": ")[2] for line in how.splitlines() if line.startswith("guest/web: "))
    inside = subprocess.run(
        [*enter.split()[:-1], "ip", "-br", "addr"], capture_output=True, text=True, check=True, timeout=10
    )
    assert "10.0.0.10/24" in inside.stdout
    name = next(line.partition(" stays up; ")[0] for line in how.splitlines() if " stays up; " in line)
    assert name in running()
    family = descendants(int(name.rpartition("/")[2]))
    assert len(family) > 5
    assert run(["lab", "down", name]) == 0
    wait_for(lambda: not family & set(processes()), "the end of everything", 5.0)
    assert name not in running()
    assert (mounts(), files()) == before


@ROOTED
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("moment", [0.6, 3.0])
def test_a_lab_that_is_killed_early_leaves_nothing_behind(specs: Path, end: signal.Signals, moment: float) -> None:
    before = mounts(), files()
    lab = start("--specs", str(specs))
    time.sleep(moment)
    family = descendants(lab.pid)
    lab.send_signal(end)
    lab.communicate(timeout=30)
    assert lab.returncode != 0
    wait_for(lambda: not family & set(processes()), f"the end of everything after {end.name}", 5.0)
    assert (mounts(), files()) == before


def test_missing_requirements_are_reported(
    specs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(ready, "binary", lambda: None)
    monkeypatch.setenv("PATH", "/nowhere")
    assert run(["lab", "--specs", str(specs)]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "taploom lab cannot run here: it must run as root, or in a user namespace" in said.err
    assert "there is no systemd-networkd" in said.err
    assert "there is no program `nft` in PATH" in said.err


@ROOTED
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_kept_lab_that_is_killed_leaves_nothing_behind(specs: Path, end: signal.Signals) -> None:
    before = mounts(), files()
    lab = start("--specs", str(specs), "--format", "json", "--keep")
    how = lab.communicate(timeout=120)[1]
    name = next(line.partition(" stays up; ")[0] for line in how.splitlines() if " stays up; " in line)
    keeper = int(name.rpartition("/")[2])
    family = descendants(keeper)
    assert len(family) > 5
    os.kill(keeper, end)
    wait_for(lambda: not family & set(processes()), f"the end of everything after {end.name}", 5.0)
    assert name not in running()
    assert (mounts(), files()) == before


@ROOTED
def test_an_unknown_lab_cannot_be_ended(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lab", "down", "taploom-lab/0"]) == 64
    assert "there is no lab `taploom-lab/0`" in capsys.readouterr().err


@ROOTED
def test_the_lab_runs_as_root_of_a_user_namespace(specs: Path) -> None:
    """Such a root has only one user ID, cannot create device nodes, and cannot change the machine."""
    alone = ["unshare", "--user", "--map-root-user"]
    if subprocess.run([*alone, "true"], check=False).returncode:
        pytest.skip("this kernel does not allow user namespaces")
    command = [*alone, str(Path(sys.executable).with_name("taploom")), "lab", "--specs", str(specs), "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    said = json.loads(done.stdout)
    assert {probe["kind"] for probe in said["probes"]} >= {"units", "address", "flow", "spoof", "reload", "neighbour"}


def test_a_tun_device_that_not_every_user_can_open_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(ready, "_own_devices", lambda: False)
    monkeypatch.setattr(os, "access", lambda *_: False)
    monkeypatch.setattr(ready, "_TUN", Path("/dev/null"))
    assert [reason for reason in ready.obstacles() if "that every user can open" in reason]


def test_down_without_any_lab_is_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    if running():
        pytest.skip("a kept lab runs on this machine")
    assert run(["lab", "down"]) == 0
    assert capsys.readouterr().err == "there is no lab\n"


@ROOTED
def test_a_disagreement_gives_exit_status_1(specs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from taploom.lab import build

    def without_nat(site: build.RunningSite, host: str) -> str:
        return site.files(f"hosts/{host}/nftables")["taploom.nft"].replace(
            "counter snat ip to 203.0.113.2", "counter accept"
        )

    monkeypatch.setattr(build.RunningSite, "ruleset", without_nat)
    assert run(["lab", "--specs", str(specs), "--format", "json"]) == 1
