"""Correct sites for which the checks must report nothing: false findings teach people not to read findings."""

from __future__ import annotations

import pytest
from tests.sites import compiled

BASE = """\
taploom: 1
addresses:
  office: [198.51.100.0/24, '2001:db8:f::/48']
networks:
  lan: {ipv4: 10.0.0.1/24, ipv6: 'fd12:3456:789a::1/64', nat: true}
  dmz: {ipv4: 10.0.1.1/24, ipv6: 'fd12:3456:789a:1::1/64', nat: true}
hosts:
  hv1:
    uplinks:
      eth0: {zone: internet, ipv4: 192.0.2.10/24, gateway4: 192.0.2.1, ipv6: '2001:db8::10/64', gateway6: 'fe80::1'}
      eth1: {zone: corp, ipv4: 172.16.0.10/24, ipv6: 'fd99::10/64'}
    networks: {lan: {taps: lan-*}, dmz: {taps: dmz-*}}
guests:
  web: {host: hv1, nics: {dmz: {ipv4: 10.0.1.10}}}
  git: {host: hv1, nics: {dmz: {ipv4: 10.0.1.11}}}
forwards:
  http: {on: hv1, ports: [http, https], to: web, from: any}
policy:
  out: {from: [lan, dmz], to: internet, allow: any}
  admin: {from: office, to: host/hv1, allow: ssh}
"""


def found(more: str = "", old: str = "", new: str = "") -> list[str]:
    """The codes of all findings on the base site with some lines added or replaced."""
    assert old in BASE
    return compiled(BASE.replace(old, new) + more if old else BASE + more).codes


def test_a_sound_site_has_no_findings() -> None:
    assert found() == []


@pytest.mark.parametrize(
    "policy",
    [
        "  corp: {from: corp, to: lan, allow: any}\n",
        "  sql: {from: corp, to: dmz, allow: [postgresql, ssh]}\n",
        "  ping: {from: any, to: dmz, allow: ping}\n",
        "  web: {from: any, to: dmz, allow: [http, https]}\n",
        "  guard: {from: lan, to: lan, deny: smb}\n",
        "  later: {from: lan, to: dmz, allow: https, expires: 2027-06-30}\n",
        "  slow: {from: internet, to: hosts, allow: ping, limit: 10/second}\n",
        "  echo: {from: any, to: dmz, allow: [icmp/echo-request, icmpv6/echo-request]}\n",
        "  part: {from: lan, to: dmz, allow: https}\n  no: {from: 10.0.0.0/25, to: dmz, deny: https}\n",
        "  two: {from: lan, to: dmz, allow: https}\n  logged: {from: lan, to: dmz, allow: https, log: true}\n",
    ],
    ids=lambda text: text.split(":")[0].strip(),
)
def test_correct_policy_has_no_findings(policy: str) -> None:
    allowed = {"TL707"} if "no:" in policy else set()
    assert set(found(policy)) == allowed


@pytest.mark.parametrize(
    "forwards",
    [
        "  git: {on: hv1, ports: tcp/2222, to: git, to-port: 22, from: office}\n",
        "  git: {on: hv1, ports: udp/443, to: git, from: any}\n",
        "  git: {on: hv1, ports: [tcp/7100, tcp/7100-7110], to: git, from: any}\n",
    ],
)
def test_correct_forwards_have_no_findings(forwards: str) -> None:
    assert found(old="forwards:\n", new=f"forwards:\n{forwards}") == []


def test_two_forwards_of_one_port_with_a_common_sender_clash() -> None:
    assert "TL603" in found(
        old="forwards:\n", new="forwards:\n  git: {on: hv1/eth1, ports: http, to: git, from: corp}\n"
    )


def test_one_port_may_have_two_targets_on_two_uplinks_or_for_disjoint_senders() -> None:
    apart = "forwards:\n  one: {on: hv1/eth1, ports: tcp/8443, to: git, from: lan}\n"
    apart += "  two: {on: hv1/eth1, ports: tcp/8443, to: web, from: corp}\n"
    apart += "  three: {on: hv1/eth0, ports: tcp/8443, to: web, from: any}\n"
    assert found(old="forwards:\n", new=apart) == []


def test_a_forward_of_ssh_in_one_zone_leaves_management_from_the_other() -> None:
    """The office reaches the host through two uplinks, and one of them forwards ssh: a warning, but no lock-out."""
    codes = found(old="forwards:\n", new="forwards:\n  git: {on: hv1/eth1, ports: ssh, to: git, from: corp}\n")
    assert set(codes) == {"TL605"}
    assert "TL613" in found(old="forwards:\n", new="forwards:\n  git: {on: hv1, ports: ssh, to: git}\n")


def test_a_host_without_interfaces_needs_no_management_path() -> None:
    assert compiled("taploom: 1\nhosts:\n  hv1: {}\n").codes == []


def test_the_check_of_resolvers_skips_a_host_with_its_own_firewall() -> None:
    text = "taploom: 1\nnetworks:\n  lan: {ipv4: 10.0.0.1/24, dns: 10.0.0.1}\nhosts:\n"
    text += "  hv1: {input: %s, networks: {lan: {}}}\n"
    assert "TL804" not in compiled(text % "foreign").codes
    assert "TL804" in compiled(text % "managed").codes


def test_guests_of_an_isolated_network_cannot_reach_a_resolver_on_it() -> None:
    text = "taploom: 1\nnetworks:\n  lan: {ipv4: 10.0.0.1/24, dns: 10.0.0.53, isolated: %s}\n"
    text += "hosts:\n  hv1: {networks: {lan: {}}}\n"
    assert [compiled(text % word).codes.count("TL804") for word in ("true", "false")] == [1, 0]
