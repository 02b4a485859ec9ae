"""A small base site and a list of changes to it, each as a pull request might contain it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.sites import compiled

from taploom.plan.site import Plan

BASE: Mapping[str, str] = {
    "site.yaml": """\
taploom: 1
site: {name: diff, domain: vm.example.org, target: {systemd: 252, nftables: 1.0.6, nixos: "25.11"}}
addresses:
  office: [198.51.100.0/24, 2001:db8:f::/48]
""",
    "networks.yaml": """\
taploom: 1
networks:
  dmz: {ipv4: 10.1.0.1/24, ipv6: fd12:3456:789a:1::1/64, ra: true, nat: true}
  lan: {ipv4: 10.2.0.1/24, ipv6: fd12:3456:789a:2::1/64, dhcp: {pool: 10.2.0.100-10.2.0.199}, ra: true, nat: true}
""",
    "hosts.yaml": """\
taploom: 1
hosts:
  hv1:
    uplinks:
      eth0: {zone: internet, ipv4: dhcp, ipv6: ra}
    networks:
      dmz: {taps: vmd-*}
      lan: {taps: vml-*}
""",
    "guests.yaml": """\
taploom: 1
guests:
  web:
    host: hv1
    tags: [public]
    nics: {dmz: {ipv4: 10.1.0.10, ipv6: "fd12:3456:789a:1::10", mac: 02:00:00:00:01:10}}
  db:
    host: hv1
    nics: {lan: {ipv4: 10.2.0.20, ipv6: "fd12:3456:789a:2::20", mac: 02:00:00:00:02:20}}
  desk:
    host: hv1
    nics: {lan: {ipv4: dhcp, ipv6: slaac, mac: 02:00:00:00:02:30}}
""",
    "forwards.yaml": """\
taploom: 1
forwards:
  web: {on: hv1, ports: tcp/443, to: web, owner: team-web}
""",
    "policy.yaml": """\
taploom: 1
policy:
  out: {from: [dmz, lan], to: internet, allow: any}
  web-db: {from: web, to: db, allow: tcp/5432}
  lan-dmz: {from: lan, to: dmz, allow: [ssh, https]}
  desk-dmz: {from: lan, to: web, allow: ssh, description: "also covered by lan-dmz"}
  admin: {from: office, to: hosts, allow: ssh}
""",
}

Files = dict[str, str]


@dataclass(frozen=True, slots=True)
class Case:
    """A change to the base site, with its expected class.

    Attributes:
        name: Name of the case, of its branch and of its folder in `expected/`.
        edit: Function that applies the change to the files.
        worst: Expected worst disruption class.
        empty: Whether the change has no effect at all.
        sound: Whether the changed specs compile.
        given: Function that edits the base files before the change.
    """

    name: str
    edit: Callable[[Files], None]
    worst: str
    empty: bool = False
    sound: bool = True
    given: Callable[[Files], None] = lambda _: None


def swap(file: str, old: str, new: str) -> Callable[[Files], None]:
    """An edit that replaces a text, which must occur exactly once in the file."""

    def edit(files: Files) -> None:
        assert files[file].count(old) == 1, f"{old!r} occurs {files[file].count(old)} times in {file}"
        files[file] = files[file].replace(old, new)

    return edit


def both(*edits: Callable[[Files], None]) -> Callable[[Files], None]:
    """An edit that applies several edits in order."""

    def edit(files: Files) -> None:
        for one in edits:
            one(files)

    return edit


def _reorder(files: Files) -> None:
    head, *entries = files["policy.yaml"].splitlines(keepends=True)
    files["policy.yaml"] = head + entries[0] + "".join(reversed(entries[1:]))
    files["all.yaml"] = files.pop("guests.yaml")


WEB2 = '  web2: {host: hv1, nics: {dmz: {ipv4: 10.1.0.11, ipv6: "fd12:3456:789a:1::11", mac: 02:00:00:00:01:11}}}\n'
WEB, MAIL = (f'ipv4: 10.1.0.{number}, ipv6: "fd12:3456:789a:1::{number}"' for number in (10, 15))
_MAIL = f"  mail: {{host: hv1, nics: {{dmz: {{{MAIL}, mac: 02:00:00:00:01:15}}}}}}\n"
_GUESTS = "guests:\n"
_DESK = "  desk:\n    host: hv1\n    nics: {lan: {ipv4: dhcp, ipv6: slaac, mac: 02:00:00:00:02:30}}\n"
_COMMENTED = "# People and machines.\nguests:  # of the site\n"
_SECOND_HOST = """\
  hv2:
    uplinks:
      eth0: {zone: internet, ipv4: 203.0.113.20/24, gateway4: 203.0.113.1, ipv6: 2001:db8:9::20/64, gateway6: fe80::1}
    networks: {far: {taps: vmf-*}}
