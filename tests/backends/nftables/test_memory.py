"""The table `taploom-memory`, whose sets keep their elements when a ruleset is reloaded: all hosts declare it alike."""

from __future__ import annotations

from itertools import dropwhile, takewhile

from tests.sites import compiled

from taploom.backends import nftables

SPEC = """\
taploom: 1
networks: {{lan: {{{own}}}}}
hosts: {{hv: {{networks: {{lan: {{}}}}}}}}
guests:
  a: {{host: hv, nics: {{lan: {{}}}}}}
  b: {{host: hv, nics: {{lan: {{}}}}}}
policy: {{fence: {{from: a, to: b, deny: {deny}}}}}
"""
DECLARED = """\
set seen_ipv4 {
	type ipv4_addr . ipv4_addr . inet_proto . inet_service . inet_service
	size 65535
	flags dynamic,timeout
	timeout 180s
}
set seen_ipv6 {
	type ipv6_addr . ipv6_addr . inet_proto . inet_service . inet_service
	size 65535
	flags dynamic,timeout
	timeout 180s
}
"""
"""Declarations of the sets. The kernel refuses a different declaration of an existing set: a change needs new names."""


def memory(text: str) -> list[str]:
    """Lines of a ruleset that belong to the table, starting with the line that adds the table."""
    inside = dropwhile(lambda line: line != "table bridge taploom-memory", text.splitlines())
    return [*takewhile(lambda line: line, inside)]


def rendered(own: str, deny: str) -> list[str]:
    (host,) = compiled(SPEC.format(own=own, deny=deny)).plan.hosts
    (artifact,) = nftables.artifacts(host)
    return memory(artifact.text)


def test_sets_and_chains_do_not_depend_on_the_denied_services() -> None:
    hosts = [
        rendered("ipv4: 10.0.0.1/24, ipv6: fd00::1/64", "any"),
        rendered("ipv4: 10.1.0.1/24", "[udp/1-9, tcp/22, ipsec]"),
        rendered("ipv6: fd00:9::1/64", "ping"),
    ]
    for lines in hosts:
        assert lines[:3] == [
            "table bridge taploom-memory",
            "flush table bridge taploom-memory",
            "table bridge taploom-memory {",
        ]
        assert [line.removeprefix("\t") for line in lines[3:15]] == DECLARED.splitlines()
        heads = [line.strip() for line in lines if line.endswith("{") and line.startswith("\t") and line[1] != "\t"]
        assert heads[2:] == ["chain forward {", "chain deny_ipv4 {", "chain deny_ipv6 {"]


def test_without_a_deny_the_table_is_removed() -> None:
    (host,) = compiled(
        "taploom: 1\nnetworks: {lan: {ipv4: 10.0.0.1/24}}\nhosts: {hv: {networks: {lan: {}}}}\n"
    ).plan.hosts
    (artifact,) = nftables.artifacts(host)
    assert memory(artifact.text) == ["table bridge taploom-memory", "delete table bridge taploom-memory"]
