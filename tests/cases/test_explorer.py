"""The page "reach" gives the same answers as `taploom reach`, also in special cases: no route, ICMP, reply paths."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.site import browsing
from tests.support import needs

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CASES = Path(__file__).parent
COMMAND = str(Path(sys.executable).with_name("taploom"))
pytestmark = needs("dot", "chromium")


def shown(answers: Any) -> list[str]:
    """The fields of each answer that a reader sees."""
    keys = ("family", "proto", "port", "verdict", "decided_by", "src", "dst", "notes")
    return sorted(json.dumps([one[key] for key in keys]) for one in answers)


@pytest.mark.parametrize(
    ("name", "questions", "said"),
    [
        ("network-of-the-other-family", [("hv", "lan6", "ssh"), ("hv", "lan4", "")], "implied/reverse-path"),
        ("no-gateway6", [("a", "internet", "https"), ("a", "2620:fe::fe", ""), ("hv", "any", "")], "implied/no-route"),
        (
            "icmp-of-one-family",
            [("a", "b", "icmpv6/nd-redirect"), ("a", "b", "icmp/timestamp-request"), ("a", "internet", "icmp/5")],
            "cannot begin one, and alone it is invalid",
        ),
        (
            "line-without-carrier",
            [("internet", "edge/lte", "ssh"), ("internet", "edge/lte", "wireguard"), ("203.0.113.0/28", "edge", "")],
            "answers leave edge by fibre, not by lte",
        ),
    ],
)
def test_the_page_gives_the_answers_of_the_command(
    name: str,
    questions: list[tuple[str, str, str]],
    said: str,
    tmp_path: Path,
    browser: Browser,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    specs = tmp_path / "specs"
    specs.mkdir()
    (specs / "site.yaml").write_text((CASES / f"{name}.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    subprocess.run([COMMAND, "lock"], cwd=tmp_path, capture_output=True, check=True)
    monkeypatch.setenv("SPECS", str(specs))
    browsing.build(browsing.ROOT, tmp_path / "out")
    seen: list[str] = []
    with browsing.served(tmp_path / "out") as address:
        page = browser.new_page()
        page.goto(f"{address}reach/")
        page.wait_for_selector("form.tl-ask[data-ready]")
        for source, to, service in questions:
            words = [COMMAND, "reach", source, to, *([service] if service else []), "--format", "json"]
            wanted = json.loads(subprocess.run(words, cwd=tmp_path, capture_output=True, check=True).stdout)["answers"]
            found = page.evaluate("one => taploomReach.ask(...one)", [source, to, service])
            assert shown(found) == shown(wanted)
            seen.append(json.dumps(wanted))
        page.close()
    assert said in seen[0]
