"""Compares the text that `render` prints with the expected text, letter by letter."""

import shlex
import textwrap
from dataclasses import replace
from pathlib import Path

from tests.plans import seed

from taploom.delivery.tree import Delivery
from taploom.plan.policy import Service
from taploom.report.summary import summary

DONE = Delivery(written=("a", "b"), restored=("b",), unchanged=3, removed=("c",))


def test_summary_of_the_seed() -> None:
    text = summary(seed(), (), Path("build/plan"), DONE)
    assert text.replace("NAT by masquerade", "NAT ...") == textwrap.dedent("""\
        seed (vm.example.org): 1 host, 1 network, 2 guests, 2 forwards, 2 policy entries

        host hypervisor: systemd 252, nftables 1.0.6, NixOS 25.11
          uplink   eth0                 zone internet, IPv4 by DHCP, IPv6 by RA
          network  microvm              bridge br-microvm, 10.0.0.1/24, fd12:3456:789a::1/64, DHCP, RA, NAT ...
          guest    http-reverse-proxy   microvm 10.0.0.10 fd12:3456:789a::10
          guest    https-reverse-proxy  microvm 10.0.0.11 fd12:3456:789a::11
          forward  http                 tcp/80 at hypervisor/eth0 to http-reverse-proxy
          forward  https                tcp/443 at hypervisor/eth0 to https-reverse-proxy

          policy   admin       allow ssh from any to host/hypervisor
          policy   guests-out  allow any from microvm to internet

        build/plan: 2 files written, 3 unchanged, 1 removed, 1 of them had been edited.
        Found: no findings.

        Next:
          less build/plan/hosts/hypervisor/nftables/taploom.nft   the ruleset of a host
          taploom export hypervisor   a bundle for a host
          taploom explain guest/http-reverse-proxy   the facts about an object, and the lines that it causes
        """)


def test_the_summary_of_a_large_site_is_short() -> None:
    plan = seed()
    guests = tuple(replace(plan.guests[0], name=f"guest-{n:04}") for n in range(1000))
    hosts = tuple(replace(plan.hosts[0], name=f"host-{n:02}") for n in range(40))
    large = replace(plan, hosts=(*plan.hosts, *hosts), guests=guests)
    text = summary(large, (), Path("out"), DONE)
    assert len(text.splitlines()) < 80
    assert [line.split(maxsplit=2)[2] for line in text.splitlines() if " … " in line] == ["and 989 more"]
    assert "and 33 more hosts" in text


def test_summary_of_uplinks_configured_by_others_and_of_shifted_ranges() -> None:
    plan = seed()
    (host,), forward = plan.hosts, plan.forwards[0]
    vpn = replace(host.uplinks[0], name="wg0", zone="vpn", ipv4=None, ipv6=None)
    shifted = replace(forward, ports=(Service("tcp", 5000, 5009), Service("udp", 53, 53)), to_port=6000)
    host = replace(host, uplinks=(*host.uplinks, vpn))
    text = summary(replace(plan, hosts=(host,), forwards=(shifted,)), (), Path("out"), DONE)
    assert "  uplink   wg0                  zone vpn, not configured by taploom\n" in text
    assert "tcp/5000-5009, udp/53 at hypervisor/eth0 to http-reverse-proxy port 6000-6009\n" in text


def test_summary_of_an_empty_site() -> None:
    plan = replace(seed(), hosts=(), guests=(), networks=(), forwards=(), policy=(), domain="")
    assert summary(plan, (), Path("out"), Delivery()).startswith("seed: 0 hosts, 0 networks, 0 guests")


def test_the_suggested_commands_can_be_pasted_into_a_shell() -> None:
    text = summary(seed(), (), Path("out put"), DONE, "the site's specs")
    lines = [shlex.split(line)[:5] for line in text.partition("Next:\n")[2].splitlines()]
    assert lines[0][:2] == ["less", "out put/hosts/hypervisor/nftables/taploom.nft"]
    assert lines[1] == ["taploom", "export", "hypervisor", "--specs", "the site's specs"]
    assert lines[2] == ["taploom", "explain", "guest/http-reverse-proxy", "--specs", "the site's specs"]
