"""The status of a host (current, pending, foreign, drifted) for given facts: its recorded bundle and its real state."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.drift.sample import document, drift_of, listing, told
from tests.sites import compiled
from tests.support import needs

from taploom.drift.model import FlowEffect, Word
from taploom.driver import compile_site
from taploom.plan.site import Plan

pytestmark = needs("nft", "unshare")
GOLDEN = Path(__file__).parents[1] / "golden"
CASES = sorted(path.parent.name for path in GOLDEN.glob("*/specs"))
SITE = """\
taploom: 1
site: {name: words, domain: example.org}
networks:
  lan: {ipv4: 10.0.0.1/24, ipv6: "fd12:3456:789a::1/64", dhcp: true, ra: true, nat: true}
hosts:
  hv:
    uplinks:
      eno1: {zone: internet, ipv4: 203.0.113.10/28, gateway4: 203.0.113.1, ipv6: "2001:db8:1::10/64"}
    networks: {lan: {taps: vm-*}}
guests:
  web: {host: hv, nics: {lan: {ipv4: 10.0.0.10, mac: 02:00:00:12:34:56, ipv6: slaac}}}
forwards:
  web: {on: hv, ports: [tcp/443], to: web}
policy:
  out: {from: lan, to: internet, allow: any}
  admin: {from: internet, to: hosts, allow: ssh}
