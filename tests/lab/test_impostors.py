"""A host drops packets that arrive by the wrong uplink for their source; the lab detects rulesets that pass them."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.sites import compiled
from tests.support import needs

from taploom.driver import rendered
from taploom.lab import ruleset
from taploom.lab.atlas import Atlas
from taploom.lab.build import RunningSite
from taploom.lab.impostors import impostors
from taploom.lab.oracle import Oracle
from taploom.lab.questions import questions
from taploom.lab.return_routes import lead_home
from taploom.lab.session import Lab
from taploom.lab.wait import settle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from taploom.lab.lab_report import Row

pytestmark = needs("root", "tun", "networkd", "nft", "ip", "unshare", "nsenter")
CASES = Path(__file__).parents[1] / "cases"


class Tried:
    """A running site of a case file, to which forged packets can be sent."""

    def __init__(self, lab: Lab, case: str) -> None:
        plan = compiled((CASES / f"{case}.yaml").read_text(encoding="utf-8")).plan
        self.site = RunningSite(lab, plan, rendered(plan))
        settled, ground = settle(self.site)
        assert settled.failed == ()
        self.atlas = Atlas(plan, ground, dict(self.site.beyond))
        lead_home(self.site, self.atlas)
        self.oracle = Oracle(self.atlas, int(time.time()))
        self.asked, _ = questions(self.atlas, self.oracle)

    def rows(self) -> tuple[Row, ...]:
        return impostors(self.site, self.atlas, self.oracle, self.asked).rows

    def broken(self, host: str, *edits: tuple[str, str]) -> set[str]:
        """Loads an edited ruleset, returns the flows that disagree, and restores the ruleset."""
        text = self.site.ruleset(host)
        for before, after in edits:
            assert before in text
            text = text.replace(before, after)
        ruleset.load(self.site.hosts[host], text)
        found = {f"{row.flow}: {row.observed}" for row in self.rows() if not row.ok}
        ruleset.load(self.site.hosts[host], self.site.ruleset(host))
        return found


@pytest.fixture(scope="module")
def two_uplinks() -> Iterator[Tried]:
    with Lab() as lab:
        yield Tried(lab, "senders-of-another-host")


@pytest.fixture(scope="module")
def line() -> Iterator[Tried]:
    with Lab() as lab:
        yield Tried(lab, "senders-of-a-private-line")


@pytest.fixture(scope="module")
def strangers() -> Iterator[Tried]:
    with Lab() as lab:
        yield Tried(lab, "senders-of-no-network")


def test_a_forged_source_is_dropped_on_the_wrong_uplink(two_uplinks: Tried) -> None:
    rows = two_uplinks.rows()
    assert [row for row in rows if not row.ok] == []
    seen = {row.flow: row.observed for row in rows}
    for app, db in (("10.2.0.10", "10.1.0.10"), ("fd02::10", "fd01::10")):
        assert seen[f"h1 by eno1: {app} -> {db} tcp/5432"] == "drop"
        assert seen[f"h1 by eno2: {app} -> {db} tcp/5432"] == "allow"
    assert any(flow.endswith("tcp/22") for flow in seen), "the host itself"


PAIR = '"eno1" . "br-a" : goto forward_zone-internet_net-a'
INPUT = '"eno1" : goto input_zone-internet'


@pytest.mark.parametrize(("ip", "app", "db"), [("ip", "10.2.0.10", "10.1.0.10"), ("ip6", "fd02::10", "fd01::10")])
def test_the_lab_detects_a_ruleset_that_passes_a_forged_source(two_uplinks: Tried, ip: str, app: str, db: str) -> None:
    """The packet passes only with two faults: no source check, and a jump to the chain of another zone."""
    name = "astray_ipv4" if ip == "ip" else "astray_ipv6"
    rule = f"\t\tiifname . {ip} saddr @{name} counter name drop_rpf drop\n"
    edits = ((rule, ""), (PAIR, PAIR.replace("internet", "backbone")), (INPUT, INPUT.replace("internet", "backbone")))
    found = two_uplinks.broken("h1", *edits)
    assert f"h1 by eno1: {app} -> {db} tcp/5432: allow" in found
    assert any("tcp/22" in flow for flow in found)
    assert two_uplinks.broken("h1", edits[0]) == set(), "removing only the source check lets nothing pass"
    assert not any(flow.endswith(": allow") for flow in two_uplinks.broken("h1", *edits[1:])), (
        "changing only the dispatch lets nothing pass"
    )


def test_the_lab_detects_a_forward_that_passes_a_forged_source(line: Tried) -> None:
    assert [row for row in line.rows() if not row.ok] == []
    rule = "\t\tiifname . ip saddr @astray_ipv4 counter name drop_rpf drop\n"
    pair = '"eth0" . "br-east" : goto forward_zone-internet_net-east'
    found = line.broken("hv-east", (rule, ""), (pair, pair.replace("internet", "line")))
    assert any(flow.startswith("hv-east by eth0: 10.2.0.10 ") and flow.endswith(" udp/1514: allow") for flow in found)


HOMES = {
    "10.3.0.9": "eno2", "10.4.0.9": "eno3", "10.50.0.7": "eno2", "203.0.113.1": "eno1",
    "2001:db8:2::9": "eno2", "2001:db8:4::9": "eno3", "2001:db8:50::7": "eno2", "2001:db8::1": "eno1",
}  # fmt: skip
"""Addresses of the host's neighbours and of the branch, each with the uplink by which packets from it arrive."""


@pytest.mark.parametrize("ip", ["ip", "ip6"])
def test_sources_outside_all_networks_are_dropped_on_the_wrong_uplink(strangers: Tried, ip: str) -> None:
    rows = strangers.rows()
    assert [row for row in rows if not row.ok] == []
    seen = {row.flow.partition(" -> ")[0]: row.observed for row in rows}
    for sender, home in HOMES.items():
        outcomes = {uplink: seen[f"hv by {uplink}: {sender}"] for uplink in ("eno1", "eno2", "eno3", "eno4")}
        assert outcomes == {uplink: "allow" if uplink == home else "drop" for uplink in outcomes}
    rule = f"\t\tiifname . {ip} saddr @astray_{'ipv4' if ip == 'ip' else 'ipv6'} counter name drop_rpf drop\n"
    found = strangers.broken("hv", (rule, ""))
    assert any(flow.startswith("hv by eno1: ") and flow.endswith(": allow") for flow in found), found
