"""The plan's predictions agree with a real kernel: for the seed, the example, and random sites from Hypothesis."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from tests.cli.test_proof_page import lab_lines
from tests.properties.made_up import sites
from tests.properties.texts import text
from tests.sites import compiled
from tests.support import needs

from taploom.driver import rendered
from taploom.lab.experiment import agreement
from taploom.lab.lab_report import LabReport, Row
from taploom.lab.session import Lab
from taploom.report.lab import lab_text

if TYPE_CHECKING:
    from tests.properties.made_up import Tree

    from taploom.plan.site import Plan

pytestmark = needs("root", "tun", "networkd", "nft", "ip", "unshare", "nsenter")

ROOT = Path(__file__).parents[2]
SEED = int(os.environ.get("TAPLOOM_LAB_SEED", "20"))
"""Seed of the random sites; set TAPLOOM_LAB_SEED to get other sites."""
MADE_UP = 20
AT_ONCE = 3


def taploom(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(Path(sys.executable).with_name("taploom")), *words],
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
        cwd=ROOT,
    )


def report(specs: Path) -> dict[str, Any]:
    """The JSON report of `taploom lab` on a site, after a check that every row agrees."""
    done = taploom("lab", "--specs", str(specs), "--format", "json")
    said: dict[str, Any] = json.loads(done.stdout)
    assert [probe for probe in said["probes"] if not probe["ok"]] == []
    assert (done.returncode, said["format"], said["ok"]) == (0, "taploom-lab/1", True)
    for probe in said["probes"]:
        read = f"{probe['observed']} by {probe['decided_by']}" if probe["kind"] == "flow" else None
        assert probe["reach"] == read, probe
    return said


def table(said: dict[str, Any]) -> list[str]:
    """Lines of the text report that corresponds to a JSON report."""
    rows = (Row(**{key: probe[key] or "" for key in probe if key != "ok"}) for probe in said["probes"])
    return lab_text(LabReport(tuple(rows))).splitlines()


def flows(said: dict[str, Any], kind: str = "flow") -> dict[str, str]:
    return {probe["flow"]: probe["observed"] for probe in said["probes"] if probe["kind"] == kind}


def test_the_seed_agrees_with_the_kernel(tmp_path: Path) -> None:
    specs = tmp_path / "specs"
    shutil.copytree(ROOT / "tests/golden/seed/specs", specs)
    assert taploom("lock", "--specs", str(specs)).returncode == 0
    said = report(specs)
    assert {probe["kind"] for probe in said["probes"]} == {
        "load", "units", "address", "flow", "spoof", "reload", "neighbour",
    }  # fmt: skip
    by_hand = {
        "http-reverse-proxy 10.0.0.10 -> internet 198.18.0.7 ping": "allow",
        "http-reverse-proxy 10.0.0.10 -> hypervisor 10.0.0.1 tcp/22": "allow",
        "http-reverse-proxy 10.0.0.10 -> hypervisor 10.0.0.1 ping": "drop",
        "internet 198.18.0.7 -> http-reverse-proxy 10.0.0.10 ping": "drop",
        "internet 198.18.0.7 -> http-reverse-proxy 10.0.0.10 tcp/9": "drop",
        "internet 2001:2::7 -> hypervisor fd12:3456:789a::1 ping": "drop",
        "http-reverse-proxy 10.0.0.10 -> https-reverse-proxy 10.0.0.11 tcp/9": "allow",
    }
    found = flows(said)
    assert {flow: found.get(flow) for flow in by_hand} == by_hand
    for protocol, port, guest in (("forward/http", "tcp/80", "http"), ("forward/https", "tcp/443", "https")):
        rows = [p for p in said["probes"] if p["decided_by"] == protocol and p["kind"] == "flow"]
        assert all(p["flow"].endswith((port, f"{port} (br_netfilter)")) and guest in p["detail"] for p in rows)
        senders = {p["flow"].split()[0] for p in rows}
        assert {"internet", "hypervisor"} < senders
        assert any("reverse-proxy" in sender for sender in senders)
    shown = table(said)
    assert [line.pattern for line in lab_lines() if not any(map(line.fullmatch, shown))] == [], "missing in the report"


def test_the_example_agrees_with_the_kernel() -> None:
    said = report(ROOT / "specs")
    deciding = {probe["decided_by"] for probe in said["probes"]}
    rules = {f"policy/{name}" for name in _names("policy")} | {f"forward/{name}" for name in _names("forward")}
    # This rule admits only the auditors' machine, which is no guest, so the lab has no sender for it.
    idle = {"policy/audit"}
    assert rules - deciding == idle
    assert idle <= {entry["flow"] for entry in said["not_run"]}


HOSTER = """\
taploom: 1
site: {name: hoster}
networks:
  public: {ipv4: 198.51.100.9/29, ipv6: "2001:db8:200:100::1/64", ra: true}
  inner: {ipv4: 10.1.0.1/24, nat: true}
