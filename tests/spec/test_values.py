"""Values of the language: accepted forms, and the message for each refused form."""

from __future__ import annotations

import pytest
from tests.sites import compiled

GUEST = "networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n  hv1: {networks: {lan: {}}}\nguests:\n  web: {host: hv1, "


def policy(key: str, value: str) -> str:
    keys = {"from": "any", "to": "any", "allow": "any"} | {key: value}
    return "policy:\n  p: {" + ", ".join(f"{k}: {v}" for k, v in keys.items()) + "}\n"


REFUSED = [
    ("networks:\n  lan: {ipv4: 10.0.0.1/33}\n", "`/33` is not a prefix length of ipv4"),
    ("networks:\n  lan: {ipv4: 10.0.0.1/0}\n", "`10.0.0.1/0` would make everything on-link"),
    ("networks:\n  lan: {ipv4: 'fd00::1/64'}\n", "`fd00::1/64` is IPv6, and this key takes IPv4"),
    ("networks:\n  lan: {ipv4: [10.0.0.1/24]}\n",
     "expected an address with its prefix length, such as 10.0.0.1/24, not a list"),
    ("networks:\n  lan: {ipv4: }\n",
     "expected an address with its prefix length, such as 10.0.0.1/24, but the value is empty"),
    ("networks:\n  lan: {mtu: 01500}\n", "`01500` begins with a zero"),
    ("networks:\n  lan: {mtu: large}\n", "`large` is not an MTU in bytes"),
    ("networks:\n  lan: {dns: []}\n", "expected an address or `host`, and the list is empty"),
    ("networks:\n  lan: {dns: {a: b}}\n", "expected an address or `host` or a list of them, not a mapping"),
    ("networks:\n  lan: {dns: hosts}\n", "`hosts` is not known here"),
    ("networks:\n  lan: {domain: '-a.example'}\n", "`-a.example` is not a DNS name"),
    ("networks:\n  lan: {domain: " + ".".join(["a" * 60] * 5) + "}\n", "a DNS name has at most 253 characters"),
    ("networks:\n  lan: {nat: {ipv4: on}}\n", "`on` is not a translation of IPv4"),
    ("networks:\n  lan: {nat: {ipv6: 10.0.0.0/8}}\n", "`10.0.0.0/8` is no prefix to which NAT can map"),
    ("networks:\n  lan: {dhcp: {pool: 10.0.0.9-10.0.0.1}}\n", "`10.0.0.9-10.0.0.1` runs backwards"),
    ("networks:\n  lan: {dhcp: {pool: 'fd00::1-fd00::9'}}\n", "`fd00::1-fd00::9` is not a range of IPv4 addresses"),
    ("networks:\n  lan: {link: 'ftp://x'}\n", "`ftp://x` is not a link"),
    ("networks:\n  lan: {link: 'https://x/<b>'}\n", "`https://x/<b>` has characters that a URL cannot have"),
    ("networks:\n  lan: {description: " + "a" * 2001 + "}\n",
     "a text has at most 2000 characters, and this one has 2001"),
    ("networks:\n  lan: {tags: [Web]}\n", "`Web` is not a name"),
    ("networks:\n  lan: hello\n", "a network is a mapping, not `hello`"),
    ("zones:\n  z: {color: 'red;'}\n", "`red;` is not a colour"),
    ("zones: 7\n", "`zones` is a mapping, not `7`"),
    ("hosts:\n  hv1: {uplinks: {a/b: {zone: z}}}\n",
     "`a/b` cannot name an interface: it has a character that an interface name cannot have"),
    ("hosts:\n  hv1: {uplinks: {'7': {zone: z}}}\n",
     "`7` cannot name an interface: it is a number, which tools read as an index"),
    ("hosts:\n  hv1: {uplinks: {all: {zone: z}}}\n",
     "`all` cannot name an interface: it is reserved by the kernel"),
    ("hosts:\n  hv1: {uplinks: {abcdefghijklmnop: {zone: z}}}\n",
     "`abcdefghijklmnop` cannot name an interface: it has 16 bytes, and Linux takes 15"),
    ("hosts:\n  hv1: {uplinks: [eth0]}\n", "expected a mapping from names to uplink entries, not a list"),
    ("hosts:\n  hv1: {input: open}\n", "`open` is neither `managed` nor `foreign`"),
    ("hosts:\n  hv1: {target: {systemd: 251}}\n", "`251` is not a version of systemd"),
    ("hosts:\n  hv1: {target: {nftables: 1.0.5}}\n", "nftables `1.0.5` is older than 1.0.6"),
    ("hosts:\n  hv1: {target: {nftables: new}}\n", "`new` is not a version of nftables"),
    ("hosts:\n  hv1: {target: {nixos: 23.11}}\n", "NixOS `23.11` is older than 24.05"),
    ("hosts:\n  hv1: {target: {nixos: 25.10}}\n", "`25.10` is not a release of NixOS"),
    (GUEST + "nics: {lan: {mac: 02:00:00}}}\n", "`02:00:00` is not a MAC address such as 02:00:00:12:34:56"),
    (GUEST + "nics: {lan: {tap: a b}}}\n",
     "`a b` cannot name an interface: it has a character that an interface name cannot have"),
    ("forwards:\n  f: {on: hv1/, ports: tcp/80, to: web}\n", "`hv1/` lacks the name of the uplink"),
    ("waivers:\n  w: {code: TL1, on: guest/web, reason: a good one here}\n", "`TL1` is not the code of a diagnostic"),
    ("waivers:\n  w: {code: TL604, on: web, reason: a good one here}\n", "`web` does not name an object"),
    ("waivers:\n  w: {code: TL604, on: guest/web, reason: yes}\n", "a waiver has a reason that a reviewer can weigh"),
    (policy("from", "a_b"), "`a_b` is neither a name nor a prefix"),
    (policy("from", "guset/web"), "`guset` is not a kind of selector"),
    (policy("from", "guest/W"), "`W` is not a name"),
    (policy("allow", "tcp/0"), "`0` is not a port"),
    (policy("allow", "tcp/9-1"), "`9-1` runs backwards"),
    (policy("allow", "tpc/9"), "`tpc/9` is not a service"),
    (policy("allow", "SSH"), "`SSH` is not a service"),
    (policy("allow", "icmp/eco-request"), "`eco-request` is not a type of icmp"),
    (policy("allow", "icmp/256"), "`256` is not a type of icmp"),
    (policy("limit", "10/fortnight"), "`10/fortnight` is not a limit"),
    (policy("limit", "10/second burst"), "`10/second burst` is not a limit"),
    (policy("expires", "2027-02-30"), "`2027-02-30` is not a date"),
    (policy("expires", "'2027-02-03T10:00:00'"), "`2027-02-03T10:00:00` does not say its time zone"),
    ("hosts:\n  hv1: {networks: {lan: {taps: 'a[b]'}}}\n",
     "`a[b]` cannot match an interface: it has a character that an interface name cannot have"),
    ("hosts:\n  hv1: {networks: {lan: {tap-user: 'a;b'}}}\n", "`a;b` is not the name of a user"),
    ("hosts:\n  hv1: {networks: {lan: {tap-user: 7up}}}\n", "`7up` is not the name of a user"),
    ("hosts:\n  hv1: {networks: {lan: {bridge: lo}}}\n", "`lo` cannot name an interface: it is the loopback interface"),
    ("hosts:\n  hv1: {uplinks: {lo: {zone: z}}}\n", "`lo` cannot name an interface: it is the loopback interface"),
    ("hosts:\n  hv1: {uplinks: {eth0: {zone: any}}}\n", "`any` is a selector and names no zone"),
    ("networks:\n  lan: {zone: hosts}\n", "`hosts` is a selector and names no zone"),
    ("networks:\n  lan: {dhcp: {lease: 999999d}}\n", "`999999d` is longer than a lease can last"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_a_value_is_refused_with_a_message(text: str, message: str) -> None:
    site = compiled(f"taploom: 1\n{text}")
    assert message in [diagnostic.message for diagnostic in site.diagnostics]


WAYS_OUT = [
    ("networks:\n  lan: {ipv4: 010.0.0.1/24}\n", "write `10.0.0.1`: some tools read a leading zero as octal"),
    ("networks:\n  lan: {nat: masquerade}\n", "details are a mapping: `{ipv4: masquerade, ipv6: masquerade}`"),
    ("networks:\n  lan: {dhcp: 10.0.0.9}\n", "details are a mapping: `{pool: 10.0.0.100-10.0.0.199, lease: 12h}`"),
    ("networks:\n  my_lan.2: {}\n", "such as `my-lan-2`: names match [a-z][a-z0-9-]*, at most 63 bytes"),
    ("hosts:\n  hv1: {uplinks: {eth0: {zone: z, gateway: 10.0.0.1}}}\n", "did you mean `gateway4` or `gateway6`?"),
    ("hosts:\n  hv1: {routes: {r: {to: default, via: 10.0.0.1}}}\n", "write `0.0.0.0/0` or `::/0`"),
    ("hosts:\n  hv1: {networks: [lan]}\n", "write `{lan: {}}`"),
    (GUEST + "nics: {lan: {ipv4: 10.0.0.9/24}}}\n", "write `10.0.0.9`, without the length"),
    (GUEST + "nics: {lan: {ipv6: 'fd00::9/64'}}}\n", "write `fd00::9`, without the length"),
    ("forwards:\n  f: {on: hv1, ports: tcp/80, to: 'web:443'}\n", "write `to: web` and `to-port: 443`"),
    ("forwards:\n  f: {on: hv1, ports: '8443:443', to: web}\n", "write `ports: tcp/8443` and `to-port: 443`"),
    (policy("allow", "443"), "write the protocol too: `tcp/443` or `udp/443`"),
    (policy("allow", "5000-5010/udp"), "write `udp/5000-5010`"),
    (policy("allow", "'tcp:443'"), "write `tcp/443`"),
    (policy("allow", "'https:443'"), "did you mean `https`?"),
    (policy("to", "10.0.0.1/24"), "the prefix is `10.0.0.0/24`"),
    (policy("limit", "10/min"), "write `10/minute`"),
    (policy("allow", "ICMP"), "did you mean `icmp`?"),
    (policy("allow", "'*'"), "did you mean `any`?"),
    (policy("allow", "all"), "did you mean `any`?"),
    (policy("allow", "tcp/any"), "write `tcp`, which is all of its ports"),
    (policy("allow", "tcp/http"), "write `http`"),
    (policy("allow", "'tcp/80,443-445'"), "write a list: `[tcp/80, tcp/443-445]`"),
    (policy("from", "'*'"), "did you mean `any`?"),
    (
        policy("allow", "tcp/1\u20135"),
        "`\u2013` is U+2013, en dash; a port is a number from 1 to 65535; write a range as `5000-5010`",
    ),
    ("p\u043elicy: {}\n", "`\u043e` is U+043E, cyrillic small letter o; did you mean `policy`?"),
    (
        "guests:\n  w\u0435b: {}\n",
        "`\u0435` is U+0435, cyrillic small letter ie; names match [a-z][a-z0-9-]*, at most 63 bytes",
    ),
    (policy("from", "everyone"), "did you mean `any`?"),
    (policy("from", "Lan"), "such as `lan`: names match [a-z][a-z0-9-]*, at most 63 bytes"),
    (
        policy("from", "'!lan'"),
        "a selector has no exceptions: allow everything, and `deny` the exception in an entry of its own",
    ),
    ("networks:\n  lan: {ipv4: 'fd00::1/64'}\n", "write it after the key that ends in 6, such as `ipv6: fd00::1/64`"),
    (GUEST + "nics: lan}\n", "write `{lan: {}}`"),
    (
        "hosts:\n  hv1: {}\nforwards:\n  f: {on: host/hv1, ports: tcp/80, to: web}\n",
        "write `hv1`: the name of an uplink follows the slash",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "hint"), WAYS_OUT, ids=[hint for _, hint in WAYS_OUT])
def test_a_value_in_the_form_of_other_tools_gets_a_help_text(text: str, hint: str) -> None:
    assert hint in [diagnostic.help for diagnostic in compiled(f"taploom: 1\n{text}").diagnostics]


LAN = "networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n  hv1: {input: foreign, networks: {lan: {}}}\n"


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (LAN + "guests:\n  web: {host: hv1, nic: {lan: {}}}\n", ["TL202"]),
        ("hosts:\n  hv1: {}\nguests:\n  web: {hots: hv1, nics: {}}\n", ["TL202"]),
        (LAN + "guests:\n  web: {host:hv1, nics: {lan: {}}}\n", ["TL111"]),
        (LAN + "guests:\n  web: {host: hv1, nics: {lan: {mac: 02:00:00:00:00:10, fd00::10}}}\n", ["TL111"]),
        ("hosts:\n  hv1: {}\nguests:\n  web: {nics: {}, color: red}\n", ["TL202", "TL207"]),
    ],
)
def test_a_misspelt_key_is_one_error(text: str, codes: list[str]) -> None:
    assert sorted(compiled(f"taploom: 1\n{text}").codes) == codes


