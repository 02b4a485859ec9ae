"""The drift page of the site: its content, escaping of hostile facts, and its absence without facts."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.drift.sample import COLLECTED, document
from tests.drift.test_formats import HOSTILE, hostile
from tests.support import needs

from taploom.driver import compile_site
from taploom.report.drift.compared import Drifts
from taploom.site.pages import drift
from taploom.site.view import site_view

if TYPE_CHECKING:
    from taploom.plan.site import Plan

SPECS = Path(__file__).parents[1] / "golden" / "two-hosts" / "specs"


@pytest.fixture(scope="module")
def plan() -> Plan:
    return compile_site(SPECS, now=1_800_000_000, prove=False).plan


def markdown(plan: Plan, drifts: Drifts | None) -> str:
    return "".join(page.markdown for page in drift.pages(site_view(plan, (), (), {}, drifts=drifts)))


def test_without_facts_there_is_no_page(plan: Plan) -> None:
    assert markdown(plan, None) == ""


def test_a_hostile_host_is_shown_as_text(plan: Plan) -> None:
    text = markdown(plan, hostile())
    assert "On the hosts" in text
    assert "no facts" in text
    assert HOSTILE not in text
    assert "\x1b" not in text


def _facts(plan: Plan, folder: Path) -> dict[str, Any]:
    folder.mkdir()
    known = {host.name: document(plan, host) for host in plan.hosts}
    known["hv-west"]["sysctls"] = ["==> /proc/sys/net/ipv4/conf/all/forwarding <==", "0"]
    for name, facts in known.items():
        (folder / f"{name}.json").write_text(json.dumps(facts))
    return known


@needs("nft", "unshare")
def test_mkdocs_builds_the_drift_page_from_a_folder_of_facts(plan: Plan, tmp_path: Path) -> None:
    shutil.copytree(SPECS, tmp_path / "specs")
    (tmp_path / "site").mkdir()
    _facts(plan, tmp_path / "facts")
    settings = "site_name: x\ndocs_dir: site\nsite_dir: build\nplugins:\n  - taploom: {facts: facts}\n"
    (tmp_path / "mkdocs.yml").write_text(settings)
    program = str(Path(sys.executable).with_name("mkdocs"))
    done = subprocess.run([program, "build"], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "build" / "drift" / "index.html").read_text()
    assert "the host forwards no IPv4 packet" in page
    assert COLLECTED == 1_790_000_000
    assert "2026-09-21 14:13 UTC" in page
    (tmp_path / "facts" / "hv-west.json").write_text("{}")
    again = subprocess.run([program, "build"], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=300)
    assert again.returncode != 0
    assert "hv-west.json" in again.stderr + again.stdout
