"""Typical mistakes of people who know other tools: each has one finding at its place, and its help fits the site."""

from __future__ import annotations

import pytest
from tests.sites import NOW

from taploom.driver import Compiled, compile_blobs

BASE = """\
taploom: 1
networks:
  lan: {ipv4: 10.0.1.1/24, nat: true}
hosts:
  hv:
    uplinks: {eth0: {zone: internet, ipv4: 203.0.113.11/24, gateway4: 203.0.113.1}}
    networks: {lan: {taps: vm-*}}
"""
WWW = "guests: {www: {host: hv, nics: {lan: {ipv4: 10.0.1.10}}}}\n"
ADMIN = "policy: {admin: {from: 198.51.100.0/24, to: host/hv, allow: ssh}}\n"


def compiled(text: str) -> Compiled:
    """A site without a lock, as a new user has it."""
    return compile_blobs({"specs/site.yaml": text.encode()}, "specs", now=NOW)


def codes(site: Compiled) -> list[str]:
    """The codes of all findings, in reading order."""
    return [diagnostic.code for diagnostic in site.diagnostics]


def web(said: str) -> str:
    """The text of a forward, with a valid guest and policy entry."""
    return f"{WWW}{ADMIN}forwards: {{web: {{{said}}}}}\n"


def guest(said: str) -> str:
    """The text of a guest, with a valid policy entry."""
    return f"guests: {{www: {{{said}}}}}\n{ADMIN}"


def policy(said: str) -> str:
    """The text of a policy entry, with a valid guest."""
    return f"{WWW}policy: {{admin: {{{said}}}}}\n"


MISTAKES = {
    "a name of DNS": (
        policy("from: office.example.org, to: host/hv, allow: ssh"),
        [("9:24", "taploom does not resolve DNS names: list the prefixes under `addresses`, and name that entry")],
    ),
    "to an address": (
        web("on: hv, ports: tcp/443, to: 10.0.1.10, from: any"), [("10:46", "write `www`, which has it")]
    ),
    "to an address without a guest": (
        web("on: hv, ports: tcp/443, to: 10.0.1.11, from: any"), [("10:46", "write the name of the guest that has it")]
    ),
    "on an address": (
        web("on: 203.0.113.11, ports: tcp/443, to: www, from: any"), [("10:22", "write `hv/eth0`, which has it")]
    ),
    "ip": (guest("host: hv, nics: {lan: {ip: 10.0.1.10}}"), [("8:39", "did you mean `ipv4`?")]),
    "ip with an IPv6 address": (
        guest("host: hv, nics: {lan: {ip: 'fd00::1'}}"),
        [("8:33", "give the network an `ipv6`, or drop the key"), ("8:39", "did you mean `ipv6`?")],
    ),
    "two protocols": (
        web("on: hv, ports: tcp+udp/443, to: www, from: any"), [("10:33", "write a list: `[tcp/443, udp/443]`")]
    ),
    "two protocols with a comma": (
        web("on: hv, ports: tcp,udp/443, to: www, from: any"),
        [("10:37", "write a list in brackets, such as `[tcp/443, udp/443]`")],
    ),
    "networks of a guest": (
        guest("host: hv, networks: {lan: {ipv4: 10.0.1.10}}"), [("8:26", "did you mean `nics`?")]
    ),
    "source, destination and action": (
        policy("source: 198.51.100.0/24, destination: host/hv, action: allow"),
        [("9:18", "write `from`"), ("9:43", "write `to`"), ("9:65", "write `allow` or `deny`, with the services")],
    ),
    "no sender": (policy("to: host/hv, allow: ssh"), [("9:17", "add `from: …`: senders, which open the connection")]),
    "no host": (guest("nics: {lan: {ipv4: 10.0.1.10}}"), [("8:15", "add `host: …`: the host that runs it")]),
    "the other family": (
        guest("host: hv, nics: {lan: {ipv4: 'fd00::1'}}"),
        [("8:45", "write it after the key that ends in 6, such as `ipv6: fd00::1`")],
    ),
    "a key given twice": (
        f"{WWW}policy:\n  admin: {{from: 198.51.100.0/24, to: host/hv, allow: ssh}}\n  admin: {{from: lan, to: lan}}\n",
        [("11:3", "combine the two entries, or rename one")],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("said", "expected"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_one_finding_with_a_help_text(said: str, expected: list[tuple[str, str]]) -> None:
    found = compiled(BASE + said).diagnostics
    assert [(str(d.span).removeprefix("specs/site.yaml:"), d.help) for d in found] == expected


@pytest.mark.parametrize("word", ["dhcp", "slaac", "dhcpv6"])
def test_the_help_for_a_learned_ipv6_address_names_ra(word: str) -> None:
    text = (BASE + WWW + ADMIN).replace("ipv4: 203.0.113.11/24, gateway4: 203.0.113.1", f"ipv6: {word}")
    [found] = compiled(text).diagnostics
    assert found.help.startswith("write `ra`, which covers SLAAC and DHCPv6")


def test_missing_lock_entries_are_reported_only_without_other_errors() -> None:
    guests = "".join(f"  g{number}: {{host: hv, nics: {{lan: {{}}}}}}\n" for number in range(120))
    whole = compiled(f"{BASE}guests:\n{guests}{ADMIN}")
    [found] = whole.diagnostics
    assert found.message == "`taploom.lock` lacks IPv4 and MAC of guest `g0` on `lan`, and of 119 other NICs"
    broken = compiled(f"{BASE}guests:\n{guests}{ADMIN}  ".replace("to: host/hv", "to: host/hvv"))
    assert codes(broken) == ["TL203"]


IN = "from: 198.51.100.0/24, to: host/hv, allow: ssh"
OUT = "from: lan, to: lan, allow: ssh"
TWICE = {
    "an entry, the wrong one first": policy(f"{OUT}}}, admin: {{{IN}"),
    "an entry, the right one first": policy(f"{IN}}}, admin: {{{OUT}"),
    "a key of an entry": policy(f"from: lan, {IN}"),
    "a key of a key": guest("host: hv, nics: {lan: {}, lan: {}}"),
    "a section": f"{WWW}{ADMIN}policy: {{out: {{{OUT}}}}}\n",
    "an alias of an entry with a key twice": f"{WWW}policy: {{admin: &a {{from: lan, {IN}}}, more: *a}}\n",
}


@pytest.mark.parametrize("said", TWICE.values(), ids=TWICE)
def test_a_repeated_key_is_one_finding_without_consequences(said: str) -> None:
    """Both definitions are ignored, because otherwise their order in the file would matter."""
    [found] = compiled(BASE + said).diagnostics
    assert (found.code, found.help) == ("TL120", "combine the two entries, or rename one")