"""


def site(text: str = SITE) -> Plan:
    return compiled(text).plan


def host(plan: Plan) -> Any:
    return plan.hosts[0]


@pytest.mark.parametrize("case", CASES)
def test_a_host_that_matches_its_plan_is_current(case: str) -> None:
    plan = compile_site(GOLDEN / case / "specs", now=1_800_000_000, prove=False).plan
    for each in plan.hosts:
        found = drift_of(plan, each, document(plan, each))
        assert told(found) == []
        assert found.word is Word.CURRENT


def test_a_host_without_our_files_is_pending() -> None:
    plan = site()
    empty = document(plan, host(plan)) | {"activation": [], "sums": [], "files": [], "modes": [], "ruleset": None}
    found = drift_of(plan, host(plan), empty)
    assert found.word is Word.PENDING
    assert [row.subject.value for row in found.rows] == ["bundle"]


def test_an_unchanged_older_bundle_is_pending_with_all_differences() -> None:
    before, after = site(), site(SITE.replace("10.0.0.10", "10.0.0.11").replace("allow: ssh", "allow: [ssh, http]"))
    found = drift_of(after, host(after), document(before, host(before)))
    assert {row.word for row in found.rows} == {Word.PENDING}, told(found)
    assert "rule" in {row.subject.value for row in found.rows} or "element" in {row.subject.value for row in found.rows}


def test_changes_to_an_older_bundle_are_told_apart_from_new_plans() -> None:
    before, after = site(), site(SITE.replace("tcp/443", "tcp/8443"))
    facts = document(before, host(before))
    rule = {"rule": {"family": "inet", "table": "taploom", "chain": "input", "handle": 999, "expr": [{"drop": None}]}}
    facts["ruleset"]["nftables"].append(rule)
    found = drift_of(after, host(after), facts, before)
    assert found.word is Word.DRIFTED
    words = sorted((row.word.value, row.subject.value) for row in found.rows)
    assert words == [("drifted", "rule"), ("pending", "bundle")]
    (pending,) = (row for row in found.rows if row.word is Word.PENDING)
    assert "/etc/taploom/taploom.nft" in pending.note


def test_an_edited_file_of_an_older_bundle_is_drifted() -> None:
    before, after = site(), site(SITE.replace("203.0.113.10/28", "203.0.113.11/28"))
    facts = document(before, host(before))
    unit = "/etc/systemd/network/05-taploom-eno1.network"
    facts["files"] = [line if unit not in line else f"{'0' * 64}  {unit}" for line in facts["files"]]
    found = drift_of(after, host(after), facts)
    assert ("drifted", unit) in {(row.word.value, row.place) for row in found.rows}


def test_the_bundle_of_another_host_is_drifted() -> None:
    plan = site()
    facts = document(plan, host(plan))
    facts["activation"][1] = "host other"
    found = drift_of(plan, host(plan), facts)
    assert told(found) == ["drifted bundle bundle: the host took up the bundle of another host, other"]


@pytest.mark.parametrize("part", ["ruleset", "links", "addresses", "routes4"])
def test_a_missing_listing_is_reported_and_not_called_current(part: str) -> None:
    plan = site()
    found = drift_of(plan, host(plan), document(plan, host(plan)) | {part: None})
    assert [(row.word.value, row.subject.value) for row in found.rows] == [("drifted", "unknown")]


def test_a_missing_kernel_setting_is_reported() -> None:
    plan = site()
    facts = document(plan, host(plan))
    facts["sysctls"] = [line for line in facts["sysctls"] if "ipv6" not in line]
    assert {row.message for row in drift_of(plan, host(plan), facts).rows} == {"the kernel does not have the setting"}


def test_an_added_rule_is_shown_with_the_flow_that_it_opens() -> None:
    plan = site()
    facts = document(plan, host(plan))
    chain = "forward_zone-internet_net-lan"
    expr = [
        {"match": {"op": "==", "left": {"payload": {"protocol": "tcp", "field": "dport"}}, "right": 22}},
        {"accept": None},
    ]
    at = next(i for i, one in enumerate(facts["ruleset"]["nftables"]) if one.get("rule", {}).get("chain") == chain)
    rule = {"rule": {"family": "inet", "table": "taploom", "chain": chain, "handle": 999, "expr": expr}}
    facts["ruleset"]["nftables"].insert(at, rule)
    (row,) = drift_of(plan, host(plan), facts).rows
    (opened,) = row.consequences
    assert (opened.turn, opened.sources, opened.destinations) == (
        FlowEffect.OPENS,
        ("zone/internet",),
        ("network/lan",),
    )
    assert (opened.services, opened.exposed, opened.plan) == (("tcp/22",), True, "drop by default")
    assert len(opened.families) == 2


DOCKER = """\
table ip nat {
 chain POSTROUTING {
  type nat hook postrouting priority 100;
  ip saddr 172.17.0.0/16 oifname != "docker0" masquerade
 }
}
"""


def test_docker_s_nat_for_its_own_containers_does_not_matter() -> None:
    plan = site()
    facts = document(plan, host(plan))
    facts["ruleset"]["nftables"] += listing(DOCKER)["nftables"]
    facts["routes4"].append({"dst": "172.17.0.0/16", "dev": "docker0", "protocol": "kernel"})
    assert told(drift_of(plan, host(plan), facts)) == []


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ('UNCONN 0 0 0.0.0.0%br-lan:67 0.0.0.0:* users:(("systemd-network",pid=1,fd=2))', 0),
        ('UNCONN 0 0 0.0.0.0%docker0:67 0.0.0.0:* users:(("dnsmasq",pid=1,fd=2))', 0),
        ('UNCONN 0 0 0.0.0.0%br-lan:67 0.0.0.0:* users:(("dnsmasq",pid=1,fd=2))', 1),
        ('UNCONN 0 0 *:67 *:* users:(("dnsmasq",pid=1,fd=2))', 1),
    ],
)
def test_another_dhcp_server_counts_only_on_links_of_our_guests(line: str, count: int) -> None:
    plan = site()
    found = drift_of(plan, host(plan), document(plan, host(plan)) | {"listening": [line]})
    assert [row.word for row in found.rows] == [Word.FOREIGN] * count


def linked(facts: dict[str, Any]) -> list[str]:
    return [f"777:symbolic link:{line.partition('file:')[2]}" for line in facts["modes"]]


def test_files_linked_by_nixos_are_not_compared() -> None:
    plan = site()
    facts = document(plan, host(plan)) | {"activation": [], "sums": []}
    facts["files"] = [f"{'0' * 64}  {line.partition('  ')[2]}" for line in facts["files"]]
    assert told(drift_of(plan, host(plan), facts | {"modes": linked(facts)})) == []
    assert {row.subject.value for row in drift_of(plan, host(plan), facts).rows} == {"file"}


def test_a_link_in_place_of_a_file_of_a_bundle_is_drifted() -> None:
    plan = site()
    facts = document(plan, host(plan))
    found = drift_of(plan, host(plan), facts | {"modes": linked(facts)})
    assert {row.message for row in found.rows} == {"somebody replaced the file by a link"}


def test_differences_caused_by_a_third_party_unit_are_foreign() -> None:
    plan = site()
    facts = document(plan, host(plan))
    facts["networkctl"]["Interfaces"][1]["NetworkFile"] = "/etc/systemd/network/00-mine.network"
    facts["routes4"] = [route for route in facts["routes4"] if route["dst"] != "default"]
    found = drift_of(plan, host(plan), facts)
    assert {(row.word.value, row.subject.value) for row in found.rows} == {("foreign", "unit"), ("foreign", "route")}


def by_hand(plan: Plan, chain: str, *rules: list[Any], **base: Any) -> dict[str, Any]:
    """Facts with rules inserted at the start of a chain; if `base` is given, the chain is created with that hook."""
    facts = document(plan, host(plan))
    known = facts["ruleset"]["nftables"]
    if base:
        known.append({"chain": {"family": "inet", "table": "taploom", "name": chain, "handle": 900, **base}})
    body = {"family": "inet", "table": "taploom", "chain": chain}
    added = [{"rule": {**body, "handle": 901 + at, "expr": expr}} for at, expr in enumerate(rules)]
    first = next((at for at, one in enumerate(known) if one.get("rule", {}).get("chain") == chain), len(known))
    known[first:first] = added
    return facts


def matches(key: str, right: Any) -> dict[str, Any]:
    return {"match": {"op": "==", "left": {"meta": {"key": key}}, "right": right}}


def test_an_effect_that_depends_on_unknown_conditions_is_uncertain() -> None:
    """If both conditions hold, the drop hides the accept; if only the second does, the accept opens the host."""
    plan = site()
    facts = by_hand(plan, "input", [matches("mark", 1), {"drop": None}], [matches("mark", 2), {"accept": None}])
    found = drift_of(plan, host(plan), facts)
    turns = {(one.turn, one.certain) for row in found.rows for one in row.consequences}
    assert {(FlowEffect.OPENS, False), (FlowEffect.CLOSES, False)} <= turns
    assert all(certain is False for _, certain in turns)
    assert all("cannot read" in row.note for row in found.rows)


def test_interfaces_known_only_from_a_rule_are_followed_by_name_and_pattern() -> None:
    plan = site()
    for name, said in (("docker0", "interface docker0"), ("veth*", "interface veth*")):
        facts = by_hand(plan, "forward", [matches("iifname", name), matches("oifname", "br-lan"), {"accept": None}])
        (row,) = drift_of(plan, host(plan), facts).rows
        assert [one.sources for one in row.consequences if one.scope == "flow"] == [(said,)]


def test_a_chain_at_an_unevaluated_hook_is_reported_with_a_note() -> None:
    plan = site()
    hook = {"type": "filter", "hook": "postrouting", "prio": 0, "policy": "drop"}
    (row,) = drift_of(plan, host(plan), by_hand(plan, "mine", **hook)).rows
    assert (row.word, row.subject.value) == (Word.DRIFTED, "chain")
    assert "does not evaluate the hook" in row.note


def test_a_foreign_chain_at_an_unevaluated_hook_counts_if_it_drops() -> None:
    plan = site()
    for policy, count in (("accept", 0), ("drop", 1)):
        text = (
            f"table inet other {{\n chain x {{\n type filter hook postrouting priority 0; policy {policy};\n }}\n}}\n"
        )
        facts = document(plan, host(plan))
        facts["ruleset"]["nftables"] += listing(text)["nftables"]
        found = drift_of(plan, host(plan), facts)
        assert [row.word for row in found.rows] == [Word.FOREIGN] * count
