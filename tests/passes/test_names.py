"""Resolution of names: references, clashes, and names of entries that are themselves broken."""

from __future__ import annotations

import pytest
from tests.sites import Site, compiled

from taploom.plan.policy import Service

SITE = """\
taploom: 1
addresses:
  office: 198.51.100.0/24
networks:
  lan: {ipv4: 10.0.0.1/24, zone: inner}
  dmz: {ipv4: 10.0.1.1/24}
hosts:
  hv1: {uplinks: {eth0: {zone: internet, ipv4: dhcp}}, networks: {lan: {}, dmz: {}}}
guests:
  web: {host: hv1, nics: {lan: {}}, tags: [public]}
"""
ADMIN = "policy:\n  admin: {from: internet, to: host/hv1, allow: ssh}\n"
FORWARD = "forwards:\n  web: {on: hv1, ports: http, to: web}\n"


def messages(text: str, code: str) -> list[str]:
    return [f"{d.message} | {d.help}" for d in compiled(text).of(code)]


def errors(site: Site) -> list[str]:
    return [d.code for d in site.diagnostics if d.severity.value == "error"]


@pytest.mark.parametrize(
    ("selector", "message"),
    [
        ("wbe", "unknown name `wbe` | did you mean `web`?"),
        ("guest/wbe", "unknown guest `wbe` | did you mean `web`?"),
        ("tag/publik", "unknown tag `publik` | did you mean `public`?"),
        ("zone/office", "`office` is an address, not a zone | write `address/office` or `office`"),
        ("host/lan", "`lan` is a network, not a host | write `network/lan` or `lan`"),
        ("network/inner", "`inner` is a zone, not a network | write `zone/inner` or `inner`"),
        ("xyzzy", "unknown name `xyzzy` | known: dmz, hv1, inner, internet, lan, office, web"),
    ],
)
def test_selectors_without_a_match_are_refused(selector: str, message: str) -> None:
    text = f"{SITE}policy:\n  rule: {{from: {selector}, to: internet, allow: any}}\n"
    assert messages(text, "TL203") + messages(text, "TL211") == [message]


@pytest.mark.parametrize(
    "selector", ["any", "hosts", "inner", "zone/dmz", "network/dmz", "office", "tag/public", "10.0.0.0/8"]
)
def test_selectors_with_a_match_are_accepted(selector: str) -> None:
    site = compiled(f"{SITE}policy:\n  rule: {{from: {selector}, to: web, allow: any}}\n")
    assert not {"TL203", "TL211"} & set(site.codes)
    assert [rule.name for rule in site.plan.policy] == ["rule"]


def test_a_declared_zone_clashes_with_a_guest() -> None:
    found = compiled(SITE + "zones:\n  web: {color: red}\n").of("TL209")
    assert [(d.span and d.span.line, d.message) for d in found] == [(12, "`web` is the name of a zone and of a guest")]
    assert compiled(SITE).of("TL209") == []


def test_an_undeclared_zone_clashes_at_its_first_mention() -> None:
    text = SITE.replace("zone: inner", "zone: web").replace("zone: internet", "zone: office")
    found = compiled(text).of("TL209")
    assert [(d.span and d.span.line, d.message) for d in found] == [
        (5, "`web` is the name of a zone and of a guest"),
        (8, "`office` is the name of a zone and of an address"),
    ]


def test_a_network_is_its_own_zone_unless_another_member_joins() -> None:
    assert not compiled(SITE + "zones:\n  dmz: {color: red}\n").of("TL209")
    joined = compiled(SITE.replace("zone: inner", "zone: dmz"))
    assert [d.message for d in joined.of("TL209")] == ["`dmz` is the name of a zone and of a network"]
    beyond = compiled(SITE.replace("zone: internet", "zone: dmz"))
    assert [d.message for d in beyond.of("TL209")] == ["`dmz` is the name of a zone and of a network"]


