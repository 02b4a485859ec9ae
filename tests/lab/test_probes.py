"""Probes of the lab, tested with rulesets in a real kernel: open, refused and unanswered ports, and forged frames."""

from __future__ import annotations

import textwrap

import pytest
from tests.lab.handmade import MACS, OUTSIDE4, OUTSIDE6, Site
from tests.support import needs

from taploom.lab import ethernet, ruleset
from taploom.lab.probe import Probe, ProbeResult, run
from taploom.lab.session import Lab
from taploom.lab.waiting import LabError, wait_for

pytestmark = needs("root", "tun", "networkd", "dbus", "nft", "ip", "unshare", "nsenter")


RULESET = """
    table inet lab
    delete table inet lab
    table inet lab {
      counter web { }
      chain forward {
        type filter hook forward priority filter; policy drop;
        ct state established,related accept
        iifname "vmbr" oifname "eth0" accept
        iifname "eth0" oifname "vmbr" ct status dnat counter name web accept
      }
      chain prerouting {
        type nat hook prerouting priority dstnat; policy accept;
        iifname "eth0" tcp dport 80 dnat ip to 10.0.0.10:8080
      }
      chain postrouting {
        type nat hook postrouting priority srcnat; policy accept;
        oifname "eth0" masquerade
      }
    }
    """


def test_bridged_frames_pass_the_forward_chain_only_where_asked(site: Site) -> None:
    web, db = site.agent("web"), site.agent("db")
    site.guests["web"].wait_for_addresses("eth0", "10.0.0.10/24")
    site.guests["db"].wait_for_addresses("eth0", "10.0.0.11/24")
    ruleset.load(site.host, "table ip cut { chain c { type filter hook forward priority 0; policy drop; }; }")
    assert run([Probe(web, "icmp", "10.0.0.11")]) == [ProbeResult("open")]
    if not ruleset.filter_bridged(site.host, on=True):
        pytest.skip("this kernel has no br_netfilter")
    assert run([Probe(web, "icmp", "10.0.0.11", passes=False)]) == [ProbeResult("timeout")]
    ruleset.filter_bridged(site.host, on=False)
    ruleset.load(site.host, "delete table ip cut")
    assert run([Probe(db, "icmp", "10.0.0.10")]) == [ProbeResult("open")]


def test_probes_follow_the_ruleset_and_name_the_machine_that_answered(site: Site) -> None:
    for name, address in (("web", "fd12:3456:789a::ff:fe00:a/64"), ("db", "fd12:3456:789a::ff:fe00:b/64")):
        site.guests[name].wait_for_addresses("eth0", address)
    uplink = site.uplink()
    world, web, db = (site.agent(name) for name in ("internet", "web", "db"))
    web.listen("tcp", 8080)
    db.listen("udp", 53)
    world.listen("tcp", 443)
    world.listen("udp", 53)
    world.machine.ip(f"route add 10.0.0.0/24 via {uplink}")
    ruleset.load(site.host, textwrap.dedent(RULESET))
    ruleset.load(site.host, textwrap.dedent(RULESET))
    assert ruleset.tables(site.host) == {"inet lab"}

    answers = run(
        [
            Probe(web, "tcp", OUTSIDE4, 443),
            Probe(web, "udp", OUTSIDE4, 53),
            Probe(web, "icmp", OUTSIDE6),
            Probe(world, "tcp", uplink, 80),
            Probe(world, "tcp", "10.0.0.10", 8080, passes=False),
            Probe(web, "tcp", "10.0.0.11", 25, passes=False),
            Probe(web, "udp", "10.0.0.11", 53),
            Probe(web, "udp", "10.0.0.11", 54),
            Probe(web, "icmp", "10.0.0.1"),
        ]
    )
    assert answers == [
        ProbeResult("open", "internet", uplink, OUTSIDE4, 443),
        ProbeResult("open", "internet", uplink, OUTSIDE4, 53),
        ProbeResult("open"),
        ProbeResult("open", "web", "203.0.113.1", "10.0.0.10", 8080),
        ProbeResult("timeout"),
        ProbeResult("refused"),
        ProbeResult("open", "db", "10.0.0.10", "10.0.0.11", 53),
        ProbeResult("refused"),
        ProbeResult("open"),
    ]
    assert ruleset.counters(site.host, "inet", "lab") == {"web": 1}


def test_a_held_stream_shows_whether_a_connection_survives_a_change(site: Site) -> None:
    web, db = site.agent("web"), site.agent("db")
    site.guests["web"].wait_for_addresses("eth0", "10.0.0.10/24")
    web.listen("tcp", 8080)
    stream = db.hold("10.0.0.10", 8080)
    assert db.alive(stream)
    cut = "table bridge cut { chain c { type filter hook forward priority 0; policy drop; }; }"
    ruleset.load(site.host, cut)
    assert not db.alive(stream)
    ruleset.load(site.host, "delete table bridge cut")


def test_a_forged_frame_arrives_and_is_captured(site: Site) -> None:
    web, db = site.agent("web"), site.agent("db")
    db.listen("udp", 999)
    db.capture("eth0")
    lie = ethernet.udp("10.0.0.77", 5, "10.0.0.11", 999, b"lie")
    web.send_frame("eth0", ethernet.ethernet(MACS["db"], MACS["web"], ethernet.IPV4, lie))
    lie6 = ethernet.udp("fd12:3456:789a::77", 5, "fd12:3456:789a::ff:fe00:b", 999, b"lie6")
    web.send_frame("eth0", ethernet.ethernet(MACS["db"], MACS["web"], ethernet.IPV6, lie6))
    expected = {("10.0.0.77", b"lie".hex()), ("fd12:3456:789a::77", b"lie6".hex())}
    wait_for(lambda: expected <= {(seen["peer"], seen["payload"]) for seen in db.seen()}, "the forged datagrams at db")
    request = ethernet.arp(ethernet.ARP_REQUEST, MACS["web"], "10.0.0.66", "00:00:00:00:00:00", "10.0.0.11")
    forged = ethernet.ethernet(ethernet.BROADCAST, MACS["web"], ethernet.ARP, request)
    web.send_frame("eth0", forged)
    wait_for(lambda: any(frame.startswith(forged) for frame in db.captured("eth0")), "the forged ARP request at db")


def test_rulesets_can_be_checked_without_root() -> None:
    assert ruleset.check(textwrap.dedent(RULESET)) == ""
    assert "syntax error" in ruleset.check("table inet x { chain }")


def test_a_refusal_names_the_machine_and_the_reason() -> None:
    with Lab() as lab:
        machine = lab.machine("strict")
        with pytest.raises(LabError, match=r"strict: nft .*syntax error"):
            ruleset.load(machine, "table inet x { chain }")
        with pytest.raises(LabError, match=r"strict: sh .*nonexistent"):
            machine.sysctl({"net.ipv4.nonexistent": "1"})