"""


def _spare(files: Files) -> None:
    files["spare.yaml"] = f"taploom: 1\nguests:\n{_SPARE}"
    files[LOCK] = "guest/spare lan ipv4 10.2.0.42\nguest/spare lan ipv6 fd12:3456:789a:2::42\n"


def _many_forwards(files: Files) -> None:
    ports = {
        "mail": ("tcp/25", "db"),
        "plain": ("tcp/80", "web"),
        "raw": ("tcp/9000", "db"),
        "tls": ("tcp/8443", "web"),
    }
    files["more.yaml"] = "taploom: 1\nforwards:\n" + "".join(
        f"  {name}: {{on: hv1, ports: {port}, to: {guest}}}\n" for name, (port, guest) in ports.items()
    )


_ONE = "ipv4: 203.0.113.10/24, gateway4: 203.0.113.1, ipv6: 2001:db8:9::10/64"
_OTHER = "ipv4: 203.0.113.20/24, gateway4: 203.0.113.1, ipv6: 2001:db8:9::20/64"


def _two_hosts(files: Files) -> None:
    """Adds a second host on the same link, with its own network, guest and forward, and a policy between both hosts."""
    swap("hosts.yaml", "{zone: internet, ipv4: dhcp, ipv6: ra}", f"{{zone: internet, {_ONE}, gateway6: fe80::1}}")(
        files
    )
    files["hosts.yaml"] += _SECOND_HOST
    files["networks.yaml"] += "  far: {ipv4: 10.3.0.1/24, nat: true}\n"
    files["guests.yaml"] += "  mail: {host: hv2, nics: {far: {ipv4: 10.3.0.10, ipv6: none, mac: 02:00:00:00:03:10}}}\n"
    files["forwards.yaml"] += "  mail: {on: hv2, ports: tcp/25, to: mail, owner: team-mail}\n"
    files["policy.yaml"] += "  watch: {from: hv1, to: hv2, allow: tcp/9100}\n"


LOCK = "taploom.lock"
_SPARE = "  spare: {host: hv1, nics: {lan: {ipv4: auto, mac: 02:00:00:00:02:40}}}\n"
_STATIC = "{zone: internet, ipv4: 203.0.113.10/24, gateway4: 203.0.113.1, ipv6: ra}"

CASES = (
    Case("guest-with-forward", both(
        swap("guests.yaml", _GUESTS, _GUESTS + WEB2),
        swap("forwards.yaml", "forwards:\n", "forwards:\n  web2: {on: hv1, ports: tcp/8443, to: web2, to-port: 443}\n"),
    ), "D1"),
    Case("guest-among-forwards", swap("guests.yaml", _GUESTS, _GUESTS + WEB2), "D1", given=_many_forwards),
    Case("guest-removed", swap("guests.yaml", _DESK, ""), "D5"),
    Case("pool-shrunk", swap("networks.yaml", "10.2.0.199", "10.2.0.149"), "D4"),
    Case("pool-grown", swap("networks.yaml", "10.2.0.199", "10.2.0.219"), "D2"),
    Case("rule-removed", swap("policy.yaml", "  web-db: {from: web, to: db, allow: tcp/5432}\n", ""), "D1"),
    Case("rule-removed-still-allowed", swap(
        "policy.yaml", '  desk-dmz: {from: lan, to: web, allow: ssh, description: "also covered by lan-dmz"}\n', ""
    ), "D1"),
    Case("rule-widened", swap("policy.yaml", "allow: tcp/5432", "allow: [tcp/5432, tcp/6432]"), "D1"),
    Case("rule-limited", swap("policy.yaml", "allow: tcp/5432", "allow: tcp/5432, limit: 10/second"), "D1"),
    Case("deny-over-allow", swap(
        "policy.yaml", "  admin:", "  no-mail: {from: lan, to: internet, deny: smtp}\n  admin:"
    ), "D1"),
    Case("guest-to-other-network", swap(
        "guests.yaml", '{lan: {ipv4: 10.2.0.20, ipv6: "fd12:3456:789a:2::20", mac: 02:00:00:00:02:20}}',
        '{dmz: {ipv4: 10.1.0.20, ipv6: "fd12:3456:789a:1::20", mac: 02:00:00:00:02:20}}',
    ), "D5"),
    Case("guest-to-other-host", both(
        swap("hosts.yaml", "      lan: {taps: vml-*}\n", f"      lan: {{taps: vml-*}}\n{_SECOND_HOST}"),
        swap("networks.yaml", "networks:\n", "networks:\n  far: {ipv4: 10.3.0.1/24, nat: true}\n"),
        swap("guests.yaml", "  db:\n    host: hv1\n", "  db:\n    host: hv2\n"),
        swap("guests.yaml", '{lan: {ipv4: 10.2.0.20, ipv6: "fd12:3456:789a:2::20"', "{far: {ipv4: 10.3.0.20"),
    ), "D5"),
    Case("guest-renamed", swap("guests.yaml", "  desk:\n", "  desk-anna:\n"), "D5"),
    Case("guest-moved-from", both(
        swap("guests.yaml", "  web:\n    host: hv1\n", "  shop:\n    host: hv1\n    moved-from: web\n"),
        swap("forwards.yaml", "to: web,", "to: shop,"),
        swap("policy.yaml", "{from: web, to: db", "{from: shop, to: db"),
        swap("policy.yaml", "to: web, allow", "to: shop, allow"),
    ), "D5"),
    Case("guests-swapped", both(
        swap("guests.yaml", WEB, "THERE"), swap("guests.yaml", MAIL, WEB), swap("guests.yaml", "THERE", MAIL),
    ), "D4", given=swap("guests.yaml", "  desk:\n", _MAIL + "  desk:\n")),
    Case("rule-moved-from", swap("policy.yaml", "  web-db: {", "  shop-db: {moved-from: web-db, "), "D1"),
    Case("network-renumbered", both(
        swap("networks.yaml", "10.1.0.1/24", "10.9.0.1/24"), swap("guests.yaml", "10.1.0.10", "10.9.0.10"),
    ), "D4"),
    Case("nat-off", swap(
        "networks.yaml", "dmz: {ipv4: 10.1.0.1/24, ipv6: fd12:3456:789a:1::1/64, ra: true, nat: true}",
        "dmz: {ipv4: 10.1.0.1/24, ipv6: fd12:3456:789a:1::1/64, ra: true}",
    ), "D1"),
    Case("uplink-static", swap("hosts.yaml", "{zone: internet, ipv4: dhcp, ipv6: ra}", _STATIC), "D6"),
    Case("uplink-dns", swap("hosts.yaml", "ipv6: ra}", "ipv6: ra, dns: 9.9.9.9}"), "D3"),
    Case("isolated", swap("networks.yaml", "dhcp: {", "isolated: true, dhcp: {"), "D3"),
    Case("comments-only", swap("guests.yaml", _GUESTS, _COMMENTED), "D0", empty=True),
    Case("order-only", _reorder, "D0", empty=True),
    Case("description-only", swap("policy.yaml", "also covered by lan-dmz", "covered twice"), "D0"),
    Case("target-raised", swap("site.yaml", "systemd: 252", "systemd: 257"), "D2"),
    Case(
        "forward-removed", lambda files: files.update({"forwards.yaml": "taploom: 1\n"}), "D1",
        given=swap("hosts.yaml", "{zone: internet, ipv4: dhcp, ipv6: ra}", _STATIC),
    ),
    Case("forward-retargeted", swap("forwards.yaml", "to: web,", "to: db,"), "D1"),
    Case("forward-from-office", swap("forwards.yaml", "to: web,", "to: web, from: office,"), "D1"),
    Case("service-closed-to-managers", swap("policy.yaml", "from: office, to: hosts", "from: lan, to: hosts"), "D6"),
    Case("gates-fail", both(
        swap("site.yaml", "site: {", "site: {gates: {exposure-owner: true, max-class: D1, max-removed: 10}, "),
        swap("forwards.yaml", "forwards:\n", "forwards:\n  raw: {on: hv1, ports: tcp/9000, to: db}\n"),
        swap("networks.yaml", "10.2.0.199", "10.2.0.149"),
    ), "D4"),
    Case("gates-waived", both(
        swap("site.yaml", "site: {", "site: {gates: {max-class: D1, waive: {max-class: window on Sunday}}, "),
        swap("networks.yaml", "10.2.0.199", "10.2.0.149"),
    ), "D4"),
    Case("broken", swap("guests.yaml", "nics: {lan: {ipv4: dhcp", "nics: {lam: {ipv4: dhcp"), "D5", sound=False),
    Case("tap-pattern", swap("hosts.yaml", "vml-*", "vmx-*"), "D5"),
    Case("network-dns", swap("networks.yaml", "dhcp: {", "dns: 9.9.9.9, dhcp: {"), "D2"),
    Case("network-removed", both(
        lambda files: files.update({"networks.yaml": files["networks.yaml"].partition("  lan:")[0]}),
        swap("hosts.yaml", "      lan: {taps: vml-*}\n", ""),
        swap("guests.yaml", "".join(BASE["guests.yaml"].splitlines(keepends=True)[6:]), ""),
        swap("policy.yaml", "".join(BASE["policy.yaml"].splitlines(keepends=True)[3:6]), ""),
        swap("policy.yaml", "from: [dmz, lan]", "from: dmz"),
    ), "D5"),
    Case("guest-readdressed", swap("guests.yaml", "10.2.0.20", "10.2.0.21"), "D4"),
    Case("lock-only", swap(LOCK, "10.2.0.42", "10.2.0.77"), "D4", given=_spare),
    Case("forward-to-port", swap("forwards.yaml", "to: web,", "to: web, to-port: 8443,"), "D1"),
    Case("second-nic", swap(
        "guests.yaml", 'mac: 02:00:00:00:01:10}}',
        'mac: 02:00:00:00:01:10, gateway: true}, lan: {ipv4: 10.2.0.10, ipv6: none, mac: 02:00:00:00:01:20}}',
    ), "D5"),
    Case("hosts-swapped", both(
        swap("hosts.yaml", _ONE, "THERE"), swap("hosts.yaml", _OTHER, _ONE), swap("hosts.yaml", "THERE", _OTHER),
    ), "D6", given=_two_hosts),
    Case("networks-swapped", both(
        swap("networks.yaml", "10.1.0.1/24", "THERE"), swap("networks.yaml", "10.3.0.1/24", "10.1.0.1/24"),
        swap("networks.yaml", "THERE", "10.3.0.1/24"), swap("guests.yaml", "10.1.0.10", "THERE"),
        swap("guests.yaml", "10.3.0.10", "10.1.0.10"), swap("guests.yaml", "THERE", "10.3.0.10"),
    ), "D4", given=_two_hosts),
    Case("guest-other-mac", swap("guests.yaml", "02:00:00:00:02:20", "02:00:00:00:02:21"), "D5"),
)  # fmt: skip
"""All change cases."""


def given(case: Case) -> Files:
    """The files before a change."""
    files = dict(BASE)
    case.given(files)
    return files


def edited(case: Case) -> Files:
    """The files after a change."""
    files = given(case)
    case.edit(files)
    return files


def plans(case: Case) -> tuple[Plan, Plan]:
    """The plans before and after a change."""
    before, after = given(case), edited(case)
    return compiled(before, before.get(LOCK)).plan, compiled(after, after.get(LOCK)).plan
