"""`taploom drift` as a command: output streams, exit codes, and refusal of facts that it cannot use."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from tests.drift.sample import document
from tests.support import needs

from taploom.driver import compile_site
from taploom.report.drift.schema import drift_schema

pytestmark = needs("nft", "unshare")
GOLDEN = Path(__file__).parents[1] / "golden"
SPECS = str(GOLDEN / "two-hosts" / "specs")
FINE, FINDINGS, STALE, USAGE = 0, 1, 3, 64


@pytest.fixture(scope="module")
def documents() -> dict[str, dict[str, Any]]:
    plan = compile_site(Path(SPECS), now=1_800_000_000, prove=False).plan
    return {host.name: document(plan, host) for host in plan.hosts}


@pytest.fixture
def folder(tmp_path: Path, documents: dict[str, dict[str, Any]]) -> Path:
    for name, facts in documents.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(facts))
    return tmp_path


def drift(*arguments: object, given: str = "") -> subprocess.CompletedProcess[str]:
    program = str(Path(sys.executable).with_name("taploom"))
    words = [program, "drift", *map(str, arguments)]
    return subprocess.run(words, input=given, capture_output=True, text=True, check=False, timeout=120)


def edited(path: Path, **changes: Any) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_hosts_that_are_current_exit_with_0(folder: Path) -> None:
    done = drift("--specs", SPECS, "--facts", folder)
    assert (done.returncode, done.stderr.splitlines()[-1]) == (FINE, "2 current")
    assert [line.split(" (")[0] for line in done.stdout.splitlines()] == ["hv-east: current", "hv-west: current"]


def test_a_host_that_drifted_exits_with_1_and_other_hosts_are_ignored(folder: Path) -> None:
    settings = json.loads((folder / "hv-west.json").read_text())["sysctls"]
    settings[settings.index("==> /proc/sys/net/ipv4/conf/all/forwarding <==") + 1] = "0"
    edited(folder / "hv-west.json", sysctls=settings)
    done = drift("hv-west", "--specs", SPECS, "--facts", folder / "hv-west.json", "--format", "json")
    assert done.returncode == FINDINGS
    data = json.loads(done.stdout)
    Draft202012Validator(drift_schema()).validate(data)
    ((row,),) = [host["rows"] for host in data["hosts"]]
    assert (row["word"], row["subject"], row["found"]) == ("drifted", "sysctl", "0")
    assert row["spec"]["file"].endswith(".yaml")
    assert drift("hv-east", "--specs", SPECS, "--facts", folder / "hv-east.json").returncode == FINE


def test_a_host_that_is_only_pending_exits_with_3(folder: Path) -> None:
    facts = json.loads((folder / "hv-west.json").read_text())
    head = [line if not line.startswith("plan ") else f"plan sha256:{'0' * 64}" for line in facts["activation"]]
    edited(folder / "hv-west.json", activation=head)
    done = drift("--specs", SPECS, "--facts", folder)
    assert (done.returncode, done.stderr.splitlines()[-1]) == (STALE, "1 current, 1 pending")


def test_a_host_without_facts_is_reported_as_a_failure(folder: Path) -> None:
    (folder / "hv-west.json").unlink()
    done = drift("--specs", SPECS, "--facts", folder, "--format", "prom")
    assert done.returncode == FINDINGS
    assert 'taploom_facts{host="hv-west"} 0\n' in done.stdout


def test_facts_are_read_from_standard_input(folder: Path) -> None:
    done = drift("host/hv-east", "--specs", SPECS, "--facts", "-", given=(folder / "hv-east.json").read_text())
    assert done.returncode == FINE


def test_all_unreadable_facts_are_reported_at_once(folder: Path) -> None:
    for path in folder.iterdir():
        path.write_text("{}")
    done = drift("--specs", SPECS, "--facts", folder)
    assert (done.returncode, done.stdout) == (FINDINGS, "")
    assert done.stderr.count("error[TL921]") == len(list(folder.iterdir()))


def test_an_older_plan_can_be_given(folder: Path, tmp_path: Path) -> None:
    before = tmp_path / "plan.json"
    before.write_text((GOLDEN / "two-hosts" / "expected" / "plan.json").read_text())
    done = drift("hv-east", "--specs", SPECS, "--facts", folder / "hv-east.json", "--since", before)
    assert done.returncode == FINE


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ([], "--facts FILE"),
        (["hv-eat", "--facts", "x.json"], "Did you mean 'hv-east'?"),
        (["--facts", "x.json"], "name the HOST, or give a folder"),
        (["hv-east", "--facts", "-", "--since", "no-such-thing"], "no-such-thing"),
    ],
)
def test_an_ambiguous_command_line_is_a_usage_error(arguments: list[str], why: str, folder: Path) -> None:
    done = drift(*arguments, "--specs", SPECS, given=(folder / "hv-east.json").read_text())
    assert done.returncode == USAGE
    assert why in done.stderr


def test_collect_prints_the_script_unchanged() -> None:
    done = drift("--collect")
    assert (done.returncode, done.stdout) == (FINE, (files("taploom.drift") / "collect.sh").read_text())