@pytest.mark.parametrize(
    ("literal", "services"),
    [
        ("tcp", ["tcp/0-65535"]),
        ("udp/53", ["udp/53-53"]),
        ("sctp/1-65535", ["sctp/1-65535"]),
        ("esp", ["esp/0-65535"]),
        ("icmp", ["icmp/0-255"]),
        ("icmp/13", ["icmp/13-13"]),
        ("icmpv6/nd-redirect", ["icmpv6/137-137"]),
        ("ping", ["icmp/8-8", "icmpv6/128-128"]),
    ],
)
def test_services_stand_for_port_ranges(literal: str, services: list[str]) -> None:
    plan = compiled(f"taploom: 1\nservices:\n  mine: {literal}\n").plan
    assert [f"{s.protocol}/{s.first}-{s.last}" for s in plan.services[0].services] == services


def test_values_that_yaml_would_convert_stay_text() -> None:
    site = compiled(
        "taploom: 1\nnetworks:\n  lan: {ipv4: 10.0.0.1/24, description: no, owner: 0123}\n"
        "hosts:\n  hv1: {target: {nixos: 24.05}, networks: {lan: {}}}\n"
        "guests:\n  web: {host: hv1, nics: {lan: {mac: 52:54:00:12:34:56}}}\n"
    )
    assert (site.plan.networks[0].meta.description, site.plan.networks[0].meta.owner) == ("no", "0123")
    assert str(site.plan.guests[0].nics[0].mac) == "52:54:00:12:34:56"
    assert site.plan.hosts[0].target.nixos == "24.05"


def test_only_objects_with_a_name_in_the_plan_take_moved_from() -> None:
    """`plan` matches only these objects by name, so only they can have a former name."""
    for text in (
        "hosts:\n  h: {uplinks: {eth0: {zone: z, moved-from: eth1}}}\n",
        "hosts:\n  h: {routes: {r: {to: 10.0.0.0/8, via: 10.9.0.1, moved-from: q}}}\n",
        GUEST + "nics: {lan: {moved-from: dmz}}}\n",
        "site: {moved-from: old}\n",
    ):
        assert "TL202" in compiled(f"taploom: 1\n{text}").codes


@pytest.mark.parametrize("pattern", ["lo*", "all*", "1*", "0x*", "default?"])
def test_a_pattern_may_begin_like_an_invalid_interface_name(pattern: str) -> None:
    hosts = f"hosts:\n  hv1: {{networks: {{lan: {{taps: '{pattern}'}}}}}}\n"
    assert not compiled(f"taploom: 1\nnetworks:\n  lan: {{ipv4: 10.0.0.1/24}}\n{hosts}").of("TL208")