@pytest.mark.parametrize(
    ("right", "wrong", "more"),
    [
        ("dmz: {ipv4: 10.0.1.1/24}", "dmz: {ipv4: 10.0.1.1}", "  out: {from: dmz, to: internet, allow: any}\n"),
        ("ipv4: 10.0.0.1/24, zone", "ipv4: 10.0.0.1, zone", "  out: {from: inner, to: internet, allow: any}\n"),
        ("ipv4: dhcp", "ipv4: dchp", FORWARD),
        ("ipv4: dhcp", "ipv4: dchp", FORWARD.replace("hv1", "hv1/eth0")),
        ("198.51.100.0/24", "198.51.100.0/33", "  out: {from: office, to: internet, allow: any}\n"),
    ],
)
def test_a_reference_to_a_broken_entry_is_no_second_error(right: str, wrong: str, more: str) -> None:
    """First checks that the site without the mistake has no error."""
    text = SITE.replace("nics: {lan: {}}", "nics: {lan: {}, dmz: {}}") + ADMIN + more
    assert errors(compiled(text)) == []
    assert errors(compiled(text.replace(right, wrong))) == ["TL208"]


def test_a_guest_of_an_unknown_host_is_left_out() -> None:
    site = compiled(SITE.replace("host: hv1", "host: hv2") + ADMIN)
    assert errors(site) == ["TL203"]
    assert site.plan.guests == ()


def test_a_reference_to_a_broken_service_is_no_second_error() -> None:
    site = compiled(SITE + "services:\n  mine: tcp/99999\n" + ADMIN.replace("ssh}", "[ssh, mine]}"))
    assert errors(site) == ["TL208"]


def test_services_of_management_are_looked_up() -> None:
    text = SITE.replace("uplinks:", "management: [shh], uplinks:") + ADMIN
    assert messages(text, "TL203") == ["unknown service `shh` | did you mean `ssh`?"]


def test_hundreds_of_unknown_names_are_all_reported() -> None:
    rules = "".join(f"  r{i}: {{from: nobody{i}, to: internet, allow: any}}\n" for i in range(300))
    found = compiled(f"{SITE}policy:\n{rules}").of("TL203")
    assert len({d.message for d in found}) == 300
    assert found[0].help != ""


def test_a_long_chain_of_services_is_resolved() -> None:
    chain = "".join(f"  s{i}: [s{i + 1}]\n" for i in range(1500))
    site = compiled(f"taploom: 1\nservices:\n{chain}  s1500: [udp/53, tcp/1]\n")
    assert site.codes == ["TL713"]
    assert site.plan.services[0].services == (Service("tcp", 1, 1), Service("udp", 53, 53))


def test_a_chain_of_services_that_each_add_a_port_is_resolved_up_to_the_limit() -> None:
    chain = "".join(f"  s{i:03}: [s{i + 1:03}, tcp/{i + 1}]\n" for i in range(400))
    site = compiled(f"taploom: 1\nservices:\n{chain}  s400: udp/53\n")
    assert site.codes == ["TL713"]
    assert [len(service.services) for service in site.plan.services] == list(range(401, 0, -1))


@pytest.mark.parametrize(
    "entries",
    [
        "policy:\n" + "".join(f"  p{i:03}: {{from: any, to: g, allow: big}}\n" for i in range(300)),
        "forwards:\n" + "".join(f"  f{i:03}: {{on: hv, ports: big, to: g, from: any}}\n" for i in range(300)),
    ],
    ids=["policy", "forwards"],
)
def test_many_entries_with_a_long_service_are_refused(entries: str) -> None:
    ports = ", ".join(f"tcp/{1 + 2 * i}" for i in range(400))
    site = compiled(
        f"taploom: 1\nservices: {{big: [{ports}]}}\nnetworks: {{lan: {{ipv4: 10.0.0.1/24}}}}\n"
        "hosts:\n  hv:\n    uplinks: {eth0: {zone: internet, ipv4: 203.0.113.2/24, gateway4: 203.0.113.1}}\n"
        f"    networks: {{lan: {{}}}}\nguests: {{g: {{host: hv, nics: {{lan: {{ipv4: 10.0.0.10}}}}}}}}\n{entries}"
    )
    [found] = site.of("TL726")
    assert "250` exceeds the limit of 100,000 port ranges" in found.message
    assert found.message.endswith("and so do 49 more")


def test_a_service_that_contains_any_is_any() -> None:
    site = compiled("taploom: 1\nservices:\n  a: [tcp/1, b]\n  b: [any, tcp/2]\n")
    assert [(service.name, service.services) for service in site.plan.services] == [("a", ()), ("b", ())]