hosts:
  srv:
    uplinks:
      eth0:
        {zone: internet, ipv4: 203.0.113.7/32, gateway4: 172.31.1.1, ipv6: "2001:db8:200::2/128", gateway6: "fe80::1"}
    networks: {public: {}, inner: {}}
guests:
  web: {host: srv, nics: {public: {}}}
  app: {host: srv, nics: {inner: {}}}
forwards:
  app: {on: srv, ports: tcp/8080, to: app, from: any}
policy:
  out: {from: [public, inner], to: internet, allow: any}
  pages: {from: internet, to: web, allow: https}
  admin: {from: [192.0.2.0/24, "2001:db8:77::/48"], to: srv, allow: ssh}
"""


def test_a_gateway_outside_all_prefixes_works_in_both_directions(tmp_path: Path) -> None:
    """Hosting companies give a host one address, and route further networks to it."""
    specs = tmp_path / "specs"
    specs.mkdir()
    (specs / "site.yaml").write_text(HOSTER, encoding="utf-8")
    assert taploom("lock", "--specs", str(specs)).returncode == 0
    found = flows(report(specs))
    for sender, to in (("web ", "internet 198.18.0.7 ping"), ("app ", "internet 198.18.0.7 ping")):
        assert {seen for flow, seen in found.items() if flow.startswith(sender) and flow.endswith(to)} == {"allow"}


PROVIDERS = """\
taploom: 1
site: {name: providers}
addresses: {desks: ["fe80::/64", 192.0.2.0/24, "2001:db8:77::/48"]}
networks:
  lan: {ipv4: 10.1.0.1/24, ipv6: "fd00:1::1/64", nat: true, ra: true}
hosts:
  srv:
    uplinks:
      eth0: {zone: internet, ipv4: dhcp, ipv6: ra, metric: 200}
      eth1: {zone: backup, ipv4: dhcp, ipv6: ra, metric: 100}
    networks: {lan: {}}
guests:
  app: {host: srv, nics: {lan: {}}}
policy:
  out: {from: lan, to: backup, allow: https}
  admin: {from: desks, to: srv, allow: ssh}
"""


def test_traffic_leaves_by_the_provider_with_the_lower_metric(tmp_path: Path) -> None:
    """Also checks that no machine outside gets a link-local address, although an entry names a link-local prefix."""
    specs = tmp_path / "specs"
    specs.mkdir()
    (specs / "site.yaml").write_text(PROVIDERS, encoding="utf-8")
    assert taploom("lock", "--specs", str(specs)).returncode == 0
    found = flows(report(specs))
    passed = {flow for flow, seen in found.items() if flow.startswith("app ") and flow.endswith("tcp/443")}
    assert {flow.split()[-3] for flow in passed} >= {"backup"}
    assert {found[flow] for flow in passed if " backup " in flow} == {"allow"}
    assert not any(" fe80:" in flow for flow in found)


def _names(kind: str) -> set[str]:
    from taploom.driver import compile_site

    plan = compile_site(ROOT / "specs", now=1_800_000_000).plan
    return {entry.name for entry in (plan.policy if kind == "policy" else plan.forwards)}


def drawn() -> list[str]:
    """Specs of random sites with guests, as texts."""
    found: list[str] = []

    @seed(SEED)
    @settings(
        max_examples=6 * MADE_UP, phases=[Phase.generate], database=None, deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(sites())
    def collect(site: Tree) -> None:
        if site.get("guests") and text(site) not in found:
            found.append(text(site))

    collect()
    spread = sorted(found, key=len)[
        : 2 * MADE_UP : 2
    ]  # small sites save time; adjacent ones are alike, so the slice takes every second one
    assert len(spread) == MADE_UP
    return spread


@pytest.fixture(scope="module")
def made_up() -> list[tuple[str, tuple[Row, ...]]]:
    """Each random site with its flows and failures; several labs run at once, since they mostly wait."""

    specs = drawn()
    plans = [compiled(spec).plan for spec in specs]

    def run(plan: Plan) -> tuple[Row, ...]:
        with Lab() as lab:
            outcome = agreement(lab, plan, rendered(plan), lambda _: None).outcome
            return tuple(row for row in outcome.rows if row.kind == "flow" or not row.ok)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(zip(specs, pool.map(run, plans), strict=True))


@pytest.mark.parametrize("number", range(MADE_UP))
def test_a_random_site_agrees_with_the_kernel(made_up: list[tuple[str, tuple[Row, ...]]], number: int) -> None:
    spec, rows = made_up[number]
    assert [row for row in rows if not row.ok] == [], spec
    assert rows
    for row in rows:
        assert row.reach == f"{row.observed} by {row.decided_by}", spec
